"""How far each answer agrees with what was concluded: one number in 0..1, fit for estimating skill."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from review.consensus.answers import Answer, Spec
from review.consensus.matching import Bools, Floats
from review.consensus.results import ShapeConsensus

Scores = tuple[float, ...]  # one for each answer, or for each shape
AGREE_IOU = 0.5  # who drew the same class at least this near agreed with the shape
FULL_CREDIT_IOU = 0.75  # from here on an annotator's shape counts as good as the consensus shape


class Scored(Protocol):
    """Shapes that stand, and what each answer earns at each of them: `credit[answer][shape]`, 0..1."""

    @property
    def shapes(self) -> tuple[ShapeConsensus, ...]: ...

    @property
    def credit(self) -> tuple[Scores, ...]: ...


def credits(similarity: Floats, *, same_class: Bools) -> Floats:
    """What drawn shapes earn at the shapes they were matched with, element by element."""
    earned = np.minimum(similarity / FULL_CREDIT_IOU, 1.0)
    return np.asarray(np.where(same_class & (similarity >= AGREE_IOU), earned, 0.0))


def agreement(
    answers: Sequence[Answer], tag_scores: Sequence[Scores], objects: Scored, spec: Spec
) -> dict[str, float]:
    """Submission -> mean over the tag groups and, where the schema has classes, the shapes as one part."""
    parts = [*tag_scores, _shape_scores(answers, objects)] if spec.classes else list(tag_scores)
    return {
        answer.submission: sum(part[r] for part in parts) / len(parts) if parts else 1.0
        for r, answer in enumerate(answers)
    }


def _shape_scores(answers: Sequence[Answer], objects: Scored) -> Scores:
    """F1 of each answer's shapes, a match counting by its credit; 1 where there is nothing to draw."""
    return tuple(
        2.0 * sum(earned) / (len(answer.shapes) + len(objects.shapes))
        if answer.shapes or objects.shapes
        else 1.0
        for answer, earned in zip(answers, objects.credit, strict=True)
    )

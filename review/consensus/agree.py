"""How far each answer agrees with what was concluded: one number in 0..1, fit for estimating skill."""

from collections.abc import Sequence
from typing import Protocol

from review.consensus.answers import Answer, Spec
from review.consensus.results import ShapeConsensus

Scores = tuple[float, ...]  # one for each answer, or for each shape
AGREE_IOU = 0.5  # who drew the same class at least this near agreed with the box
FULL_CREDIT_IOU = 0.75  # from here on an annotator's box counts as good as the consensus box


class Scored(Protocol):
    """Shapes that stand, and what each answer earns at each of them: `credit[answer][shape]`, 0..1."""

    @property
    def shapes(self) -> tuple[ShapeConsensus, ...]: ...

    @property
    def credit(self) -> tuple[Scores, ...]: ...


def credit(iou: float, *, same_class: bool) -> float:
    """What a drawn box earns at the box it was matched with."""
    return min(iou / FULL_CREDIT_IOU, 1.0) if same_class and iou >= AGREE_IOU else 0.0


def agreement(
    answers: Sequence[Answer], tag_scores: Sequence[Scores], boxes: Scored, spec: Spec
) -> dict[str, float]:
    """Submission -> mean over the tag groups and, where the schema has classes, the boxes as one part."""
    parts = [*tag_scores, _box_scores(answers, boxes)] if spec.classes else list(tag_scores)
    return {
        answer.submission: sum(part[r] for part in parts) / len(parts) if parts else 1.0
        for r, answer in enumerate(answers)
    }


def _box_scores(answers: Sequence[Answer], boxes: Scored) -> Scores:
    """F1 of each answer's boxes, a match counting by its credit; 1 where there is nothing to draw."""
    return tuple(
        2.0 * sum(earned) / (len(answer.shapes) + len(boxes.shapes)) if answer.shapes or boxes.shapes else 1.0
        for answer, earned in zip(answers, boxes.credit, strict=True)
    )

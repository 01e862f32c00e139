"""Consensus over the boxes of one image: match, then existence, class, geometry and attributes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from review.consensus import votes
from review.consensus.agree import Scores, credit
from review.consensus.answers import Answer, Shape, Spec, TagValue
from review.consensus.crowd import Crowd, corners
from review.consensus.existence import kinds
from review.consensus.fields import vote_field
from review.consensus.geometry import fuse
from review.consensus.matching import Floats, cluster, iou, stack
from review.consensus.results import ShapeConsensus


@dataclass(frozen=True, slots=True)
class BoxConsensus:
    """`credit[answer][i]`: what the answer earns at accepted shape i, 0..1, for the agreement scores."""

    shapes: tuple[ShapeConsensus, ...]
    rejected: tuple[ShapeConsensus, ...]
    credit: tuple[Scores, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One cluster: what each answer drew there (None: missed it), and its IoU with the fused box."""

    drawn: tuple[Shape | None, ...]
    ious: tuple[float, ...]
    corners: tuple[float, ...]
    existence: float
    expected_iou: float


def conclude_boxes(
    answers: Sequence[Answer], *, spec: Spec, crowd: Crowd, size: tuple[float, float] | None
) -> BoxConsensus:
    """One consensus box for each candidate, accepted where it is more likely there than not."""
    concluded = [_shape(candidate, answers, spec) for candidate in _candidates(answers, crowd, size)]
    concluded.sort(key=lambda pair: (pair[0].box[1], pair[0].box[0], pair[0].box, pair[0].label))
    accepted = [pair for pair in concluded if pair[0].existence > 0.5]
    return BoxConsensus(
        shapes=_numbered("c", [shape for shape, _ in accepted]),
        rejected=_numbered("r", [shape for shape, _ in concluded if shape.existence <= 0.5]),
        credit=tuple(tuple(earned[r] for _, earned in accepted) for r in range(len(answers))),
    )


def _candidates(answers: Sequence[Answer], crowd: Crowd, size: tuple[float, float] | None) -> list[Candidate]:
    views = [corners(answer) for answer in answers]
    members = cluster(views)
    stacked, seen = stack(members, views), members >= 0
    profiles = [crowd.profile(annotator=answer.annotator, skill=answer.skill) for answer in answers]
    kind = kinds(
        seen, np.ones_like(seen), mix=np.array(crowd.mix), hits=np.array([[p.hits for p in profiles]])
    )
    fused = fuse(
        stacked,
        bias=np.array([[p.bias for p in profiles]]),
        spread=np.array([[p.spread for p in profiles]]),
    )
    boxes = _inside(fused.boxes, size)
    ious = iou(boxes[:, None], stacked)
    return [
        Candidate(
            drawn=tuple(a.shapes[i] if i >= 0 else None for a, i in zip(answers, row, strict=True)),
            ious=tuple(ious[c].tolist()),
            corners=tuple(boxes[c].tolist()),
            existence=float(1.0 - kind[c, 0]),
            expected_iou=float(fused.expected_iou[c]),
        )
        for c, row in enumerate(members.tolist())
    ]


def _shape(candidate: Candidate, answers: Sequence[Answer], spec: Spec) -> tuple[ShapeConsensus, Scores]:
    """The consensus shape (id still to come) and each answer's credit at it."""
    voters = [(shape, a.skill) for shape, a in zip(candidate.drawn, answers, strict=True) if shape]
    chances = votes.posterior(
        [shape.label for shape, _ in voters], skills=[s for _, s in voters], options=len(spec.classes)
    )
    label, class_confidence = next(iter(chances.items()))
    attributes, attribute_confidence = _attributes(
        label, [(shape, skill) for shape, skill in voters if shape.label == label], spec
    )
    earned = tuple(
        credit(overlap, same_class=shape is not None and shape.label == label)
        for shape, overlap in zip(candidate.drawn, candidate.ious, strict=True)
    )
    x1, y1, x2, y2 = candidate.corners
    shape = ShapeConsensus(
        id="",
        label=label,
        box=(x1, y1, x2 - x1, y2 - y1),
        attributes=attributes,
        existence=candidate.existence,
        class_confidence=class_confidence,
        attribute_confidence=attribute_confidence,
        expected_iou=candidate.expected_iou,
        agreed=tuple(a.submission for a, part in zip(answers, earned, strict=True) if part),
        differed=tuple(a.submission for a, part in zip(answers, earned, strict=True) if not part),
    )
    return shape, earned


def _attributes(
    label: str, voters: Sequence[tuple[Shape, float]], spec: Spec
) -> tuple[dict[str, TagValue], float]:
    """Attributes by vote of those who named the class; the confidence is that of the least sure one.

    Free text does not count there: a remark is seldom worded twice alike, and that is no dispute.
    """
    values: dict[str, TagValue] = {}
    least = 1.0
    for field in spec.classes.get(label, ()):
        given = [shape.attributes.get(field.key) for shape, _ in voters]
        if all(value is None for value in given):
            continue
        vote = vote_field(field, given, skills=[skill for _, skill in voters])
        values[field.key] = vote.value
        least = least if field.kind == "text" else min(least, vote.confidence)
    return {key: value for key, value in values.items() if value is not None}, least


def _inside(boxes: Floats, size: tuple[float, float] | None) -> Floats:
    return boxes if size is None else np.clip(boxes, 0.0, np.array([*size, *size]))


def _numbered(prefix: str, shapes: Sequence[ShapeConsensus]) -> tuple[ShapeConsensus, ...]:
    return tuple(replace(shape, id=f"{prefix}{i}") for i, shape in enumerate(shapes, start=1))

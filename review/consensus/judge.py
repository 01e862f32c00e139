"""A reviewer's verdict as a consensus: taken as it is, with each answer scored against it."""

from collections.abc import Mapping, Sequence
from typing import Any

from review.consensus.answers import Answer, Field, Shape, Spec, parse_answer
from review.consensus.boxes import AGREE_IOU, FULL_CREDIT_IOU
from review.consensus.crowd import corners
from review.consensus.fields import vote_field
from review.consensus.matching import assign, iou_matrix
from review.consensus.results import Consensus, ShapeConsensus, TagConsensus

VERDICT = "verdict"


def judge(*, payload: Mapping[str, Any], answers: Sequence[Answer], spec: Spec) -> Consensus:
    """The verdict `payload` (a submission's) with full confidence, and every answer's agreement with it.

    The agreement is the mean over the tag groups and, where the schema has classes, over the boxes: twice
    the credit at matched boxes through the number of boxes of both (an F1 that counts nearness).
    """
    verdict = parse_answer(submission=VERDICT, annotator=0, skill=1.0, payload=payload)
    ordered = sorted(answers, key=lambda answer: answer.submission)
    tags = [_tag(field, verdict, ordered) for field in spec.tags]
    credit = [_credit(verdict, answer) for answer in ordered]
    scores = [[_right(field, verdict, a) for a in ordered] for field in spec.tags]
    if spec.classes:
        scores.append([_f1(verdict, a, earned) for a, earned in zip(ordered, credit, strict=True)])
    return Consensus(
        tags=tuple(tags),
        shapes=tuple(
            _shape(shape, ordered, [earned[i] > 0 for earned in credit])
            for i, shape in enumerate(verdict.shapes)
        ),
        rejected=(),
        doubts=(),
        agreement={
            answer.submission: sum(score[r] for score in scores) / len(scores) if scores else 1.0
            for r, answer in enumerate(ordered)
        },
    )


def _tag(field: Field, verdict: Answer, answers: Sequence[Answer]) -> TagConsensus:
    """The verdict's value; the votes are those of the annotators, unweighted."""
    given = [answer.tags.get(field.key) for answer in answers]
    right = [_right(field, verdict, answer) == 1.0 for answer in answers]
    return TagConsensus(
        key=field.key,
        value=verdict.tags.get(field.key),
        confidence=1.0,
        votes=vote_field(field, given, skills=[0.5] * len(given)).votes if given else {},
        agreed=tuple(a.submission for a, same in zip(answers, right, strict=True) if same),
        differed=tuple(a.submission for a, same in zip(answers, right, strict=True) if not same),
    )


def _right(field: Field, verdict: Answer, answer: Answer) -> float:
    """How far the answer's value is the verdict's, 0 to 1: as in a vote where only the verdict has a say."""
    pair = [verdict.tags.get(field.key), answer.tags.get(field.key)]
    return vote_field(field, pair, skills=[0.99, 0.01]).right[1]


def _credit(verdict: Answer, answer: Answer) -> list[float]:
    """For each of the verdict's shapes, what the answer earns: 0 unless it drew the same class near it."""
    earned = [0.0] * len(verdict.shapes)
    overlaps = iou_matrix(corners(verdict), corners(answer))
    for i, j in assign(overlaps, least=AGREE_IOU):
        if verdict.shapes[i].label == answer.shapes[j].label:
            earned[i] = min(float(overlaps[i, j]) / FULL_CREDIT_IOU, 1.0)
    return earned


def _f1(verdict: Answer, answer: Answer, earned: Sequence[float]) -> float:
    boxes = len(verdict.shapes) + len(answer.shapes)
    return 2.0 * sum(earned) / boxes if boxes else 1.0


def _shape(shape: Shape, answers: Sequence[Answer], agreed: Sequence[bool]) -> ShapeConsensus:
    return ShapeConsensus(
        id=shape.id,
        label=shape.label,
        box=shape.box,
        attributes=shape.attributes,
        existence=1.0,
        class_confidence=1.0,
        attribute_confidence=1.0,
        expected_iou=1.0,
        agreed=tuple(a.submission for a, same in zip(answers, agreed, strict=True) if same),
        differed=tuple(a.submission for a, same in zip(answers, agreed, strict=True) if not same),
    )

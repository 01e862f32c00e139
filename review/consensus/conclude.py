"""The whole conclusion for one task, and the decision whether it stands without a person."""

import math
from collections.abc import Sequence

from review.consensus.answers import Answer, Spec
from review.consensus.boxes import BoxConsensus, conclude_boxes
from review.consensus.crowd import UNKNOWN_CROWD, Crowd
from review.consensus.fields import vote_field
from review.consensus.results import Consensus, Doubt, TagConsensus, Verdict

Scores = tuple[float, ...]  # one for each answer
SETTLE_IOU = 0.5


def conclude(
    *,
    answers: Sequence[Answer],
    spec: Spec,
    size: tuple[float, float] | None = None,
    crowd: Crowd = UNKNOWN_CROWD,
) -> Consensus:
    """What several answers say together; `size` is the image's width and height, to keep boxes inside.

    Raises ValueError without answers, or when an annotator or a submission is there twice.
    """
    if not answers:
        raise ValueError("a consensus needs at least one answer")
    if len({a.annotator for a in answers}) < len(answers) or len({a.submission for a in answers}) < len(
        answers
    ):
        raise ValueError("an annotator has one answer in a consensus")
    # Whatever order the answers come in, everything after this line sees one order: same answers, same bytes.
    ordered = sorted(answers, key=lambda answer: answer.submission)
    tags = _tags(ordered, spec)
    boxes = conclude_boxes(ordered, spec=spec, crowd=crowd, size=size)
    scores = [scores for _, scores in tags]
    if spec.classes:
        scores.append(_box_scores(ordered, boxes))
    return Consensus(
        tags=tuple(tag for tag, _ in tags),
        shapes=boxes.shapes,
        rejected=boxes.rejected,
        doubts=(*_tag_doubts(tags), *_box_doubts(boxes), *_empty_doubts(ordered, boxes, spec)),
        agreement={
            answer.submission: sum(score[r] for score in scores) / len(scores) if scores else 1.0
            for r, answer in enumerate(ordered)
        },
    )


def decide(*, consensus: Consensus, threshold: float, iou_threshold: float = SETTLE_IOU) -> Verdict:
    """Settled when the least sure part reaches `threshold` and each box's expected IoU `iou_threshold`.

    A single answer always settles, with the confidence its annotator's skill gives it: who asks one person
    has nobody to dispute with, and may still filter the release by confidence.
    """
    if len(consensus.agreement) == 1:
        return Verdict(settled=True)
    if consensus.confidence < threshold:
        weakest = min(consensus.doubts, key=lambda doubt: doubt.confidence)
        return Verdict(settled=False, reason=weakest.reason, where=weakest.where)
    for i, shape in enumerate(consensus.shapes):
        if shape.expected_iou < iou_threshold:
            return Verdict(settled=False, reason="geometry_unsure", where=f"shapes[{i}]")
    return Verdict(settled=True)


def _tags(answers: Sequence[Answer], spec: Spec) -> list[tuple[TagConsensus, Scores]]:
    """Each tag group that anybody answered, with each answer's score at it."""
    found = []
    for field in spec.tags:
        values = [answer.tags.get(field.key) for answer in answers]
        if all(value is None for value in values):
            continue
        vote = vote_field(field, values, skills=[answer.skill for answer in answers])
        sides = list(zip(answers, vote.right, strict=True))
        tag = TagConsensus(
            key=field.key,
            value=vote.value,
            confidence=vote.confidence,
            votes=vote.votes,
            agreed=tuple(answer.submission for answer, right in sides if right == 1.0),
            differed=tuple(answer.submission for answer, right in sides if right < 1.0),
        )
        found.append((tag, vote.right))
    return found


def _box_scores(answers: Sequence[Answer], boxes: BoxConsensus) -> Scores:
    """F1 of each answer's boxes against the consensus, a match counting by its credit; 1 if both empty."""
    return tuple(
        2.0 * sum(credit) / (len(answer.shapes) + len(boxes.shapes)) if answer.shapes or boxes.shapes else 1.0
        for answer, credit in zip(answers, boxes.credit, strict=True)
    )


def _tag_doubts(tags: Sequence[tuple[TagConsensus, Scores]]) -> list[Doubt]:
    return [Doubt(f"tags.{tag.key}", "tag_unsure", tag.confidence) for tag, _ in tags]


def _box_doubts(boxes: BoxConsensus) -> list[Doubt]:
    doubts = []
    for i, shape in enumerate(boxes.shapes):
        reason = "class_unsure" if shape.class_confidence < shape.existence else "existence_unsure"
        doubts.append(Doubt(f"shapes[{i}]", reason, shape.confidence))
        doubts.append(Doubt(f"shapes[{i}]", "attribute_unsure", shape.attribute_confidence))
    for i, shape in enumerate(boxes.rejected):
        doubts.append(Doubt(f"rejected[{i}]", "existence_unsure", 1.0 - shape.existence))
    return doubts


def _empty_doubts(answers: Sequence[Answer], boxes: BoxConsensus, spec: Spec) -> list[Doubt]:
    """Nobody drew anything: wrong only if everybody overlooked the same thing."""
    if not spec.classes or boxes.shapes or boxes.rejected:
        return []
    return [Doubt("shapes", "empty_unsure", 1.0 - math.prod(1.0 - answer.skill for answer in answers))]

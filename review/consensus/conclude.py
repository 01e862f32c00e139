"""The whole conclusion for one task, and the decision whether it stands without a person."""

import math
from collections.abc import Sequence

from review.consensus.agree import Scores, agreement
from review.consensus.answers import Answer, Spec
from review.consensus.boxes import BoxConsensus, conclude_boxes
from review.consensus.crowd import UNKNOWN_CROWD, Crowd
from review.consensus.results import Consensus, Doubt, TagConsensus, Verdict
from review.consensus.tags import conclude_tags

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
    tags = conclude_tags(ordered, spec)
    boxes = conclude_boxes(ordered, spec=spec, crowd=crowd, size=size)
    return Consensus(
        tags=tuple(tag for tag, _ in tags),
        shapes=boxes.shapes,
        rejected=boxes.rejected,
        doubts=(*_tag_doubts(tags), *_box_doubts(boxes), *_empty_doubts(ordered, boxes, spec)),
        agreement=agreement(ordered, [scores for _, scores in tags], boxes, spec),
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

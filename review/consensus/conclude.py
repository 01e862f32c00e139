"""The whole conclusion for one task, and the decision whether it stands without a person."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from review.consensus.agree import Scores, agreement
from review.consensus.answers import Answer, Spec
from review.consensus.crowd import UNKNOWN_CROWD, Crowd
from review.consensus.lots import Case
from review.consensus.objects import ObjectConsensus, conclude_objects
from review.consensus.results import Consensus, Doubt, TagConsensus, Verdict
from review.consensus.tags import conclude_tags

SETTLE_IOU = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """One task's answers and what is known about it, as `conclude` takes them."""

    answers: Sequence[Answer]
    spec: Spec
    size: tuple[float, float] | None = None
    crowd: Crowd = UNKNOWN_CROWD


def conclude(
    *,
    answers: Sequence[Answer],
    spec: Spec,
    size: tuple[float, float] | None = None,
    crowd: Crowd = UNKNOWN_CROWD,
) -> Consensus:
    """What several answers say together; `size` is the image's width and height, to keep shapes inside.

    Raises ValueError without answers, or when an annotator or a submission is there twice.
    """
    (consensus,) = conclude_many([Asked(answers, spec, size, crowd)])
    return consensus


def conclude_many(tasks: Sequence[Asked]) -> list[Consensus]:
    """As `conclude`, of many tasks in one go: the same conclusions, many times faster."""
    cases = [_case(task) for task in tasks]
    return [_consensus(case, objects) for case, objects in zip(cases, conclude_objects(cases), strict=True)]


def _case(task: Asked) -> Case:
    answers = task.answers
    if not answers:
        raise ValueError("a consensus needs at least one answer")
    if len({a.annotator for a in answers}) < len(answers) or len({a.submission for a in answers}) < len(
        answers
    ):
        raise ValueError("an annotator has one answer in a consensus")
    # Whatever order the answers come in, everything after this line sees one order: same answers, same bytes.
    ordered = tuple(sorted(answers, key=lambda answer: answer.submission))
    return Case(answers=ordered, spec=task.spec, crowd=task.crowd, size=task.size or (0.0, 0.0))


def _consensus(case: Case, objects: ObjectConsensus) -> Consensus:
    tags = conclude_tags(case.answers, case.spec, case.crowd)
    return Consensus(
        tags=tuple(tag for tag, _ in tags),
        shapes=objects.shapes,
        rejected=objects.rejected,
        doubts=(
            *_tag_doubts(tags),
            *_object_doubts(objects),
            *_empty_doubts(case.answers, objects, case.spec),
        ),
        agreement=agreement(case.answers, [scores for _, scores in tags], objects, case.spec),
    )


def decide(*, consensus: Consensus, threshold: float, iou_threshold: float = SETTLE_IOU) -> Verdict:
    """Settled when the least sure part reaches `threshold` and each shape's expected IoU `iou_threshold`.

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
    return [Doubt(f"tags.{tag.key}", "tag_unsure", tag.confidence, tag.outlook) for tag, _ in tags]


def _object_doubts(objects: ObjectConsensus) -> list[Doubt]:
    doubts = []
    for i, shape in enumerate(objects.shapes):
        reason = "class_unsure" if shape.class_confidence < shape.existence else "existence_unsure"
        doubts.append(Doubt(f"shapes[{i}]", reason, shape.confidence))
        doubts.append(Doubt(f"shapes[{i}]", "attribute_unsure", shape.attribute_confidence))
    for i, shape in enumerate(objects.rejected):
        doubts.append(Doubt(f"rejected[{i}]", "existence_unsure", 1.0 - shape.existence))
    return doubts


def _empty_doubts(answers: Sequence[Answer], objects: ObjectConsensus, spec: Spec) -> list[Doubt]:
    """Nobody drew anything: wrong only if everybody overlooked the same thing."""
    if not spec.classes or objects.shapes or objects.rejected:
        return []
    return [Doubt("shapes", "empty_unsure", 1.0 - math.prod(1.0 - answer.skill for answer in answers))]

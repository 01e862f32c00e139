"""Where gold comes from: a client supplies known answers, or a reviewer promotes a settled task.

Giving it to people is the queue's (tasks/gold.py); marking is marking.py's; what follows, consequences.py's.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Avg, Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict, DomainError, NotVisible
from review.consensus import judge, parse_spec
from review.counted import counted_answers
from review.crowds import knowledge
from review.models import Consensus, Dispute
from review.moment import settling_moment
from review.settle import read_answers
from tasks import gold, states
from tasks.batches import advance_batches
from tasks.models import Batch, GoldTask, Project, Submission, Task
from tasks.payloads import check_payload
from tasks.pointed import Outcome, Pointed, find_tasks, refusal_of
from workers.models import Person

BY_HAND = "by_hand"


class NotGoldYet(Conflict):
    code = "not_settled"
    detail = _("Only a settled task that is in the dataset can become gold.")


def supply_gold(
    *, batch: Batch, kind: GoldTask.Kind, items: Sequence[Pointed], by: Person | None, rng: random.Random
) -> list[Outcome]:
    """Known answers to images of the batch; the outcomes are in their order, and none fails its neighbours.

    What nobody has settled yet is settled by the known answer, and asked of nobody any more as work.
    """
    found = find_tasks(batch=batch, items=items)
    outcomes: list[Outcome] = []
    known: dict[int, dict[str, Any]] = {}
    for item, task in zip(items, found, strict=True):
        if isinstance(task, Outcome):
            outcomes.append(task)
            continue
        try:
            known[task.id] = check_payload(
                payload=item.payload,
                spec=batch.schema.spec,
                width=task.image.width or 0,
                height=task.image.height or 0,
            )
        except DomainError as error:
            outcomes.append(refusal_of(error))
        else:
            outcomes.append(Outcome("stored", task.id))
    with transaction.atomic():
        now = settling_moment()
        _settle_by(known, batch=batch, now=now)
        gold.make_gold(answers=known, kind=kind, origin=GoldTask.Origin.CLIENT, by=by, rng=rng)
    advance_batches(batch_ids=[batch.id], now=now)
    return outcomes


def promote(
    *, project: Project, task_id: int, kind: GoldTask.Kind, by: Person, rng: random.Random
) -> GoldTask:
    """Make a settled task of the project gold, with what was concluded as the known answer.

    A task that is gold already stays as it is. Raises NotVisible, NotGoldYet.
    """
    consensus = Consensus.objects.filter(task=task_id, task__project=project).select_related("task").first()
    if consensus is None:
        raise NotVisible
    if consensus.excluded or consensus.task.state != Task.State.SETTLED:
        raise NotGoldYet
    known = {task_id: bare(consensus.payload)}
    (made,) = gold.make_gold(answers=known, kind=kind, origin=GoldTask.Origin.REVIEW, by=by, rng=rng)
    return made


def retire(*, project: Project, task_id: int, now: datetime) -> None:
    """By hand, for good; who holds a seat at it may still answer. Retiring twice is retiring once."""
    if not GoldTask.objects.filter(task=task_id, project=project).exists():
        raise NotVisible
    gold.retire_gold(task_ids=[task_id], why=BY_HAND, now=now)


def gold_of(project: Project) -> QuerySet[GoldTask]:
    """The project's gold, in use first, the newest first, with how many were marked and how well they did."""
    marked = {"marked": Count("goldscore"), "mean": Avg("goldscore__score")}
    rows = GoldTask.objects.filter(project=project).select_related("task__image", "task__schema")
    return rows.annotate(**marked).order_by(F("retired_at").desc(nulls_first=True), "-made_at", "-task")


def promotable(project: Project) -> QuerySet[Consensus]:
    """Settled tasks that may become gold, the latest first."""
    return (
        Consensus.objects.filter(
            task__project=project, task__state=Task.State.SETTLED, excluded=False, task__gold=None
        )
        .filter(Q(source__in=Consensus.BY_REVIEWERS) | Q(answers__gte=2))
        .select_related("task__image", "task__schema")
        .order_by("-task_id")
    )


def bare(consensus: Mapping[str, Any]) -> dict[str, Any]:
    """A consensus' payload as a submission's: values and shapes without confidence and provenance."""
    extra = {
        "confidence",
        "class_confidence",
        "attribute_confidence",
        "existence",
        "expected_iou",
        "agreed",
        "differed",
    }
    return {
        "tags": {
            key: tag["value"] for key, tag in consensus["tags"].items() if tag["value"] not in (None, "", [])
        },
        "shapes": [
            {key: value for key, value in shape.items() if key not in extra} for shape in consensus["shapes"]
        ],
    }


def _settle_by(known: Mapping[int, dict[str, Any]], *, batch: Batch, now: datetime) -> None:
    """Settle those that are not settled; the answers given so far are judged by the known one."""
    settled = states.settle_known(task_ids=sorted(known), now=now)
    answers: dict[int, list[Submission]] = defaultdict(list)
    for submission in counted_answers(settled).order_by("id"):
        answers[submission.task_id].append(submission)
    people = [one.annotator_id for given in answers.values() for one in given]
    skills = knowledge(projects=[batch.project_id], people=people)[batch.project_id]
    spec = parse_spec(batch.schema.spec)
    rows = [
        Consensus(
            task_id=task,
            source=Consensus.Source.CLIENT,
            payload=judge(
                payload=known[task], answers=read_answers(answers[task], known=skills), spec=spec
            ).payload(),
            confidence=1.0,
            answers=len(answers[task]),
            created_at=now,
        )
        for task in settled
    ]
    fields = ["source", "payload", "confidence", "answers", "created_at", "excluded"]
    Consensus.objects.bulk_create(rows, update_conflicts=True, unique_fields=["task"], update_fields=fields)
    Dispute.objects.filter(task__in=settled, resolved_at__isnull=True).update(
        resolved_at=now, held_by=None, held_until=None
    )

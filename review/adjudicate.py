"""A reviewer's verdict on a dispute, or one more answer asked for."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict, Forbidden
from review.consensus import Consensus as Concluded
from review.consensus import parse_spec
from review.consensus.judge import judge
from review.counted import counted_answers
from review.crowds import Knowledge, knowledge
from review.disputes import access_dispute
from review.models import Adjudication, Consensus, Dispute
from review.moment import settling_moment
from review.scores import Score, record_agreements
from review.settle import read_answers
from tasks import states
from tasks.batches import advance_batches
from tasks.models import Submission
from tasks.payloads import check_payload
from workers.models import Person

NOTHING: dict[str, Any] = {"tags": {}, "shapes": []}


class AlreadyResolved(Conflict):
    code = "already_resolved"
    detail = _("Another reviewer settled this one first.")


class VerdictReused(Conflict):
    code = "verdict_reused"
    detail = _("This verdict's id belongs to another dispute.")


class OwnAnswer(Forbidden):
    code = "own_answer"
    detail = _("You answered this task yourself, so somebody else settles it.")


class NoSeatLeft(Conflict):
    code = "no_seat_left"
    detail = _("This task has had all the answers it may have.")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the reviewer sent. `id` is the browser's; `excluded`: the image cannot be labelled at all."""

    id: uuid.UUID
    payload: dict[str, Any]
    picked: uuid.UUID | None = None
    note: str = ""
    excluded: bool = False


def adjudicate(*, person: Person, dispute_id: int, verdict: Verdict) -> tuple[Adjudication, bool]:
    """Settle a dispute; idempotent by the verdict's id. The flag says whether this call did it."""
    with transaction.atomic():
        now = settling_moment()
        dispute = access_dispute(person, dispute_id, lock=True)
        earlier = Adjudication.objects.filter(dispute=dispute).first()
        if earlier is not None and (earlier.id, earlier.reviewer_id) == (verdict.id, person.id):
            return earlier, False
        submissions = list(counted_answers([dispute.task_id]).order_by("id"))
        check_may_judge(dispute, person=person)
        if Adjudication.objects.filter(id=verdict.id).exists():
            raise VerdictReused
        task = dispute.task
        payload = (
            NOTHING
            if verdict.excluded
            else check_payload(
                payload=verdict.payload,
                spec=task.schema.spec,
                width=task.image.width or 0,
                height=task.image.height or 0,
            )
        )
        adjudication = Adjudication.objects.create(
            id=verdict.id,
            dispute=dispute,
            reviewer=person,
            picked_id=next((s.id for s in submissions if s.id == verdict.picked), None),
            payload=payload,
            note=verdict.note,
            created_at=now,
        )
        judged = _judge(dispute, payload=payload, submissions=submissions)
        _conclude(dispute, judged=judged, excluded=verdict.excluded, answers=len(submissions), now=now)
        if not verdict.excluded:
            record_agreements(
                scores=[Score(s, task.project_id, judged.agreement[str(s.id)]) for s in submissions]
            )
    advance_batches(batch_ids=[task.batch_id], now=now)
    return adjudication, True


def check_may_judge(dispute: Dispute, *, person: Person) -> None:
    """The dispute is open, and no answer to its task (counted or not) is the reviewer's own."""
    if dispute.resolved_at is not None:
        raise AlreadyResolved
    if dispute.task.submissions.filter(annotator=person).exists():
        raise OwnAnswer


def ask_one_more(*, person: Person, dispute_id: int) -> None:
    """Close the dispute and open one more seat; when that is answered the machine weighs the task again."""
    with transaction.atomic():
        now = settling_moment()
        dispute = access_dispute(person, dispute_id, lock=True)
        check_may_judge(dispute, person=person)
        _resolve(dispute, now=now)
        if not states.ask_more(task_ids=[dispute.task_id], now=now):
            raise NoSeatLeft


def _judge(dispute: Dispute, *, payload: dict[str, Any], submissions: list[Submission]) -> Concluded:
    project = dispute.project_id
    known: Knowledge = knowledge(projects=[project], people=[s.annotator_id for s in submissions])[project]
    answers = read_answers(submissions, known=known)
    return judge(payload=payload, answers=answers, spec=parse_spec(dispute.task.schema.spec))


def _conclude(dispute: Dispute, *, judged: Concluded, excluded: bool, answers: int, now: datetime) -> None:
    Consensus.objects.update_or_create(
        task=dispute.task,
        defaults={
            "source": Consensus.Source.ADJUDICATION,
            "payload": {**NOTHING, "confidence": 1.0, "agreement": {}} if excluded else judged.payload(),
            "confidence": 1.0,
            "answers": answers,
            "excluded": excluded,
            "created_at": now,
        },
    )
    _resolve(dispute, now=now)
    if not states.settle_tasks(task_ids=[dispute.task_id], now=now):
        raise AlreadyResolved


def _resolve(dispute: Dispute, *, now: datetime) -> None:
    changed = Dispute.objects.filter(id=dispute.id, resolved_at__isnull=True).update(
        resolved_at=now, held_by=None, held_until=None
    )
    if not changed:
        raise AlreadyResolved

"""Appeals: an annotator's word against a consequence, or against their answer's being found wrong.

One each; a reviewer who saw neither the answer nor gave the verdict decides, and says why. A granted appeal
undoes what followed; pay follows by a row in the ledger.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict, Forbidden, Invalid, NotVisible
from review import consequences
from review.models import Adjudication, Appeal, CheckedAnswer, Consequence, SpotCheck
from tasks import returns
from tasks.access import site_projects
from tasks.models import Submission, Task
from workers import earnings, notices
from workers.models import Earning, Person

LONGEST = 500


class AppealedBefore(Conflict):
    code = "appealed_before"
    detail = _("You have appealed against this before.")


class DecidedBefore(Conflict):
    code = "decided_before"
    detail = _("Another reviewer decided this one first.")


class OwnVerdict(Forbidden):
    code = "own_verdict"
    detail = _("The appeal is against your own verdict or answer, so somebody else decides.")


@dataclass(frozen=True, slots=True)
class Ruling:
    granted: bool
    answer: str


def appeal_consequence(*, person: Person, consequence_id: int, words: str, now: datetime) -> Appeal:
    against = Consequence.objects.filter(id=consequence_id, person=person).select_related("project").first()
    if against is None:
        raise NotVisible
    return _appeal(Appeal(person=person, project=against.project, consequence=against), words=words, now=now)


def appeal_answer(*, person: Person, submission_id: uuid.UUID, words: str, now: datetime) -> Appeal:
    """Against the conclusion on a task that the person answered."""
    against = own_settled(person).filter(id=submission_id).select_related("task__project").first()
    if against is None:
        raise NotVisible
    appeal = Appeal(person=person, project=against.task.project, submission=against)
    return _appeal(appeal, words=words, now=now)


def own_settled(person: Person) -> QuerySet[Submission]:
    """The person's answers to tasks that are settled, the newest version of each; gold like any other."""
    own = Submission.objects.current().filter(annotator=person).exclude(purpose="practice")
    return own.filter(task__state="settled", task__consensus__excluded=False)


def waiting_for(person: Person) -> QuerySet[Appeal]:
    """Appeals that this reviewer may decide, the oldest first."""
    own = Q(submission__annotator=person) | Q(submission__task__disputes__adjudication__reviewer=person)
    own |= Q(submission__task__checks__reviewer=person)
    waiting = Appeal.objects.filter(decided_at=None, project__in=site_projects(person)).exclude(own)
    related = [
        "person",
        "project",
        "consequence__project",
        "submission__task__image",
        "submission__task__schema",
    ]
    return waiting.select_related(*related).order_by("id")


def decide(*, person: Person, appeal_id: int, ruling: Ruling, now: datetime) -> Appeal:
    """Decide an appeal; deciding it alike again is deciding it once."""
    answer = _words(ruling.answer)
    with transaction.atomic():
        visible = Appeal.objects.filter(id=appeal_id, project__in=site_projects(person))
        appeal = visible.select_for_update(of=("self",)).select_related("project", "person").first()
        if appeal is None:
            raise NotVisible
        _check_may_decide(appeal, person=person)
        if appeal.decided_at is not None:
            if (appeal.decided_by_id, appeal.granted) == (person.id, ruling.granted):
                return appeal
            raise DecidedBefore
        appeal.decided_at, appeal.decided_by = now, person
        appeal.granted, appeal.answer = ruling.granted, answer
        appeal.save()
        if ruling.granted:
            _undo(appeal, now=now)
        kind = "appeal_granted" if ruling.granted else "appeal_refused"
        notices.notify(
            people=[appeal.person_id], kind=kind, about={"project": appeal.project.name}, link="/desk/mine/"
        )
    return appeal


def _appeal(appeal: Appeal, *, words: str, now: datetime) -> Appeal:
    appeal.words, appeal.made_at = _words(words), now
    if not appeal.words:
        raise Invalid(errors=[{"where": "words", "code": "missing", "detail": str(_("Say why."))}])
    try:
        with transaction.atomic():
            appeal.save(force_insert=True)
    except IntegrityError:
        raise AppealedBefore from None
    return appeal


def _words(text: str) -> str:
    return text.replace("\0", "").strip()[:LONGEST]


def _check_may_decide(appeal: Appeal, *, person: Person) -> None:
    submission = appeal.submission
    if submission is None:
        return
    judged = Adjudication.objects.filter(dispute__task=submission.task_id, reviewer=person)
    checked = SpotCheck.objects.filter(task=submission.task_id, reviewer=person)
    if submission.annotator_id == person.id or judged.exists() or checked.exists():
        raise OwnVerdict


def _undo(appeal: Appeal, *, now: datetime) -> None:
    if appeal.consequence is not None:
        consequences.lift(consequence=appeal.consequence, now=now)
    elif appeal.submission is not None:
        task_id, annotator_id = appeal.submission.task_id, appeal.submission.annotator_id
        versions = Submission.objects.filter(task=task_id, annotator=annotator_id)
        # As correcting and settling do: whoever has the task first decides.
        Task.objects.select_for_update(no_key=True).get(id=task_id)
        rejected = CheckedAnswer.objects.filter(submission__in=versions, rejected=True, lifted_at=None)
        rejected.update(lifted_at=now)
        # What had gone back to its author counts again as it is.
        returns.come_back(task_id=task_id, annotator_id=annotator_id, now=now)
        _make_good(appeal, versions=versions)


def _make_good(appeal: Appeal, *, versions: QuerySet[Submission]) -> None:
    """What was taken off for the answer, whichever version of it, is paid back."""
    rows = Earning.objects.filter(submission__in=versions.values("id"), kind=Earning.Kind.CORRECTION)
    taken = rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    if taken < 0:
        earnings.correct(
            person_id=appeal.person_id,
            project_id=appeal.project_id,
            amount=-taken,
            currency=appeal.project.currency,
            note="appeal granted",
            submission=appeal.submission_id,
        )

"""What a reviewer does with a spot check: put the conclusion right, and accept or reject each answer.

Releases made before stay as they are: their files were written then. While one is being made nothing that it
may hold is changed.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict, Invalid
from review.adjudicate import NOTHING, AlreadyResolved, NoSeatLeft, OwnAnswer, Verdict, VerdictReused
from review.consensus import parse_spec
from review.consensus.judge import judge
from review.counted import counted_answers
from review.crowds import knowledge
from review.models import CheckedAnswer, CheckPolicy, Consensus, Release, SpotCheck
from review.moment import settling_moment
from review.releases import UNFINISHED
from review.scores import Score, record_agreements, withdraw_agreements
from review.settle import read_answers
from review.spot_checks import access_spot_check
from tasks import batches, returns, states
from tasks.models import GoldTask, Submission, Task, Withheld
from tasks.payloads import check_payload
from workers import earnings, notices
from workers.models import Earning, Person

NOTE = 500


class ReleaseUnderWay(Conflict):
    code = "release_under_way"
    detail = _("A release of this project is being made. Try again when it is ready.")


class BatchEnded(Conflict):
    code = "batch_ended"
    detail = _("The batch is complete, so nobody else can be asked. Put it right yourself.")


class NothingRejected(Conflict):
    code = "nothing_rejected"
    detail = _("Only a task with a rejected answer, and not put right, is sent to somebody else.")


class TaskIsGold(Conflict):
    code = "task_is_gold"
    detail = _("This task is gold, so nobody else is asked. Put it right yourself.")


@dataclass(frozen=True, slots=True)
class Rejection:
    reason: str
    note: str = ""


def fix_check(*, person: Person, check_id: int, verdict: Verdict) -> bool:
    """Replace the conclusion by the reviewer's; idempotent by the verdict's id. False for a replay."""
    with transaction.atomic():
        now = settling_moment()
        check = access_spot_check(person, check_id, lock=True)
        if check.fix == verdict.id and check.reviewer_id == person.id:
            return False
        _check_may_judge(check, person=person)
        if SpotCheck.objects.filter(fix=verdict.id).exists():
            raise VerdictReused
        _check_no_release(check)
        answers = list(counted_answers([check.task_id]).order_by("id"))
        _withdraw(check.task, answers)
        _conclude(check.task, verdict=verdict, answers=answers, now=now)
        SpotCheck.objects.filter(id=check.id).update(fix=verdict.id, reviewer=person)
    return True


def judge_check(
    *, person: Person, check_id: int, rejections: Mapping[uuid.UUID, Rejection], send_on: bool = False
) -> SpotCheck:
    """End the check: the named answers are rejected, the others accepted; judging again changes nothing.

    `send_on`: the conclusion is wrong too, and the work is done again: by who did it, or by one more person,
    as the project's policy says; what was rejected counts no more.
    """
    with transaction.atomic():
        now = settling_moment()
        check = access_spot_check(person, check_id, lock=True)
        if check.judged_at is not None and check.reviewer_id == person.id:
            return check
        _check_may_judge(check, person=person)
        answers = list(
            counted_answers([check.task_id]).select_related("annotator", "task__project").order_by("id")
        )
        _check_rejections(rejections, answers)
        rejected = [answer for answer in answers if answer.id in rejections]
        goes_back = send_on and goes_to_author(check, rejected)
        if send_on:
            _check_may_send_on(check, rejections=rejections)
            _withdraw(check.task, answers)
        check.outcome = _outcome(check, send_on=send_on, goes_back=goes_back)
        check.judged_at, check.reviewer = now, person
        check.save()
        CheckedAnswer.objects.bulk_create(
            _checked(check, answer, rejections.get(answer.id)) for answer in answers
        )
        Withheld.objects.filter(task=check.task_id).delete()
        _follow(check, rejected, goes_back=goes_back)
        if goes_back and not returns.send_back(answers=rejected, now=now):
            raise AlreadyResolved
        if send_on and not goes_back:
            returns.give_away(answers=rejected, now=now)
        # Last: opening a seat locks its lane until the commit.
        if send_on and not goes_back and not states.send_on(task_ids=[check.task_id], now=now):
            raise NoSeatLeft
    if send_on or check.holds:
        batches.advance_batches(batch_ids=[check.task.batch_id], now=now)
    return check


def goes_to_author(check: SpotCheck, rejected: Sequence[Submission]) -> bool:
    """Whether the project's policy sends rejected work back, and all who gave it can still work."""
    policy = CheckPolicy.objects.filter(project=check.project_id).first()
    if policy is None or policy.again != CheckPolicy.Again.SAME:
        return False
    return all(one.annotator.is_active and not one.annotator.is_paused for one in rejected)


def end_overdue(*, now: datetime) -> int:
    """What was sent back and not corrected in time goes to others, and pay follows; returns how many."""
    return returns.end_overdue(now=now, follow=_deduct)


def may_send_on(check: SpotCheck) -> bool:
    """Whether the page offers it; judge_check looks again."""
    batch, task = check.task.batch, check.task
    in_work = batch.state in (batch.State.LABELLING, batch.State.REVIEWING)
    has_room = task.answers < task.max_overlap or goes_to_author(check, [])
    return in_work and has_room and check.fix is None


def _check_may_judge(check: SpotCheck, *, person: Person) -> None:
    if check.judged_at is not None or check.task.state != Task.State.SETTLED:
        raise AlreadyResolved
    if check.fix is not None and check.reviewer_id != person.id:
        raise AlreadyResolved
    if check.task.submissions.filter(annotator=person).exists():
        raise OwnAnswer


def _check_no_release(check: SpotCheck) -> None:
    """A release being made takes its cut-off alone (review/moment.py), so none begins before we commit."""
    if Release.objects.filter(project=check.project_id, state__in=UNFINISHED).exists():
        raise ReleaseUnderWay


def _check_rejections(rejections: Mapping[uuid.UUID, Rejection], answers: Sequence[Submission]) -> None:
    known = {answer.id for answer in answers}
    for submission, rejection in rejections.items():
        if submission not in known or rejection.reason not in CheckedAnswer.Reason.values:
            detail = str(_("Say why each rejected answer is wrong."))
            raise Invalid(errors=[{"where": "reason", "code": "missing", "detail": detail}])


def _check_may_send_on(check: SpotCheck, *, rejections: Mapping[uuid.UUID, Rejection]) -> None:
    """Holds the batch in work, if it still is."""
    if not rejections or check.fix is not None:
        raise NothingRejected
    if GoldTask.objects.filter(task=check.task_id).exists():
        raise TaskIsGold
    if not batches.lock_in_work(batch_id=check.task.batch_id):
        raise BatchEnded
    _check_no_release(check)


def _outcome(check: SpotCheck, *, send_on: bool, goes_back: bool) -> SpotCheck.Outcome:
    if goes_back:
        return SpotCheck.Outcome.RETURNED
    if send_on:
        return SpotCheck.Outcome.SENT_ON
    return SpotCheck.Outcome.FIXED if check.fix else SpotCheck.Outcome.STANDS


def _checked(check: SpotCheck, answer: Submission, rejection: Rejection | None) -> CheckedAnswer:
    note = rejection.note.replace("\0", "").strip()[:NOTE] if rejection else ""
    return CheckedAnswer(
        check_made=check,
        submission=answer,
        rejected=rejection is not None,
        reason=rejection.reason if rejection else "",
        note=note,
    )


def _withdraw(task: Task, answers: Sequence[Submission]) -> None:
    """What the conclusion added to the rollups is taken back: another one takes its place."""
    old = Consensus.objects.get(task=task)
    if old.excluded or (old.source == Consensus.Source.MACHINE and old.answers < 2):
        return
    agreement = old.payload["agreement"]
    withdraw_agreements(
        scores=[Score(a, task.project_id, agreement[str(a.id)]) for a in answers if str(a.id) in agreement]
    )


def _conclude(task: Task, *, verdict: Verdict, answers: Sequence[Submission], now: datetime) -> None:
    payload = NOTHING
    if not verdict.excluded:
        payload = check_payload(
            payload=verdict.payload,
            spec=task.schema.spec,
            width=task.image.width or 0,
            height=task.image.height or 0,
        )
    people = [answer.annotator_id for answer in answers]
    known = knowledge(projects=[task.project_id], people=people)[task.project_id]
    judged = judge(
        payload=payload, answers=read_answers(answers, known=known), spec=parse_spec(task.schema.spec)
    )
    Consensus.objects.filter(task=task).update(
        source=Consensus.Source.CHECK,
        payload={**NOTHING, "confidence": 1.0, "agreement": {}} if verdict.excluded else judged.payload(),
        confidence=1.0,
        answers=len(answers),
        excluded=verdict.excluded,
        created_at=now,
    )
    if not verdict.excluded:
        record_agreements(
            scores=[Score(one, task.project_id, judged.agreement[str(one.id)]) for one in answers]
        )


def _follow(check: SpotCheck, rejected: Sequence[Submission], *, goes_back: bool) -> None:
    """Tell the authors, and take the pay off again where the policy says so: not of work they do again."""
    about = {"project": check.task.project.name, "image": check.task.image.name}
    for answer in sorted(rejected, key=lambda one: one.annotator_id):
        if goes_back:
            link = reverse("desk-mend", args=[answer.id])
            notices.notify(people=[answer.annotator_id], kind="sent_back", about=about, link=link)
            continue
        notices.notify(people=[answer.annotator_id], kind="answer_rejected", about=about, link="/desk/mine/")
        _deduct(answer)


def _deduct(answer: Submission) -> None:
    """Nothing where the project's policy keeps the pay."""
    project = answer.task.project
    policy = CheckPolicy.objects.filter(project=project).first()
    if policy is None or policy.pay != CheckPolicy.Pay.DEDUCT:
        return
    versions = Submission.objects.filter(task=answer.task_id, annotator=answer.annotator_id)
    for piece in Earning.objects.filter(submission__in=versions.values("id"), kind=Earning.Kind.PIECE):
        earnings.correct(
            person_id=answer.annotator_id,
            project_id=project.id,
            amount=-piece.amount,
            currency=piece.currency,
            note="rejected in a spot check",
            submission=answer.id,
        )

"""Answered tasks -> settled, one more seat, or a dispute.

Workers pull chunks of answered tasks with FOR UPDATE SKIP LOCKED and do all of a chunk in one transaction:
a worker that dies leaves its tasks answered, and no two workers see the same one. So each task is
concluded once, and each submission adds its agreement to the rollups once, when its task is settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

import structlog
from django.db import connection, transaction

from review.answered import Case, Given, take_cases
from review.consensus import Answer, Spec, parse_answer, parse_spec
from review.crowds import Knowledge, knowledge
from review.models import Consensus, Dispute
from review.moment import settling_moment
from review.quality import wanted_in
from review.scores import Score, record_agreements
from review.spot_checks import draw_checks
from review.weighing import Finding, Outcome, Question, uncollected, weigh_many, weight_of
from tasks import hopeless, states
from tasks.batches import advance_batches
from tasks.models import Batch, LabelSchema, Prediction, Submission

log = structlog.get_logger()

CHUNK = 250
_SAVE = """
INSERT INTO review_consensus (source, created_at, task_id, payload, confidence, answers, excluded)
SELECT %s, %s, task, payload, confidence, answers, false
FROM unnest(%s::bigint[], %s::jsonb[], %s::float8[], %s::smallint[])
    AS t (task, payload, confidence, answers)
ON CONFLICT (task_id) DO UPDATE SET source = excluded.source, payload = excluded.payload,
    confidence = excluded.confidence, answers = excluded.answers, created_at = excluded.created_at
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """What one chunk came to; `taken` is less than was asked for when nothing is left."""

    taken: int = 0
    settled: int = 0
    asked: int = 0
    disputed: int = 0


def settle_answered(*, chunk: int = CHUNK) -> Tally:
    """Conclude up to `chunk` answered tasks, the longest waiting first."""
    with uncollected(), transaction.atomic():
        now = settling_moment()
        cases = take_cases(limit=chunk)
        if not cases:
            return Tally()
        findings = list(zip(cases, weigh_cases(cases), strict=True))
        findings = spare_hopeless(ask_verifiers(findings))
        # Not before the weighing: it takes long, and the lock keeps other settlers from the same jobs.
        states.lock_jobs(task_ids=[case.task for case in cases])
        settled = [(case, found) for case, found in findings if found.outcome is Outcome.SETTLE]
        asked = [(case, found) for case, found in findings if found.outcome is Outcome.ASK]
        disputed = [(case, found) for case, found in findings if found.outcome is Outcome.DISPUTE]
        save_consensus([*settled, *disputed], now=now)
        states.settle_tasks(task_ids=[case.task for case, _ in settled], now=now)
        draw_checks(settled=[(case.task, case.project) for case, _ in settled], now=now)
        states.dispute_tasks(task_ids=[case.task for case, _ in disputed], now=now)
        open_disputes(disputed, now=now)
        record_agreements(scores=scores_of(settled))
        # Last: opening a seat locks its lane until the commit.
        states.ask_more(task_ids=[case.task for case, _ in asked], now=now)
    advance_batches(batch_ids={case.batch for case in cases}, now=now)
    return Tally(len(cases), len(settled), len(asked), len(disputed))


def weigh_cases(cases: Sequence[Case]) -> list[Finding]:
    projects = {case.project for case in cases}
    known = knowledge(
        projects=projects,
        people={submission.annotator_id for case in cases for submission in case.submissions},
    )
    wanted = wanted_in(projects)
    trusting = [case.task for case in cases if wanted[case.project].trusts_predictions]
    predictions = dict(Prediction.objects.filter(task__in=trusting).values_list("task_id", "payload"))
    return weigh_many(
        [
            Question(
                task=case.task,
                answers=read_answers_or_none(case, known=known[case.project]),
                spec=spec_of(case.schema),
                size=case.size,
                crowd=known[case.project].crowd,
                threshold=case.threshold,
                seats_left=case.seats_left,
                priority=case.priority,
                wanted=wanted[case.project],
                experience=known[case.project].experience,
                prediction=predictions.get(case.task),
            )
            for case in cases
        ]
    )


@lru_cache(maxsize=1000)
def spec_of(schema: int) -> Spec:
    """A label schema never changes, so each is read once in a while."""
    return parse_spec(LabelSchema.objects.get(id=schema).spec)


def read_answers_or_none(case: Case, *, known: Knowledge) -> list[Answer]:
    """The answers of a case; none of them where one cannot be read, which makes a dispute."""
    try:
        return read_answers(case.submissions, known=known)
    except ValueError:
        log.exception("answers not read", task=case.task)
        return []


def read_answers(submissions: Iterable[Given | Submission], *, known: Knowledge) -> list[Answer]:
    return [
        parse_answer(
            submission=str(submission.id),
            annotator=submission.annotator_id,
            skill=known.skill(submission.annotator_id),
            payload=submission.payload,
        )
        for submission in submissions
    ]


def ask_verifiers(findings: list[tuple[Case, Finding]]) -> list[tuple[Case, Finding]]:
    """Where later people verify, nothing is concluded from an answer that nobody else has judged."""
    return [
        (case, replace(found, outcome=Outcome.ASK, stands=found.outcome is Outcome.SETTLE))
        if case.verifies and len(case.submissions) == 1 and case.seats_left > 0
        else (case, found)
        for case, found in findings
    ]


def spare_hopeless(findings: list[tuple[Case, Finding]]) -> list[tuple[Case, Finding]]:
    """Ask nobody where every annotator of the project's sites has already had a seat at the task."""
    asked = [case.task for case, found in findings if found.outcome is Outcome.ASK]
    if not asked:
        return findings
    reachable = hopeless.with_people_left(asked)
    return [
        (case, replace(found, outcome=Outcome.SETTLE if found.stands else Outcome.DISPUTE))
        if found.outcome is Outcome.ASK and case.task not in reachable
        else (case, found)
        for case, found in findings
    ]


def save_consensus(findings: Iterable[tuple[Case, Finding]], *, now: datetime) -> None:
    """The machine's conclusion, also of what goes to a reviewer, who may accept it."""
    rows = [
        (case.task, found.consensus.json(), found.consensus.confidence, len(case.submissions))
        for case, found in findings
        if found.consensus is not None
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, [Consensus.Source.MACHINE.value, now, *map(list, zip(*rows, strict=True))])


def open_disputes(findings: Iterable[tuple[Case, Finding]], *, now: datetime) -> None:
    Dispute.objects.bulk_create(
        Dispute(
            task_id=case.task,
            project_id=case.project,
            reason=found.reason or Dispute.Reason.ERROR,
            where=found.where,
            value=found.value,
            opened_at=now,
        )
        for case, found in findings
    )


def scores_of(settled: Iterable[tuple[Case, Finding]]) -> list[Score]:
    return [
        Score(submission, case.project, found.consensus.agreement[str(submission.id)])
        for case, found in settled
        # The only answer agrees with itself: that says nothing of its author.
        if found.consensus is not None and len(case.submissions) > 1
        for submission in case.submissions
    ]


def dispute_skipped(*, limit: int = CHUNK) -> int:
    """Hand to a reviewer the tasks that more people skipped than the rule allows."""
    with transaction.atomic():
        now = settling_moment()
        tasks = list(
            states.skipped_too_often()
            .select_related("project", "batch")
            .select_for_update(skip_locked=True, of=("self",))[:limit]
        )
        states.dispute_tasks(task_ids=[task.id for task in tasks], now=now)
        Dispute.objects.bulk_create(
            Dispute(
                task=task,
                project_id=task.project_id,
                reason=Dispute.Reason.SKIPPED,
                value=weight_of(task.project.priority + task.batch.priority),
                opened_at=now,
            )
            for task in tasks
        )
    return len(tasks)


def advance_forgotten(*, now: datetime) -> None:
    """Batches whose settler died between its commit and their advance."""
    in_work = [Batch.State.LABELLING, Batch.State.REVIEWING]
    advance_batches(batch_ids=Batch.objects.filter(state__in=in_work).values_list("id", flat=True), now=now)

"""Marking: how near an answer to gold comes to the known one, by the consensus' own measure of agreement.

The score is written once a submission. Answers to gold that measures are marked when they can no longer be
corrected, as other tasks are settled only after a while; practice is marked as soon as somebody asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import connection, transaction
from django.db.models import Count, Exists, Max, OuterRef, Q

from review.consensus import DEFAULT_SKILL, judge, parse_answer, parse_spec
from review.models import GoldScore, Quality
from review.scores import Score, record_agreements
from tasks import gold
from tasks.models import Assignment, GoldTask, Submission

log = structlog.get_logger()
CHUNK = 500
SEEN_BY = 100  # people, where the project says nothing
LEAKED, UNMARKABLE = "leaked", "unmarkable"
_LOCK = 0x6C6D_601D  # any constant of our own


def mark_measured(*, now: datetime, limit: int = CHUNK) -> list[GoldScore]:
    """Mark answers that nobody has marked, the oldest first; each counts as agreement in its hour, too.

    One worker at a time: another one finds nothing to do.
    """
    unmarked = ~Exists(GoldScore.objects.filter(submission=OuterRef("id")))
    with transaction.atomic():
        if not _alone():
            return []
        # Answers come in the order of their times, and each is visible long before it is ripe: none is left
        # behind the last one that was marked.
        last = GoldScore.objects.filter(is_practice=False).aggregate(last=Max("answered_at"))["last"]
        since = Q() if last is None else Q(created_at__gte=last)
        ripe = (
            Submission.objects.current()
            .filter(since, unmarked, purpose=Assignment.Purpose.MEASURE, created_at__lt=now - gold.OPEN_FOR)
            .exclude(task__gold__retired_why=UNMARKABLE)
        )
        submissions = ripe.select_related("task__schema", "task__gold").order_by("created_at")[:limit]
        marked = [mark_or_retire(submission, now=now) for submission in submissions]
        scores = GoldScore.objects.bulk_create(score for score in marked if score is not None)
        record_agreements(scores=[Score(score.submission, score.project_id, score.score) for score in scores])
    retire_leaked(task_ids=sorted({score.task_id for score in scores}), now=now)
    return scores


def mark_practice(submission: Submission) -> GoldScore:
    """The score of an answer to practice; the same again when it was asked for before."""
    GoldScore.objects.bulk_create([mark(submission)], ignore_conflicts=True)
    return GoldScore.objects.get(submission=submission)


def mark_or_retire(submission: Submission, *, now: datetime) -> GoldScore | None:
    """As `mark`; gold that breaks the machine is given to nobody any more, as it must not stop the others."""
    try:
        return mark(submission)
    except Exception:
        log.exception("gold not marked", task=submission.task_id)
        gold.retire_gold(task_ids=[submission.task_id], why=UNMARKABLE, now=now)
        return None


def mark(submission: Submission) -> GoldScore:
    """The score, not saved. Needs the submission's task with its schema and gold."""
    known = submission.task.gold
    answer = parse_answer(
        submission=str(submission.id),
        annotator=submission.annotator_id,
        skill=DEFAULT_SKILL,
        payload=submission.payload,
    )
    judged = judge(payload=known.payload, answers=[answer], spec=parse_spec(submission.task.schema.spec))
    return GoldScore(
        submission=submission,
        task=known,
        person_id=submission.annotator_id,
        project_id=known.project_id,
        is_practice=submission.purpose == Assignment.Purpose.PRACTICE,
        score=judged.agreement[str(submission.id)],
        answered_at=submission.created_at,
    )


def retire_leaked(*, task_ids: Sequence[int], now: datetime) -> int:
    """Retire gold that so many people have had that it may be talked about."""
    seen = (
        Submission.objects.filter(task__in=task_ids, purpose=Assignment.Purpose.MEASURE, version=1)
        .values_list("task")
        .annotate(people=Count("id"))
    )
    people = dict(seen.order_by())
    projects = dict(GoldTask.objects.filter(task__in=people).values_list("task_id", "project_id"))
    most = dict(Quality.objects.filter(project__in=projects.values()).values_list("project", "gold_seen_by"))
    leaked = [task for task, count in people.items() if count >= most.get(projects[task], SEEN_BY)]
    return gold.retire_gold(task_ids=leaked, why=LEAKED, now=now) if leaked else 0


def _alone() -> bool:
    """Whether this transaction may mark; it keeps others from it until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])

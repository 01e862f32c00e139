"""The only writer of `Task.state` beside submitting, which counts answers (queue.sql).

    open -> answered (its last answer came) -> settled | disputed -> settled     open -> settled (known)
    answered, disputed -> open (one more answer is asked for)     open -> disputed (too many skipped it)
    settled -> open (a spot check found it wrong, and somebody else is asked, or its author once more)

Each is compare-and-set and returns the ids it changed. Job counters follow in the same statement:
`answered` counts the tasks that are answered, disputed or settled now. Locks are taken in the order task,
job, rollup, lane; so call `lock_jobs` before several of these in one transaction, and `ask_more` last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from tasks import seats
from tasks.models import Assignment, Task

_LOCK_JOBS = """
SELECT id FROM tasks_job WHERE id IN (SELECT job_id FROM tasks_task WHERE id = ANY(%(ids)s))
ORDER BY id FOR NO KEY UPDATE
"""
_CHANGE = """
WITH was AS (
    SELECT id, job_id, state FROM tasks_task
    WHERE id = ANY(%(ids)s) AND state = ANY(%(from)s) {also}
    ORDER BY id FOR NO KEY UPDATE
), changed AS (
    UPDATE tasks_task t SET {set} FROM was WHERE t.id = was.id
    RETURNING t.id, was.job_id, was.state AS before, t.state AS after
), counted AS (
    UPDATE tasks_job j
    SET answered = j.answered + c.answered, settled = j.settled + c.settled,
        disputed = j.disputed + c.disputed
    FROM (
        SELECT job_id,
            sum((after <> 'open')::int - (before <> 'open')::int) AS answered,
            sum((after = 'settled')::int - (before = 'settled')::int) AS settled,
            sum((after = 'disputed')::int - (before = 'disputed')::int) AS disputed
        FROM changed GROUP BY job_id
    ) AS c
    WHERE j.id = c.job_id
)
SELECT id FROM changed ORDER BY id
"""
_SETTLE = _CHANGE.format(set="state = 'settled', settled_at = %(now)s", also="")
_SETTLE_KNOWN = _CHANGE.format(
    set="state = 'settled', settled_at = %(now)s, stuck_at = NULL, overlap = greatest(answers, 1)", also=""
)
# A task that too many people skipped wants no answers beyond those it has.
_DISPUTE = _CHANGE.format(
    set="state = 'disputed', stuck_at = NULL, overlap = answers, "
    "answered_at = COALESCE(answered_at, %(now)s)",
    also="AND (state = 'answered' OR stuck_at IS NOT NULL)",
)
_ASK_MORE = _CHANGE.format(
    set="state = 'open', answered_at = NULL, overlap = answers + 1", also="AND answers < max_overlap"
)
_SEND_ON = _CHANGE.format(
    set="state = 'open', answered_at = NULL, settled_at = NULL, overlap = answers + 1",
    also="AND answers < max_overlap",
)
# Answers go back to their authors, in their seats: they count again when they are corrected.
_SEND_BACK = _CHANGE.format(
    set="state = 'open', answered_at = NULL, settled_at = NULL, answers = answers - %(answers)s, "
    "overlap = greatest(overlap, answers)",
    also="AND answers >= %(answers)s",
)
_COUNT_AGAIN = _CHANGE.format(
    set="answers = answers + 1, state = CASE WHEN answers + 1 = overlap THEN 'answered' ELSE 'open' END, "
    "answered_at = CASE WHEN answers + 1 = overlap THEN %(now)s ELSE answered_at END",
    also="AND answers < overlap",
)
# One answer fewer is wanted: nobody is left who may give it.
_DO_WITHOUT = _CHANGE.format(
    set="overlap = overlap - 1, state = CASE WHEN answers = overlap - 1 THEN 'answered' ELSE 'open' END, "
    "answered_at = CASE WHEN answers = overlap - 1 THEN %(now)s ELSE answered_at END",
    also="AND answers < overlap",
)
_STUCK = "UPDATE tasks_task SET stuck_at = now() WHERE id = %s AND state = 'open' AND stuck_at IS NULL"


def settle_tasks(*, task_ids: Sequence[int], now: datetime) -> list[int]:
    """answered, disputed -> settled."""
    return _change(_SETTLE, ["answered", "disputed"], task_ids=task_ids, now=now)


def settle_known(*, task_ids: Sequence[int], now: datetime) -> list[int]:
    """open, answered, disputed -> settled, for tasks whose answer is known from elsewhere: nobody is asked
    any more, and who holds one may still send their answer, which is kept as surplus."""
    changed = _change(_SETTLE_KNOWN, ["open", "answered", "disputed"], task_ids=task_ids, now=now)
    seats.withdraw_seats(task_ids=changed)
    return changed


def dispute_tasks(*, task_ids: Sequence[int], now: datetime) -> list[int]:
    """answered -> disputed, and open -> disputed for a task that too many people skipped."""
    changed = _change(_DISPUTE, ["answered", "open"], task_ids=task_ids, now=now)
    seats.withdraw_seats(task_ids=changed)
    return changed


def ask_more(*, task_ids: Sequence[int], now: datetime) -> list[int]:
    """answered, disputed -> open, with one more seat, where the maximum overlap leaves room."""
    changed = _change(_ASK_MORE, ["answered", "disputed"], task_ids=task_ids, now=now)
    seats.add_seats(task_ids=changed)
    return changed


def send_on(*, task_ids: Sequence[int], now: datetime) -> list[int]:
    """settled -> open, with one more seat, where the maximum overlap leaves room. Only while the batch is in
    work: hold `batches.lock_in_work` first."""
    changed = _change(_SEND_ON, ["settled"], task_ids=task_ids, now=now)
    seats.add_seats(task_ids=changed)
    return changed


def send_back(*, task_id: int, answers: int, now: datetime) -> list[int]:
    """settled -> open, with so many of its answers no longer counted and no seat for others. Only while the
    batch is in work: hold `batches.lock_in_work` first."""
    return _change(_SEND_BACK, ["settled"], task_ids=[task_id], now=now, answers=answers)


def count_again(*, task_id: int, now: datetime) -> list[int]:
    """An answer that was sent back has been corrected: open -> answered with the last of them."""
    return _change(_COUNT_AGAIN, ["open"], task_ids=[task_id], now=now)


def do_without(*, task_id: int, now: datetime) -> list[int]:
    """An answer that was sent back will not come: open -> answered with the last of them."""
    return _change(_DO_WITHOUT, ["open"], task_ids=[task_id], now=now)


def mark_stuck(*, task_id: int) -> None:
    """Too many people skipped it: nobody else is asked. Review finds it once no lease is left."""
    with connection.cursor() as cursor:
        cursor.execute(_STUCK, [task_id])
    seats.withdraw_seats(task_ids=[task_id])


def skipped_too_often() -> QuerySet[Task]:
    """Stuck tasks that nobody holds any more, for review to dispute."""
    leased = Assignment.objects.filter(task=OuterRef("id"), state=Assignment.State.LEASED)
    return Task.objects.filter(~Exists(leased), state=Task.State.OPEN, stuck_at__isnull=False).order_by("id")


def lock_jobs(*, task_ids: Sequence[int]) -> None:
    """Lock the tasks' jobs in one order for everybody, before several changes in one transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_JOBS, {"ids": list(task_ids)})


def _change(
    statement: str, before: list[str], *, task_ids: Sequence[int], now: datetime, **more: int
) -> list[int]:
    if not task_ids:
        return []
    lock_jobs(task_ids=task_ids)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": list(task_ids), "from": before, "now": now, **more})
        return [row[0] for row in cursor.fetchall()]

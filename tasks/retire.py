"""Retire the seats of finished batches: the queue's tables hold work in progress, `EndedSeat` what it was.

Nothing about a complete batch can change any more, so its seats become rows of a table that no claim ever
reads, and its lanes and cursors, which only say where to look for open seats, go. Submissions, tasks,
images and pay stay where they are. Sizes and reasons: docs/decisions/retired-seats.md.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

# Tasks a transaction: a second at most on a busy machine, and it locks only rows that nobody wants.
CHUNK = 500
# A page that is open on a batch when it completes is closed by then.
REST = timedelta(days=1)

# A batch with lanes has not been retired yet, so a run that was killed is found again.
_DUE = """
SELECT b.id FROM tasks_batch b
WHERE b.state = 'complete' AND b.completed_at < %s
  AND EXISTS (SELECT FROM tasks_lane l WHERE l.batch_id = b.id)
ORDER BY b.completed_at, b.id
"""
_MOVE = """
WITH chunk AS (
    SELECT id FROM tasks_task
    WHERE batch_id = %(batch)s AND id > %(after)s AND state = 'settled'
    ORDER BY id LIMIT %(chunk)s
), ended AS (
    DELETE FROM tasks_assignment a USING chunk
    WHERE a.task_id = chunk.id AND a.state IN ('submitted', 'skipped') AND a.purpose = 'work'
    RETURNING a.id, a.task_id, a.number, a.state, a.annotator_id, a.lease_token, a.leased_at, a.ended_at,
              a.skip_reason, a.note
), kept AS (
    INSERT INTO tasks_endedseat (id, task_id, number, state, annotator_id, lease_token, leased_at, ended_at,
                                 skip_reason, note)
    SELECT * FROM ended
)
SELECT max(id), (SELECT count(*) FROM ended) FROM chunk
"""
_IS_EMPTY = """
SELECT NOT EXISTS (
    SELECT FROM tasks_task t JOIN tasks_assignment a ON a.task_id = t.id
    WHERE t.batch_id = %s AND a.purpose = 'work'  -- people may be at its gold for years
)
"""
_FORGET_CURSORS = """
DELETE FROM tasks_queuecursor c USING tasks_lane l WHERE c.lane_id = l.id AND l.batch_id = %s
"""
_FORGET_LANES = "DELETE FROM tasks_lane WHERE batch_id = %s"


def retire_due(*, now: datetime) -> int:
    """Retire the batches that have been complete for a while; returns how many seats moved."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [now - REST])
        batches = [row[0] for row in cursor.fetchall()]
    return sum(retire_batch(batch_id=batch) for batch in batches)


def retire_batch(*, batch_id: int) -> int:
    """Move the ended seats of a complete batch; returns how many.

    Each chunk commits by itself. Killed half-way, the next run goes on with what is left.
    """
    after, total = 0, 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, {"batch": batch_id, "after": after, "chunk": CHUNK})
            last, moved = cursor.fetchone()
        if last is None:
            break
        after, total = last, total + moved
    _close(batch_id=batch_id)
    return total


def _close(*, batch_id: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_IS_EMPTY, [batch_id])
        if cursor.fetchone() == (True,):
            cursor.execute(_FORGET_CURSORS, [batch_id])
            cursor.execute(_FORGET_LANES, [batch_id])

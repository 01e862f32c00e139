"""New seats at tasks, written by one statement however many there are."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

# A seat's position is its task's number: tasks are answered in the order in which they arrived.
_OPEN = """
INSERT INTO tasks_assignment (task_id, number, project_id, priority, position, state, skip_reason, note)
SELECT t.id, seat.number, t.project_id, b.priority, t.id, 'open', '', ''
FROM tasks_task t
JOIN tasks_batch b ON b.id = t.batch_id
CROSS JOIN LATERAL generate_series(1, t.overlap) AS seat(number)
WHERE t.id = ANY(%s)
ORDER BY t.id, seat.number
"""


def open_seats(*, task_ids: Sequence[int]) -> int:
    """Give each new task as many open seats as it wants answers; returns how many. Call it in the
    transaction that makes the tasks."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [list(task_ids)])
        return int(cursor.rowcount)

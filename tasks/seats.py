"""New seats at tasks, written by one statement however many there are.

Positions in a lane are given out in the order in which they become visible: whoever opens seats holds the
lane's advisory lock until the commit. Only so may an annotator's cursor pass a position for good. Make it
the LAST lock your transaction takes, and commit soon.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection

_LOCK_SPACE = 7_302  # the first half of our advisory locks' numbers; the second is the lane

# A batch's own two lanes, and two for each site that jobs of it are reserved for.
_MAKE_LANES = """
INSERT INTO tasks_lane (project_id, batch_id, returned, site_id, head)
SELECT b.project_id, b.id, kind.returned, owner.site_id, 0
FROM tasks_batch b CROSS JOIN (VALUES (false), (true)) AS kind (returned)
CROSS JOIN LATERAL (
    SELECT NULL::bigint AS site_id
    UNION SELECT j.site_id FROM tasks_job j WHERE j.batch_id = b.id AND j.site_id IS NOT NULL
) AS owner
WHERE b.id = ANY(%s)
ON CONFLICT DO NOTHING
"""
_LANES = "SELECT id FROM tasks_lane WHERE batch_id = ANY(%s) AND returned = %s ORDER BY id"
_LOCK = "SELECT pg_advisory_xact_lock(%s, (%s %% 2147483647)::integer)"
# Positions given out since the lane was locked lie at or before the sequence's last value.
_TAILS = "UPDATE tasks_lane SET tail = (SELECT last_value FROM tasks_position_seq) WHERE id = ANY(%s)"
_BATCHES = "SELECT DISTINCT batch_id FROM tasks_task WHERE id = ANY(%s)"
# A seat that exists already stays: a job that is run again opens nothing twice. First the tasks by their ids,
# then the lane of each (OFFSET 0 twice): how many lanes fit a job is guessed far too low, and the other way
# round each of them would read all the tasks.
_OPEN = """
INSERT INTO tasks_assignment (task_id, number, project_id, lane_id, position, state, skip_reason, note)
SELECT id, number, project_id, lane_id, nextval('tasks_position_seq'), 'open', '', ''
FROM (
    SELECT t.id, seat.number, t.project_id, l.id AS lane_id
    FROM (SELECT * FROM tasks_task WHERE id = ANY(%s) OFFSET 0) AS t
    CROSS JOIN LATERAL (
        SELECT lane.id FROM tasks_job j
        JOIN tasks_lane lane ON lane.site_id IS NOT DISTINCT FROM j.site_id
        WHERE j.id = t.job_id AND lane.batch_id = t.batch_id AND NOT lane.returned OFFSET 0
    ) AS l
    CROSS JOIN LATERAL generate_series(1, t.overlap) AS seat (number)
    ORDER BY t.id, seat.number
) AS wanted
ON CONFLICT (task_id, number) WHERE NOT (state = 'skipped') DO NOTHING
"""
_ADD = """
INSERT INTO tasks_assignment (task_id, number, project_id, lane_id, position, state, skip_reason, note)
SELECT t.id, free.number, t.project_id, l.id, nextval('tasks_position_seq'), 'open', '', ''
FROM (SELECT * FROM tasks_task WHERE id = ANY(%s) OFFSET 0) AS t
CROSS JOIN LATERAL (
    SELECT lane.id FROM tasks_job j
    JOIN tasks_lane lane ON lane.site_id IS NOT DISTINCT FROM j.site_id
    WHERE j.id = t.job_id AND lane.batch_id = t.batch_id AND lane.returned OFFSET 0
) AS l
CROSS JOIN LATERAL (
    SELECT min(n) AS number FROM generate_series(1, t.max_overlap) AS n
    WHERE NOT EXISTS (
        SELECT FROM tasks_assignment a WHERE a.task_id = t.id AND a.number = n AND NOT (a.state = 'skipped')
    )
) AS free
WHERE free.number IS NOT NULL
"""
_REPLACE = """
INSERT INTO tasks_assignment (task_id, number, project_id, lane_id, position, state, skip_reason, note)
SELECT a.task_id, a.number, a.project_id, l.id, nextval('tasks_position_seq'), 'open', '', ''
FROM tasks_assignment a
JOIN tasks_task t ON t.id = a.task_id
JOIN tasks_job j ON j.id = t.job_id
JOIN tasks_lane l ON l.batch_id = t.batch_id AND l.returned AND l.site_id IS NOT DISTINCT FROM j.site_id
WHERE a.id = %s AND a.state = 'skipped'
"""
_WITHDRAW = "DELETE FROM tasks_assignment WHERE task_id = ANY(%s) AND state = 'open'"


def open_seats(*, task_ids: Sequence[int]) -> int:
    """Give each new task as many open seats as it wants answers; returns how many were opened."""
    return _insert(_OPEN, task_ids=task_ids, returned=False)


def add_seats(*, task_ids: Sequence[int]) -> int:
    """One more open seat at each task, under its lowest free number; served before new tasks."""
    return _insert(_ADD, task_ids=task_ids, returned=True)


def replace_seat(*, assignment_id: int, batch_id: int) -> None:
    """A fresh open seat with the number of one that was skipped."""
    lanes = lock_lanes(batch_ids=[batch_id], returned=True)
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE, [assignment_id])
    raise_tails(lanes)


def withdraw_seats(*, task_ids: Sequence[int]) -> int:
    """Take open seats away from tasks that ask nobody any more; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW, [list(task_ids)])
        return int(cursor.rowcount)


def make_lanes(*, batch_ids: Collection[int]) -> None:
    """The lanes that the batches lack, those of sites with reserved jobs among them."""
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_LANES, [list(batch_ids)])


def lock_lanes(*, batch_ids: Collection[int], returned: bool) -> list[int]:
    """Hold the batches' lanes of one kind until the commit, in one order for everybody; returns their ids.

    Call `raise_tails` with these when the seats have their positions.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LANES, [list(batch_ids), returned])
        lanes = [row[0] for row in cursor.fetchall()]
        if len(lanes) < len(batch_ids):
            make_lanes(batch_ids=batch_ids)
            cursor.execute(_LANES, [list(batch_ids), returned])
            lanes = [row[0] for row in cursor.fetchall()]
        for lane in lanes:
            cursor.execute(_LOCK, [_LOCK_SPACE, lane])
    return lanes


def raise_tails(lanes: Sequence[int]) -> None:
    """Let claims see that there are new seats in lanes locked by `lock_lanes`."""
    with connection.cursor() as cursor:
        cursor.execute(_TAILS, [list(lanes)])


def _insert(statement: str, *, task_ids: Sequence[int], returned: bool) -> int:
    if not task_ids:
        return 0
    if not connection.in_atomic_block:
        raise RuntimeError("open seats inside a transaction: the lane is locked until its commit")
    with connection.cursor() as cursor:
        cursor.execute(_BATCHES, [list(task_ids)])
        lanes = lock_lanes(batch_ids=[row[0] for row in cursor.fetchall()], returned=returned)
        cursor.execute(statement, [list(task_ids)])
        opened = int(cursor.rowcount)
    raise_tails(lanes)
    return opened

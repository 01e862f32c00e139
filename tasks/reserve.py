"""Jobs reserved for a site: their open seats lie in lanes that only the site's people are given.

Only this file writes `Job.site`. Leased seats stay with who holds them; given back, they come to the
job's lane as it is then. Locks are taken in the order seat, job, lane, as everywhere (states.py).
"""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import F, Q

from tasks import seats
from tasks.models import Job

_LOCK_SEATS = """
SELECT a.id FROM tasks_assignment a JOIN tasks_task t ON t.id = a.task_id
WHERE t.job_id = ANY(%(jobs)s) AND a.state = 'open' ORDER BY a.id FOR NO KEY UPDATE OF a
"""
_TAKE = """
UPDATE tasks_job SET site_id = %(to)s
WHERE id = ANY(%(jobs)s) AND site_id IS NOT DISTINCT FROM %(from)s
RETURNING id
"""
# Seats of one task stay neighbours, in the order they had. A seat that somebody else has locked meanwhile
# is being claimed or given back, and its owner may be waiting for our lane: it is passed over, and goes to
# the job's lane when it is given back.
_MOVE = """
WITH moving AS MATERIALIZED (
    SELECT id, lane_id, nextval('tasks_position_seq') AS position
    FROM (
        SELECT a.id, l.id AS lane_id
        FROM tasks_task t
        JOIN tasks_job j ON j.id = t.job_id
        JOIN tasks_assignment a ON a.task_id = t.id AND a.state = 'open'
        JOIN tasks_lane was ON was.id = a.lane_id
        JOIN tasks_lane l ON l.batch_id = t.batch_id AND l.returned = was.returned
         AND l.site_id IS NOT DISTINCT FROM j.site_id
        WHERE t.job_id = ANY(%(jobs)s)
        ORDER BY a.position
        FOR NO KEY UPDATE OF a SKIP LOCKED
    ) AS ordered
)
UPDATE tasks_assignment a SET lane_id = moving.lane_id, position = moving.position
FROM moving WHERE a.id = moving.id AND a.state = 'open'
"""


def unfinished(*, prefix: str = "") -> Q:
    """Jobs with tasks to answer still, or not ingested yet; `prefix` leads to them."""
    is_ingested = Q(**{f"{prefix}state": Job.State.DONE})
    return Q(**{f"{prefix}answered__lt": F(f"{prefix}ready")}) | ~is_ingested


def reserve_jobs(*, site_id: int, batch_id: int, count: int | None = None) -> int:
    """Keep jobs of a batch that nobody has reserved for one site, the first `count` that are not finished
    or all of them; returns how many."""
    free = Job.objects.filter(unfinished(), batch=batch_id, site=None)
    wanted = list(free.order_by("number").values_list("id", flat=True)[:count])
    return _change(wanted, batch_id=batch_id, from_site=None, to_site=site_id)


def take_back_jobs(*, site_id: int, batch_id: int) -> int:
    """Open a site's reserved jobs of a batch to every site again; returns how many."""
    reserved = list(Job.objects.filter(batch=batch_id, site=site_id).values_list("id", flat=True))
    return _change(reserved, batch_id=batch_id, from_site=site_id, to_site=None)


def _change(jobs: list[int], *, batch_id: int, from_site: int | None, to_site: int | None) -> int:
    if not jobs:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK_SEATS, {"jobs": jobs})
        cursor.execute(_TAKE, {"jobs": jobs, "from": from_site, "to": to_site})
        changed = [row[0] for row in cursor.fetchall()]
        seats.make_lanes(batch_ids=[batch_id])
        lanes = [
            *seats.lock_lanes(batch_ids=[batch_id], returned=False),
            *seats.lock_lanes(batch_ids=[batch_id], returned=True),
        ]
        cursor.execute(_MOVE, {"jobs": changed})
        seats.raise_tails(lanes)
    return len(changed)

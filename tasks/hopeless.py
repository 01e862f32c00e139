"""Tasks that nobody is left for: everybody who could be given one has had it, so waiting helps nothing.

Somebody could be given a task who is an annotator of a site that works on its project (of the site its job is
reserved for), has the skills and the language it needs, and has had no seat at it and sent no answer to it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection, transaction

from tasks import states

# Somebody new may come with the next shift.
PATIENCE = timedelta(hours=12)
CHUNK = 500

_SUITABLE = """
workers_person w
JOIN tasks_project_sites ps ON ps.site_id = w.site_id AND ps.project_id = p.id
WHERE w.role = 'annotator' AND w.is_active AND p.skills <@ w.skills AND p.language IN ('', w.language)
  AND ({site} IS NULL OR w.site_id = {site} OR NOT EXISTS (
      SELECT FROM tasks_project_sites own WHERE own.project_id = p.id AND own.site_id = {site}))
"""
_PEOPLE_LEFT = """
SELECT t.id FROM tasks_task t
JOIN tasks_job j ON j.id = t.job_id
JOIN tasks_project p ON p.id = t.project_id
WHERE t.id = ANY(%s) AND EXISTS (
    SELECT FROM {suitable}
      AND NOT EXISTS (SELECT FROM tasks_assignment a WHERE a.task_id = t.id AND a.annotator_id = w.id)
      AND NOT EXISTS (SELECT FROM tasks_submission s WHERE s.task_id = t.id AND s.annotator_id = w.id)
)
""".format(suitable=_SUITABLE.format(site="j.site_id"))  # noqa: S608, constants alone
# A cursor says that its owner has had every open seat up to it. So where even the lane's first open seat lies
# behind the cursors of all who could take it, nobody is left for it. Mostly one look says that it is not so.
_HOPELESS = """
SELECT DISTINCT task.id
FROM tasks_lane l
JOIN tasks_batch b ON b.id = l.batch_id AND b.state <> 'complete'
JOIN tasks_project p ON p.id = l.project_id AND p.state = 'open'
CROSS JOIN LATERAL (
    SELECT a.position FROM tasks_assignment a WHERE a.lane_id = l.id AND a.state = 'open'
    ORDER BY a.position LIMIT 1
) AS first
CROSS JOIN LATERAL (
    SELECT min(COALESCE(c.position, 0)) AS upto
    FROM tasks_queuecursor c RIGHT JOIN (SELECT w.id FROM {suitable}) AS who
      ON c.annotator_id = who.id AND c.lane_id = l.id
) AS had
JOIN tasks_assignment seat ON seat.lane_id = l.id AND seat.state = 'open' AND seat.position <= had.upto
JOIN tasks_task task ON task.id = seat.task_id AND task.state = 'open' AND task.stuck_at IS NULL
WHERE l.head < l.tail AND NOT EXISTS (
    SELECT FROM {suitable}
      AND NOT EXISTS (SELECT FROM tasks_queuecursor c WHERE c.annotator_id = w.id AND c.lane_id = l.id
                        AND c.position >= first.position)
  )
  AND NOT EXISTS (SELECT FROM tasks_assignment a WHERE a.task_id = task.id
                    AND (a.state = 'leased' OR a.ended_at > %(ended_before)s))
ORDER BY task.id LIMIT %(limit)s
""".format(suitable=_SUITABLE.format(site="l.site_id"))  # noqa: S608, constants alone


def with_people_left(task_ids: Collection[int]) -> set[int]:
    """Those of the tasks that somebody could still be given."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE_LEFT, [list(task_ids)])
        return {row[0] for row in cursor.fetchall()}


def set_aside(*, now: datetime, limit: int = CHUNK) -> int:
    """Ask nobody any more where nobody is left; review finds these tasks as those that too many skipped.
    Returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(_HOPELESS, {"ended_before": now - PATIENCE, "limit": limit})
        tasks = [row[0] for row in cursor.fetchall()]
    for task in tasks:
        with transaction.atomic():
            states.mark_stuck(task_id=task)
    return len(tasks)

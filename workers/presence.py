"""What the workbench last said of an annotator."""

from __future__ import annotations

from django.db import connection

# A pause longer than this ends a stretch of work.
STRETCH_GAP_SECONDS = 600

# The next heartbeat says it again, so the commit does not wait for the disk.
_TOUCH = """
WITH soon AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO workers_presence AS p (person_id, project_id, started_at, seen_at, submitted_at, held, unsent)
SELECT %(person)s, %(project)s::bigint, now(), now(), CASE WHEN %(submitted)s THEN now() END,
       %(held)s, %(unsent)s
FROM soon
ON CONFLICT (person_id) DO UPDATE SET
    project_id = COALESCE(EXCLUDED.project_id, p.project_id),
    started_at = CASE WHEN p.seen_at < now() - make_interval(secs => %(gap)s) THEN now()
                 ELSE p.started_at END,
    seen_at = now(),
    submitted_at = COALESCE(EXCLUDED.submitted_at, p.submitted_at),
    held = EXCLUDED.held,
    unsent = EXCLUDED.unsent
"""


def touch(*, person_id: int, project_id: int | None, submitted: bool, held: int, unsent: int) -> None:
    """Note that a person is here now, what they hold and how much their browser has not yet sent.

    Call it outside a transaction, which would not wait for the disk either.
    """
    values = {
        "person": person_id,
        "project": project_id,
        "submitted": submitted,
        "held": min(held, 32767),
        "unsent": min(unsent, 2**31 - 1),
        "gap": STRETCH_GAP_SECONDS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH, values)

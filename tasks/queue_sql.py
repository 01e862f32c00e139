"""The SQL around the hot path, which is functions in queue.sql: calls of these, rarer answers, giving back.

The rules are in queue.py. All times are the database's.
"""

CLAIM = """
SELECT * FROM queue_claim(%(annotator)s, %(project)s, %(count)s, %(slack)s, %(lease)s, %(pack_limit)s)
"""
SUBMIT = """
SELECT unnest(queue_submit(%(annotator)s, %(ids)s::uuid[], %(seats)s::bigint[], %(tokens)s::uuid[],
                           %(tasks)s::bigint[], %(payloads)s::text[], %(annotations)s::integer[],
                           %(active)s::integer[]))
"""
# An answer that came late, or is surplus (no seat).
KEEP = """
SELECT queue_keep(%(annotator)s, %(ids)s::uuid[], ARRAY[%(seat)s]::bigint[], %(tasks)s::bigint[],
                  %(payloads)s::text[], %(annotations)s::integer[], %(active)s::integer[],
                  ARRAY[%(leased_at)s]::timestamptz[], ARRAY[%(purpose)s]::varchar[], true, %(paid)s)
"""
FACTS = "SELECT * FROM queue_facts(%(annotator)s, %(tasks)s::bigint[], %(tokens)s::uuid[])"
EXTEND = "SELECT queue_extend(%(annotator)s, %(ids)s::bigint[], %(tokens)s::uuid[])"
# A late answer takes the person's own newer lease at the task, else any open seat there.
LATE_SEAT = """
UPDATE tasks_assignment a
SET state = 'submitted', annotator_id = %(annotator)s, lease_token = %(token)s, leased_at = %(leased_at)s,
    ended_at = now(), leased_until = NULL
WHERE a.id = (
    SELECT id FROM tasks_assignment s
    WHERE s.task_id = %(task)s
      AND ((s.state = 'leased' AND s.annotator_id = %(annotator)s)
        OR (s.state = 'open' AND NOT EXISTS (SELECT FROM tasks_assignment mine
            WHERE mine.task_id = s.task_id AND mine.annotator_id = %(annotator)s)))
    ORDER BY s.state, s.number LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING a.id
"""


# Seats this person holds, as a claim gives them, for a page that was loaded again. Those of one claim come by
# their tokens, which say nothing of what is gold.
HELD = """
SELECT a.id, a.lease_token, a.leased_until, a.task_id, t.project_id, t.schema_id,
       i.sha256, i.format, i.name, i.width, i.height, a.purpose
FROM tasks_assignment a
JOIN tasks_task t ON t.id = a.task_id
JOIN tasks_image i ON i.id = t.image_id
WHERE a.annotator_id = %(annotator)s AND a.state = 'leased' AND a.leased_until IS NOT NULL
ORDER BY a.leased_at, a.lease_token
"""

LOCK_TASK = "SELECT state FROM tasks_task WHERE id = %(task)s FOR NO KEY UPDATE"
EARLIER = """
SELECT id, task_id, annotator_id FROM tasks_submission
WHERE id = %(id)s OR (task_id = %(task)s AND annotator_id = %(annotator)s)
ORDER BY id = %(id)s DESC
"""
# A seat still leased at a task that takes no more answers: the answer becomes surplus, the seat goes.
DROP_SEAT = """
DELETE FROM tasks_assignment
WHERE id = %(assignment)s AND task_id = %(task)s AND annotator_id = %(annotator)s
  AND state = 'leased' AND lease_token = %(token)s
RETURNING leased_at, purpose, ''
"""
LOST = """
SELECT leased_at, purpose, cause FROM tasks_lostlease
WHERE token = %(token)s AND task_id = %(task)s AND annotator_id = %(annotator)s
"""

TASK_OF_SEAT = """
SELECT t.id, t.batch_id, t.state, t.stuck_at, t.max_overlap
FROM tasks_task t
WHERE t.id = (SELECT task_id FROM tasks_assignment WHERE id = %(assignment)s)
FOR NO KEY UPDATE
"""
SKIP = """
UPDATE tasks_assignment
SET state = 'skipped', ended_at = now(), leased_until = NULL, skip_reason = %(reason)s, note = %(note)s
WHERE id = %(assignment)s AND annotator_id = %(annotator)s AND state = 'leased' AND lease_token = %(token)s
RETURNING project_id, purpose
"""
# The record of a skipped seat at gold lies where no claim looks but that for gold.
END_GOLD = """
WITH ended AS (
    DELETE FROM tasks_assignment WHERE id = %(assignment)s AND state = 'skipped' AND purpose <> 'work'
    RETURNING id, task_id, number, state, annotator_id, lease_token, leased_at, ended_at, skip_reason, note
)
INSERT INTO tasks_endedseat (id, task_id, number, state, annotator_id, lease_token, leased_at, ended_at,
                             skip_reason, note)
SELECT * FROM ended
"""
SKIPPED_BEFORE = """
SELECT EXISTS (SELECT FROM tasks_assignment
               WHERE id = %(assignment)s AND annotator_id = %(annotator)s AND lease_token = %(token)s
                 AND state = 'skipped')
    OR EXISTS (SELECT FROM tasks_endedseat
               WHERE id = %(assignment)s AND annotator_id = %(annotator)s AND lease_token = %(token)s
                 AND state = 'skipped')
"""
SKIPS = """
SELECT count(*), count(*) FILTER (WHERE skip_reason = 'broken')
FROM tasks_assignment WHERE task_id = %(task)s AND state = 'skipped'
"""

EXPIRED = """
SELECT a.id, l.batch_id FROM tasks_assignment a LEFT JOIN tasks_lane l ON l.id = a.lane_id
WHERE a.state = 'leased' AND a.leased_until < now()
ORDER BY a.leased_until LIMIT %(limit)s FOR UPDATE OF a SKIP LOCKED
"""
LEASED_BY = """
SELECT a.id, l.batch_id FROM tasks_assignment a LEFT JOIN tasks_lane l ON l.id = a.lane_id
WHERE a.state = 'leased' AND a.annotator_id = %(annotator)s AND a.leased_until IS NOT NULL
ORDER BY a.id FOR UPDATE OF a
"""
LEASED_AS = """
SELECT a.id, l.batch_id
FROM unnest(%(ids)s::bigint[], %(tokens)s::uuid[]) AS given (id, token)
JOIN tasks_assignment a ON a.id = given.id AND a.lease_token = given.token
LEFT JOIN tasks_lane l ON l.id = a.lane_id
WHERE a.state = 'leased' AND a.annotator_id = %(annotator)s
ORDER BY a.id FOR UPDATE OF a
"""
# Rows locked and lanes held by the caller. The task's other open seats move along: to the person who lost
# the lease they are free again, and may lie behind their cursor. One that somebody has locked is being
# claimed or moved already, by somebody who may wait for our lane: it is passed over. A task that asks nobody
# any more gets no open seat back, and a seat at gold was made for its person alone.
GIVE_BACK = """
WITH held AS (
    SELECT a.id, a.lease_token, a.task_id, a.annotator_id, a.project_id, a.leased_at, a.purpose,
           t.state = 'open' AND t.stuck_at IS NULL AND a.purpose = 'work' AS wanted, l.id AS lane_id
    FROM tasks_assignment a
    JOIN tasks_task t ON t.id = a.task_id
    JOIN tasks_job j ON j.id = t.job_id
    LEFT JOIN tasks_lane l ON l.batch_id = t.batch_id AND l.returned
     AND l.site_id IS NOT DISTINCT FROM j.site_id
    WHERE a.id = ANY(%(ids)s) AND a.state = 'leased'
), lost AS (
    INSERT INTO tasks_lostlease (token, task_id, annotator_id, project_id, purpose, cause, leased_at, lost_at)
    SELECT lease_token, task_id, annotator_id, project_id, purpose, %(cause)s, leased_at, now() FROM held
), back AS (
    UPDATE tasks_assignment a
    SET state = 'open', lane_id = held.lane_id, position = nextval('tasks_position_seq'),
        annotator_id = NULL, lease_token = NULL, leased_at = NULL, leased_until = NULL
    FROM held WHERE a.id = held.id AND held.wanted
), along AS (
    UPDATE tasks_assignment a SET lane_id = twin.lane_id, position = nextval('tasks_position_seq')
    FROM (
        SELECT seat.id, t.lane_id
        FROM (SELECT DISTINCT task_id, lane_id FROM held WHERE wanted) AS t
        JOIN tasks_assignment seat ON seat.task_id = t.task_id AND seat.state = 'open'
        FOR NO KEY UPDATE OF seat SKIP LOCKED
    ) AS twin
    WHERE a.id = twin.id
)
DELETE FROM tasks_assignment a USING held WHERE a.id = held.id AND NOT held.wanted
"""

FORGET_LOST = """
DELETE FROM tasks_lostlease WHERE token IN (
    SELECT token FROM tasks_lostlease WHERE lost_at < now() - make_interval(days => %(days)s)
    ORDER BY lost_at LIMIT %(limit)s
)
RETURNING token
"""

# Where a newcomer starts. No cursor is written, and no open seat lies at or before a head. The lanes are
# locked first: whoever opens seats raises the lane's tail, so what is not visible yet lies beyond the tail.
LOCK_HEADS = """
SELECT l.id FROM tasks_lane l JOIN tasks_batch b ON b.id = l.batch_id AND b.state <> 'complete'
WHERE l.head < l.tail ORDER BY l.id FOR NO KEY UPDATE OF l SKIP LOCKED
"""
RAISE_HEADS = """
UPDATE tasks_lane l SET head = reached.position
FROM (
    SELECT lane.id, COALESCE((
        SELECT a.position - 1 FROM tasks_assignment a
        WHERE a.lane_id = lane.id AND a.state = 'open' AND a.position > lane.head
        ORDER BY a.position LIMIT 1
    ), lane.tail) AS position
    FROM tasks_lane lane WHERE lane.id = ANY(%(lanes)s)
) AS reached
WHERE l.id = reached.id AND (reached.position > l.head + 100 OR reached.position = l.tail)
"""

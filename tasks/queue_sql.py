"""The SQL of the hot path: claim, submit, heartbeat, giving back. The rules around it are in queue.py.

All times are the database's. A lane's positions only grow (seats.py), and a cursor says: every open seat
of the lane up to here is at a task this person has had. So a claim reads from its cursor on, however much
lies behind it, and asking in vain reads nothing.
"""

# The person's lanes in routing order. A paused person or project has none.
LANES = """
SELECT l.id, GREATEST(COALESCE(c.position, 0), l.head), p.lease_seconds
FROM workers_person w
JOIN tasks_project_sites ps ON ps.site_id = w.site_id
JOIN tasks_project p ON p.id = ps.project_id AND p.state = 'open'
JOIN tasks_lane l ON l.project_id = p.id
JOIN tasks_batch b ON b.id = l.batch_id AND b.state <> 'complete'
LEFT JOIN tasks_queuecursor c ON c.annotator_id = w.id AND c.lane_id = l.id
WHERE w.id = %(annotator)s AND w.is_active AND w.role = 'annotator' AND w.paused_at IS NULL
  AND (%(project)s IS NULL OR p.id = %(project)s)
ORDER BY p.priority DESC, b.priority DESC, l.returned DESC, l.id
"""

# What a person may take: a seat at a task where they have no row and gave no surplus answer. OFFSET 0 keeps
# each look-up an index probe per seat; as a join the planner might hash the whole table.
_FREE_FOR = """
NOT EXISTS (SELECT FROM tasks_assignment mine
            WHERE mine.task_id = a.task_id AND mine.annotator_id = %(annotator)s OFFSET 0)
AND NOT EXISTS (SELECT FROM tasks_submission s
                WHERE s.task_id = a.task_id AND s.annotator_id = %(annotator)s OFFSET 0)
"""
# Within one claim only the first open seat of a task counts, so nobody gets two seats at one.
_FIRST_OF_TASK = """
AND NOT EXISTS (SELECT FROM tasks_assignment twin
                WHERE twin.task_id = a.task_id AND twin.state = 'open' AND twin.position < a.position
                  AND NOT (twin.state = 'skipped') OFFSET 0)
"""
_CLAIM = """
WITH seat AS MATERIALIZED (
    SELECT free.id, lane.lease_seconds
    FROM unnest(%(lanes)s::bigint[], %(after)s::bigint[], %(leases)s::integer[])
        WITH ORDINALITY AS lane (id, after, lease_seconds, rank)
    CROSS JOIN LATERAL (
        SELECT a.id FROM tasks_assignment a
        WHERE a.lane_id = lane.id AND a.state = 'open' AND a.position > lane.after
          AND {free_for} {first_of_task}
        ORDER BY a.position
        LIMIT %(count)s
        FOR UPDATE OF a SKIP LOCKED
    ) AS free
    LIMIT %(count)s
), taken AS (
    UPDATE tasks_assignment a
    SET state = 'leased', annotator_id = %(annotator)s, lease_token = gen_random_uuid(),
        leased_at = now(), leased_until = now() + make_interval(secs => seat.lease_seconds)
    FROM seat WHERE a.id = seat.id
    RETURNING a.id, a.lane_id, a.position, a.lease_token, a.leased_until, a.task_id
)
SELECT taken.id, taken.lease_token, taken.leased_until, taken.task_id, t.project_id, t.schema_id,
       i.sha256, i.format, i.name, i.width, i.height, taken.lane_id, taken.position
FROM taken
JOIN tasks_task t ON t.id = taken.task_id
JOIN tasks_image i ON i.id = t.image_id
ORDER BY array_position(%(lanes)s::bigint[], taken.lane_id), taken.position
"""
CLAIM_ONE = _CLAIM.format(free_for=_FREE_FOR, first_of_task="")
CLAIM_SEVERAL = _CLAIM.format(free_for=_FREE_FOR, first_of_task=_FIRST_OF_TASK)

# Seats this person holds, as a claim gives them, for a page that was loaded again.
HELD = """
SELECT a.id, a.lease_token, a.leased_until, a.task_id, t.project_id, t.schema_id,
       i.sha256, i.format, i.name, i.width, i.height, a.lane_id, a.position
FROM tasks_assignment a
JOIN tasks_task t ON t.id = a.task_id
JOIN tasks_image i ON i.id = t.image_id
WHERE a.annotator_id = %(annotator)s AND a.state = 'leased'
ORDER BY a.leased_at, a.lane_id, a.position
"""

# Move cursors as far as the claim looked (`upto`; none: to the lane's end), but not past a seat that was
# free for this person: it was locked by a claim that may yet roll back. True when there was such a seat.
ADVANCE = f"""
WITH reached AS (
    SELECT lane.id, lane.after,
        COALESCE(lane.upto, (
            SELECT max(a.position) FROM tasks_assignment a WHERE a.lane_id = lane.id AND a.state = 'open'
        ), lane.after) AS upto,
        (
            SELECT a.position FROM tasks_assignment a
            WHERE a.lane_id = lane.id AND a.state = 'open' AND a.position > lane.after
              AND a.position <= COALESCE(lane.upto, 9223372036854775807) AND {_FREE_FOR}
            ORDER BY a.position LIMIT 1
        ) AS passed
    FROM unnest(%(lanes)s::bigint[], %(after)s::bigint[], %(upto)s::bigint[]) AS lane (id, after, upto)
), moved AS (
    INSERT INTO tasks_queuecursor AS c (annotator_id, lane_id, position)
    SELECT %(annotator)s, id, COALESCE(passed - 1, upto) FROM reached WHERE COALESCE(passed - 1, upto) > after
    ON CONFLICT (annotator_id, lane_id) DO UPDATE SET position = EXCLUDED.position
        WHERE c.position < EXCLUDED.position
)
SELECT COALESCE(bool_or(passed IS NOT NULL), false) FROM reached
"""  # noqa: S608

# An answer's traces, from a row set `answer` (assignment_id, task_id, project_id, late, active_ms).
_KEEP = """
kept AS (
    INSERT INTO tasks_submission (id, task_id, annotator_id, assignment_id, payload, late, active_ms,
                                  created_at)
    SELECT %(id)s, task_id, %(annotator)s, assignment_id, %(payload)s::jsonb, late, active_ms, now()
    FROM answer
    RETURNING late
), rollup AS (
    INSERT INTO workers_throughput AS w (person_id, project_id, hour, submissions, skips, annotations,
                                         active_ms, agreement_sum, agreement_count, earned, currency)
    SELECT %(annotator)s, p.id, date_trunc('hour', now(), 'UTC'), 1, 0, %(annotations)s,
           active_ms, 0, 0, p.price, p.currency
    FROM answer JOIN tasks_project p ON p.id = answer.project_id
    ON CONFLICT (person_id, project_id, hour) DO UPDATE SET
        submissions = w.submissions + 1, annotations = w.annotations + EXCLUDED.annotations,
        active_ms = w.active_ms + EXCLUDED.active_ms,
        earned = w.earned + EXCLUDED.earned, currency = EXCLUDED.currency
), pay AS (
    INSERT INTO workers_earning (person_id, project_id, kind, submission, amount, currency, note, created_at)
    SELECT %(annotator)s, p.id, 'piece', %(id)s, p.price, p.currency, '', now()
    FROM answer JOIN tasks_project p ON p.id = answer.project_id
    WHERE p.price > 0
)
SELECT late FROM kept
"""
# Count the answer at its task, from a row set `seat` (id, task_id, project_id, leased_at). The job's row is
# locked before the rollup's, as settling does it; hence the odd join with `finished`.
_COUNT = """
counted AS (
    UPDATE tasks_task t
    SET answers = answers + 1,
        state = CASE WHEN answers + 1 = overlap THEN 'answered' ELSE 'open' END,
        answered_at = CASE WHEN answers + 1 = overlap THEN now() ELSE answered_at END
    FROM seat WHERE t.id = seat.task_id
    RETURNING t.job_id, t.state
), finished AS (
    UPDATE tasks_job j SET answered = answered + 1
    FROM counted WHERE j.id = counted.job_id AND counted.state = 'answered'
    RETURNING j.id
), answer AS (
    SELECT seat.id AS assignment_id, seat.task_id, seat.project_id, %(late)s AS late,
           {active} AS active_ms
    FROM seat CROSS JOIN (SELECT count(*) FROM finished) AS after_job
)
"""
# The browser's clock says how long somebody was active; the lease says how long it can have been.
_ACTIVE = "LEAST(%(active_ms)s, 1 + EXTRACT(EPOCH FROM now() - leased_at) * 1000)::integer"

SUBMIT = f"""
WITH task AS (
    SELECT id FROM tasks_task WHERE id = %(task)s AND state = 'open' FOR NO KEY UPDATE
), seat AS (
    UPDATE tasks_assignment a SET state = 'submitted', ended_at = now(), leased_until = NULL
    FROM task
    WHERE a.id = %(assignment)s AND a.task_id = task.id AND a.annotator_id = %(annotator)s
      AND a.state = 'leased' AND a.lease_token = %(token)s
    RETURNING a.id, a.task_id, a.project_id, a.leased_at
), {_COUNT.format(active=_ACTIVE)}, {_KEEP}
"""  # noqa: S608
# A late answer takes the person's own newer lease at the task, else any open seat there.
LATE = f"""
WITH seat AS (
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
    RETURNING a.id, a.task_id, a.project_id, a.leased_at
), {_COUNT.format(active=_ACTIVE)}, {_KEEP}
"""  # noqa: S608
SURPLUS = f"""
WITH answer AS (
    SELECT NULL::bigint AS assignment_id, t.id AS task_id, t.project_id, true AS late, {_ACTIVE} AS active_ms
    FROM tasks_task t CROSS JOIN (SELECT %(leased_at)s::timestamptz AS leased_at) AS lease
    WHERE t.id = %(task)s
), {_KEEP}
"""  # noqa: S608

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
RETURNING leased_at
"""
LOST = """
SELECT leased_at FROM tasks_lostlease
WHERE token = %(token)s AND task_id = %(task)s AND annotator_id = %(annotator)s
"""

# Against what an answer is checked, for those tasks only that this person holds, held or has answered.
FACTS = """
SELECT t.id, t.schema_id, i.width, i.height
FROM tasks_task t JOIN tasks_image i ON i.id = t.image_id
WHERE t.id = ANY(%(tasks)s)
  AND (EXISTS (SELECT FROM tasks_assignment a WHERE a.task_id = t.id AND a.annotator_id = %(annotator)s)
    OR EXISTS (SELECT FROM tasks_submission s WHERE s.task_id = t.id AND s.annotator_id = %(annotator)s)
    OR EXISTS (SELECT FROM tasks_lostlease l WHERE l.token = ANY(%(tokens)s::uuid[]) AND l.task_id = t.id
               AND l.annotator_id = %(annotator)s))
"""

# A heartbeat rewrites a lease only when a quarter of it is gone: most save a write.
EXTEND = """
WITH held AS (
    SELECT a.id, a.lease_token, a.leased_until, make_interval(secs => p.lease_seconds) AS lease
    FROM unnest(%(ids)s::bigint[], %(tokens)s::uuid[]) AS given (id, token)
    JOIN tasks_assignment a ON a.id = given.id AND a.lease_token = given.token
    JOIN tasks_project p ON p.id = a.project_id
    WHERE a.state = 'leased' AND a.annotator_id = %(annotator)s
), extended AS (
    UPDATE tasks_assignment a SET leased_until = now() + held.lease
    FROM held
    WHERE a.id = held.id AND a.state = 'leased' AND a.lease_token = held.lease_token
      AND held.leased_until < now() + held.lease * 0.75
)
SELECT id FROM held
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
RETURNING project_id
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
SELECT a.id, l.batch_id FROM tasks_assignment a JOIN tasks_lane l ON l.id = a.lane_id
WHERE a.state = 'leased' AND a.leased_until < now()
ORDER BY a.leased_until LIMIT %(limit)s FOR UPDATE OF a SKIP LOCKED
"""
LEASED_BY = """
SELECT a.id, l.batch_id FROM tasks_assignment a JOIN tasks_lane l ON l.id = a.lane_id
WHERE a.state = 'leased' AND a.annotator_id = %(annotator)s
ORDER BY a.id FOR UPDATE OF a
"""
LEASED_AS = """
SELECT a.id, l.batch_id
FROM unnest(%(ids)s::bigint[], %(tokens)s::uuid[]) AS given (id, token)
JOIN tasks_assignment a ON a.id = given.id AND a.lease_token = given.token
JOIN tasks_lane l ON l.id = a.lane_id
WHERE a.state = 'leased' AND a.annotator_id = %(annotator)s
ORDER BY a.id FOR UPDATE OF a
"""
# Rows locked and lanes held by the caller. The task's other open seats move along: to the person who lost
# the lease they are free again, and may lie behind their cursor. A task that asks nobody any more gets no
# open seat back.
GIVE_BACK = """
WITH held AS (
    SELECT a.id, a.lease_token, a.task_id, a.annotator_id, a.project_id, a.leased_at,
           t.state = 'open' AND t.stuck_at IS NULL AS wanted, l.id AS lane_id
    FROM tasks_assignment a
    JOIN tasks_task t ON t.id = a.task_id
    JOIN tasks_lane l ON l.batch_id = t.batch_id AND l.returned
    WHERE a.id = ANY(%(ids)s) AND a.state = 'leased'
), lost AS (
    INSERT INTO tasks_lostlease (token, task_id, annotator_id, project_id, cause, leased_at, lost_at)
    SELECT lease_token, task_id, annotator_id, project_id, %(cause)s, leased_at, now() FROM held
), back AS (
    UPDATE tasks_assignment a
    SET state = 'open', lane_id = held.lane_id, position = nextval('tasks_position_seq'),
        annotator_id = NULL, lease_token = NULL, leased_at = NULL, leased_until = NULL
    FROM held WHERE a.id = held.id AND held.wanted
), along AS (
    UPDATE tasks_assignment a SET lane_id = t.lane_id, position = nextval('tasks_position_seq')
    FROM (SELECT DISTINCT task_id, lane_id FROM held WHERE wanted) AS t
    WHERE a.task_id = t.task_id AND a.state = 'open'
)
DELETE FROM tasks_assignment a USING held WHERE a.id = held.id AND NOT held.wanted
"""

# Where a newcomer starts. No cursor is written, and no open seat lies at or before a head.
RAISE_HEADS = """
UPDATE tasks_lane l SET head = first.position - 1
FROM tasks_lane lane
JOIN tasks_batch b ON b.id = lane.batch_id AND b.state <> 'complete'
CROSS JOIN LATERAL (
    SELECT a.position FROM tasks_assignment a
    WHERE a.lane_id = lane.id AND a.state = 'open' AND a.position > lane.head
    ORDER BY a.position LIMIT 1
) AS first
WHERE l.id = lane.id AND first.position - 1 > l.head + 100
"""

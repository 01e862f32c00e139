-- The hot path of the queue, as functions: their plans are kept by each connection, so that a claim or a
-- submission costs its rows and not its planning, behind PgBouncer too. The rules around them: queue.py.
--
-- A change here needs a migration that installs this file again. A changed signature gets a new name, so
-- that the previous release goes on working beside the new one.
--
-- Each statement here touches a few rows that it finds by index: nested loops are right at every size. Other
-- plans are switched off, because a plan made while a table was small is kept as it grows; and so is compiling.
-- For the same reason a state that is only checked of a row found otherwise is written `state || ''`: while a
-- partial index is nearly empty it looks cheaper than the row's number, and a plan by it, once kept, reads all
-- that it will ever hold.
--
-- All times are the database's. A lane's positions only grow (seats.py), and a cursor says: every open seat
-- of the lane up to here is at a task this person has had. So a claim reads from its cursor on, however much
-- lies behind it. `tail` is the lane's last position: who stands there asks nothing of the lane.


-- Lease up to `wanted` seats to a person. A last row without a seat says that another look may find more:
-- seats were locked by others, or leases have run out. Cursors move to where the claim has read, but not
-- past a seat that is free for this person: it was locked by a claim that may yet roll back.
--
-- Nobody hoards: who holds as many seats as a project's `hold_limit`, of whichever project, is given none of
-- this one; `pack_limit` stands in its place for a declared pack. The person's lock lets their claims wait for
-- each other, so that each counts what the one before has taken.
CREATE OR REPLACE FUNCTION queue_claim(person bigint, only_project bigint, wanted integer, slack integer,
                                       lease integer, pack_limit integer)
RETURNS TABLE (assignment bigint, token uuid, until timestamptz, task bigint, project bigint, schema bigint,
               sha256 varchar, format varchar, name varchar, width integer, height integer, purpose varchar)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_material = off SET enable_sort = off
SET jit = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    route record;
    lane record;
    asked record;
    seats record;
    room integer;
    at_project bigint := 0;
    without bigint[] := '{}';
    taken bigint[] := '{}';
    golden bigint[] := '{}';
    mixed bigint[];
    moved boolean;
    met_locked boolean := false;
    met_limit boolean := false;
BEGIN
    -- An expression, not a statement, while nobody else has it: a tenth of the cost.
    IF NOT pg_try_advisory_xact_lock(7303, (person % 2147483647)::integer) THEN
        PERFORM pg_advisory_xact_lock(7303, (person % 2147483647)::integer);
    END IF;
    route := queue_route(person, only_project);

    -- Routing gives the lanes in portions; cursors that moved bring the next one.
    FOR portion IN 1..100 LOOP
        moved := false;
        FOR lane IN SELECT * FROM queue_lanes_of(person, route.site, route.projects, without,
                                                 CASE portion WHEN 1 THEN 2 ELSE 16 END)
        LOOP
            CONTINUE WHEN lane.project_id = ANY(without);
            IF lane.project_id <> at_project THEN
                at_project := lane.project_id;
                SELECT COALESCE(lease, p.lease_seconds) AS seconds, COALESCE(pack_limit, p.hold_limit) AS hold,
                       p.gold_rate AS gold, p.practice_pass_mark IS NOT NULL AS has_entrance,
                       -- By the end of the lease: so the entries of leases long gone, dead but not vacuumed
                       -- yet, are not read. The order, with sorting off, leaves one index to choose: while
                       -- all are small, another looks as good, and its plan would be kept as they grow.
                       (SELECT count(*) FROM (
                            SELECT FROM tasks_assignment a
                            WHERE a.annotator_id = person AND a.leased_until > now()
                            ORDER BY a.leased_until OFFSET 0
                        ) AS leases)::integer AS held
                FROM tasks_project p WHERE p.id = at_project INTO asked;
                room := LEAST(wanted - cardinality(taken) - cardinality(golden), asked.hold - asked.held);
                -- Each IF with a query in it is a statement, so it stands alone, behind one that has none.
                IF asked.has_entrance THEN
                    IF NOT EXISTS (
                        SELECT FROM tasks_entrance e
                        WHERE e.person_id = person AND e.project_id = at_project AND e.state = 'passed'
                    ) THEN
                        taken := taken || queue_gold(person, at_project, 'practice', room, asked.seconds);
                        without := without || at_project;
                        moved := true;
                        CONTINUE;
                    END IF;
                END IF;
                IF asked.gold > 0 AND room > 0 THEN
                    mixed := queue_mix_gold(person, at_project, room, asked.gold, asked.seconds);
                    golden := golden || mixed;
                    room := room - cardinality(mixed);
                END IF;
            END IF;
            IF room <= 0 THEN
                without := without || at_project;
                moved := true;
                met_limit := true;
                CONTINUE;
            END IF;
            seats := queue_take(person, lane.lane_id, lane.after, room, asked.seconds);
            taken := taken || seats.ids;
            IF cardinality(seats.ids) < room THEN
                moved := true;
                met_locked := queue_move_cursor(person, lane.lane_id, lane.after, lane.tail) OR met_locked;
            ELSIF seats.last - lane.after >= slack THEN
                -- Mostly there is nothing open behind it for anybody: then one raises the head for all.
                IF queue_raise_head(lane.lane_id, seats.last) - lane.after < slack THEN
                    met_locked := queue_move_cursor(person, lane.lane_id, lane.after, seats.last) OR met_locked;
                END IF;
            END IF;
            room := room - cardinality(seats.ids);
            EXIT WHEN cardinality(taken) + cardinality(golden) = wanted;
        END LOOP;
        EXIT WHEN met_locked OR NOT moved OR cardinality(taken) + cardinality(golden) = wanted;
    END LOOP;
    IF taken = '{}' AND golden = '{}' THEN
        -- A cursor that is lost in a crash costs its person one more look: no need to wait for the disk.
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;

    IF cardinality(golden) > 0 THEN
        -- Gold lies anywhere among the others.
        taken := ARRAY(SELECT id FROM (
            SELECT id, rank FROM unnest(taken) WITH ORDINALITY AS work (id, rank)
            UNION ALL SELECT id, random() * (cardinality(taken) + 1) FROM unnest(golden) AS gold (id)
        ) AS mixed ORDER BY rank);
    END IF;
    RETURN QUERY
    SELECT a.id, a.lease_token, a.leased_until, a.task_id, t.project_id, t.schema_id,
           i.sha256, i.format, i.name, i.width, i.height, a.purpose
    FROM unnest(taken) WITH ORDINALITY AS chosen (id, rank)
    JOIN tasks_assignment a ON a.id = chosen.id
    JOIN tasks_task t ON t.id = a.task_id
    JOIN tasks_image i ON i.id = t.image_id
    ORDER BY chosen.rank;

    IF cardinality(taken) < wanted AND NOT met_limit THEN
        IF met_locked OR EXISTS (
            SELECT FROM tasks_assignment a WHERE a.state = 'leased' AND a.leased_until < now()
        ) THEN
            RETURN NEXT;  -- all its columns NULL
        END IF;
    END IF;
END $$;


-- Lease the first `wanted` open seats of a lane beyond `after` whose tasks the person has not had. `last` is
-- the position of the last one. Planned with the settings of queue_claim, which alone calls it.
CREATE OR REPLACE FUNCTION queue_take(person bigint, lane bigint, after bigint, wanted integer, seconds integer,
                                      OUT ids bigint[], OUT last bigint)
LANGUAGE plpgsql AS $$
BEGIN
    IF wanted = 1 THEN
        UPDATE tasks_assignment a
        SET state = 'leased', annotator_id = person, lease_token = gen_random_uuid(),
            leased_at = now(), leased_until = now() + make_interval(secs => seconds)
        WHERE a.id = (
            SELECT s.id FROM tasks_assignment s
            WHERE s.lane_id = lane AND s.state = 'open' AND s.position > after
              AND NOT EXISTS (SELECT FROM tasks_assignment mine
                              WHERE mine.task_id = s.task_id AND mine.annotator_id = person OFFSET 0)
              AND NOT EXISTS (SELECT FROM tasks_submission given
                              WHERE given.task_id = s.task_id AND given.annotator_id = person OFFSET 0)
            ORDER BY s.position
            LIMIT 1
            FOR UPDATE OF s SKIP LOCKED
        )
        RETURNING ARRAY[a.id], a.position INTO ids, last;
    ELSE
        WITH seat AS MATERIALIZED (
            SELECT s.id FROM tasks_assignment s
            WHERE s.lane_id = lane AND s.state = 'open' AND s.position > after
              AND NOT EXISTS (SELECT FROM tasks_assignment mine
                              WHERE mine.task_id = s.task_id AND mine.annotator_id = person OFFSET 0)
              AND NOT EXISTS (SELECT FROM tasks_submission given
                              WHERE given.task_id = s.task_id AND given.annotator_id = person OFFSET 0)
              -- Only the first open seat of a task counts, so nobody gets two seats at one.
              AND NOT EXISTS (SELECT FROM tasks_assignment twin
                              WHERE twin.task_id = s.task_id AND twin.state || '' = 'open'
                                AND twin.position < s.position AND NOT (twin.state = 'skipped') OFFSET 0)
            ORDER BY s.position
            LIMIT wanted
            FOR UPDATE OF s SKIP LOCKED
        ), leased AS (
            UPDATE tasks_assignment a
            SET state = 'leased', annotator_id = person, lease_token = gen_random_uuid(),
                leased_at = now(), leased_until = now() + make_interval(secs => seconds)
            FROM seat WHERE a.id = seat.id
            RETURNING a.id, a.position
        )
        SELECT array_agg(leased.id ORDER BY leased.position), max(leased.position)
        FROM leased INTO ids, last;
    END IF;
    ids := COALESCE(ids, '{}');
END $$;


-- Raise a lane's head over what is not open any more, `upto` at most; where it is now. A seat that is being
-- claimed still counts as open here, so a claim that rolls back finds it ahead of the head. Nobody waits for
-- this: while another raises it, it is left.
CREATE OR REPLACE FUNCTION queue_raise_head(lane bigint, upto bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    reached bigint := 0;
BEGIN
    UPDATE tasks_lane l SET head = COALESCE((
        SELECT a.position - 1 FROM tasks_assignment a
        WHERE a.lane_id = l.id AND a.state = 'open' AND a.position > l.head AND a.position <= upto
        ORDER BY a.position LIMIT 1
    ), upto)
    WHERE l.id = (SELECT f.id FROM tasks_lane f WHERE f.id = lane AND f.head < upto FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING l.head INTO reached;
    RETURN COALESCE(reached, 0);
END $$;


-- Move a person's cursor in a lane that was read beyond `after` to `upto`. True when a free seat was passed:
-- then it stops before that.
CREATE OR REPLACE FUNCTION queue_move_cursor(person bigint, lane bigint, after bigint, upto bigint)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    passed bigint;
BEGIN
    SELECT a.position FROM tasks_assignment a
    WHERE a.lane_id = lane AND a.state = 'open' AND a.position > after AND a.position <= upto
      AND NOT EXISTS (SELECT FROM tasks_assignment mine
                      WHERE mine.task_id = a.task_id AND mine.annotator_id = person OFFSET 0)
      AND NOT EXISTS (SELECT FROM tasks_submission given
                      WHERE given.task_id = a.task_id AND given.annotator_id = person OFFSET 0)
    ORDER BY a.position LIMIT 1 INTO passed;
    IF COALESCE(passed - 1, upto) > after THEN
        INSERT INTO tasks_queuecursor AS c (annotator_id, lane_id, position)
        VALUES (person, lane, COALESCE(passed - 1, upto))
        ON CONFLICT (annotator_id, lane_id) DO UPDATE SET position = EXCLUDED.position
            WHERE c.position < EXCLUDED.position;
    END IF;
    RETURN passed IS NOT NULL;
END $$;


-- Answers under a lease: kept, counted and paid for, all or nothing. Returns the ids of those whose lease
-- was theirs and whose task was open; the others are left to queue.py, one by one. Tasks are locked in one
-- order for everybody; with the lock held, what rivals did with the task is committed.
CREATE OR REPLACE FUNCTION queue_submit(person bigint, ids uuid[], seats bigint[], tokens uuid[],
                                        tasks bigint[], payloads text[], annotations integer[],
                                        active integer[])
RETURNS uuid[]
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_material = off
SET jit = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    accepted uuid[];
    their_seats bigint[];
    their_tasks bigint[];
    their_payloads text[];
    their_annotations integer[];
    their_active integer[];
    leases timestamptz[];
    purposes varchar[];
BEGIN
    PERFORM FROM tasks_task t WHERE t.id = ANY(tasks) ORDER BY t.id FOR NO KEY UPDATE;
    WITH held AS MATERIALIZED (
        SELECT given.*, a.leased_at, a.purpose
        FROM unnest(ids, seats, tokens, tasks, payloads, annotations, active)
             AS given (id, seat, token, task, payload, annotations, active)
        JOIN tasks_task t ON t.id = given.task
        CROSS JOIN LATERAL (
            SELECT * FROM tasks_assignment seat WHERE seat.id = given.seat OFFSET 0  -- by its number, no other way
        ) AS a
        WHERE a.task_id = given.task AND a.annotator_id = person
          AND (t.state = 'open' OR a.purpose <> 'work')
          AND a.state = 'leased' AND a.lease_token = given.token
          AND NOT EXISTS (SELECT FROM tasks_submission s WHERE s.id = given.id OFFSET 0)
          AND NOT EXISTS (SELECT FROM tasks_submission s
                          WHERE s.task_id = given.task AND s.annotator_id = person OFFSET 0)
    ), seat AS (
        UPDATE tasks_assignment a SET state = 'submitted', ended_at = now(), leased_until = NULL
        FROM held
        WHERE a.id = held.seat AND a.lease_token = held.token AND a.state || '' = 'leased'
        RETURNING held.*
    )
    SELECT array_agg(s.id), array_agg(CASE s.purpose WHEN 'work' THEN s.seat END), array_agg(s.task),
           array_agg(s.payload), array_agg(s.annotations), array_agg(s.active), array_agg(s.leased_at),
           array_agg(s.purpose)
    FROM seat s
    INTO accepted, their_seats, their_tasks, their_payloads, their_annotations, their_active, leases, purposes;
    IF accepted IS NOT NULL THEN
        PERFORM queue_keep(person, accepted, their_seats, their_tasks, their_payloads, their_annotations,
                           their_active, leases, purposes, false, true);
        IF array_position(their_seats, NULL) IS NOT NULL THEN
            -- The submission is the record of a seat at gold.
            DELETE FROM tasks_assignment a
            WHERE a.id = ANY(seats) AND a.annotator_id = person AND a.state = 'submitted' AND a.purpose <> 'work';
        END IF;
    END IF;
    RETURN COALESCE(accepted, '{}');
END $$;


-- The traces of answers whose tasks are locked and whose seats are closed: the tasks' counts, the jobs',
-- the submissions, the hour's work, the pay. An answer without a seat (surplus, gold) is not counted at its
-- task; one to practise is neither paid nor work done.
CREATE OR REPLACE FUNCTION queue_keep(person bigint, ids uuid[], seats bigint[], tasks bigint[],
                                      payloads text[], annotations integer[], active integer[],
                                      leases timestamptz[], purposes varchar[], is_late boolean,
                                      is_paid boolean)
RETURNS void
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_material = off
SET jit = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    finished bigint[];
BEGIN
    WITH counted AS (
        UPDATE tasks_task t
        SET answers = t.answers + 1,
            state = CASE WHEN t.answers + 1 = t.overlap THEN 'answered' ELSE 'open' END,
            answered_at = CASE WHEN t.answers + 1 = t.overlap THEN now() ELSE t.answered_at END
        FROM unnest(tasks, seats) AS given (task, seat)
        WHERE t.id = given.task AND given.seat IS NOT NULL
        RETURNING t.job_id, t.state
    )
    SELECT array_agg(job_id) FROM counted WHERE state = 'answered' INTO finished;
    IF finished IS NOT NULL THEN
        PERFORM FROM tasks_job j WHERE j.id = ANY(finished) ORDER BY j.id FOR NO KEY UPDATE;
        UPDATE tasks_job j SET answered = j.answered + done.tasks
        FROM (SELECT job, count(*) AS tasks FROM unnest(finished) AS job GROUP BY job) AS done
        WHERE j.id = done.job;
    END IF;

    WITH answer AS MATERIALIZED (
        SELECT given.id, given.seat, given.task, given.payload, given.annotations, given.purpose,
               p.id AS project, CASE WHEN is_paid THEN p.price ELSE 0 END AS price, p.currency,
               -- The browser's clock says how long somebody was active; the lease how long it can have been.
               LEAST(given.active, 1 + EXTRACT(EPOCH FROM now() - given.leased_at) * 1000)::integer AS active
        FROM unnest(ids, seats, tasks, payloads, annotations, active, leases, purposes)
             AS given (id, seat, task, payload, annotations, active, leased_at, purpose)
        JOIN tasks_task t ON t.id = given.task
        JOIN tasks_project p ON p.id = t.project_id
    ), kept AS (
        INSERT INTO tasks_submission (id, task_id, annotator_id, assignment_id, purpose, payload, late,
                                      active_ms, created_at)
        SELECT id, task, person, seat, purpose, payload::jsonb, is_late, answer.active, now() FROM answer
    ), rollup AS (
        INSERT INTO workers_throughput AS w (person_id, project_id, hour, submissions, skips, annotations,
                                             active_ms, agreement_sum, agreement_count, earned, currency)
        SELECT person, project, date_trunc('hour', now(), 'UTC'), count(*), 0, sum(answer.annotations),
               sum(answer.active), 0, 0, sum(price), max(currency)
        FROM answer WHERE purpose <> 'practice' GROUP BY project ORDER BY project
        ON CONFLICT (person_id, project_id, hour) DO UPDATE SET
            submissions = w.submissions + EXCLUDED.submissions,
            annotations = w.annotations + EXCLUDED.annotations,
            active_ms = w.active_ms + EXCLUDED.active_ms,
            earned = w.earned + EXCLUDED.earned, currency = EXCLUDED.currency
    )
    INSERT INTO workers_earning (person_id, project_id, kind, submission, amount, currency, note, created_at)
    SELECT person, project, 'piece', id, price, currency, '', now()
    FROM answer WHERE price > 0 AND purpose <> 'practice';
END $$;


-- Against what answers are checked, for those tasks only that this person holds, held or has answered.
CREATE OR REPLACE FUNCTION queue_facts(person bigint, tasks bigint[], tokens uuid[])
RETURNS TABLE (task bigint, schema bigint, width integer, height integer)
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_material = off
SET jit = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT t.id, t.schema_id, i.width, i.height
    FROM tasks_task t JOIN tasks_image i ON i.id = t.image_id
    WHERE t.id = ANY(tasks)
      AND (EXISTS (SELECT FROM tasks_assignment a WHERE a.task_id = t.id AND a.annotator_id = person OFFSET 0)
        OR EXISTS (SELECT FROM tasks_submission s WHERE s.task_id = t.id AND s.annotator_id = person OFFSET 0)
        OR EXISTS (SELECT FROM tasks_lostlease l
                   WHERE l.token = ANY(tokens) AND l.task_id = t.id AND l.annotator_id = person OFFSET 0));
END $$;


-- Heartbeat: which of these leases are still the person's. A lease is rewritten only when a quarter of it is
-- gone: most heartbeats save a write.
CREATE OR REPLACE FUNCTION queue_extend(person bigint, seats bigint[], tokens uuid[])
RETURNS SETOF bigint
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_material = off
SET jit = off SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN QUERY
    WITH held AS (
        SELECT a.id, a.lease_token, a.leased_until, make_interval(secs => p.lease_seconds) AS lease
        FROM unnest(seats, tokens) AS given (id, token)
        CROSS JOIN LATERAL (
            SELECT * FROM tasks_assignment seat WHERE seat.id = given.id OFFSET 0  -- by its number, no other way
        ) AS a
        JOIN tasks_project p ON p.id = a.project_id
        WHERE a.lease_token = given.token AND a.state = 'leased' AND a.annotator_id = person
    ), extended AS (
        UPDATE tasks_assignment a SET leased_until = now() + held.lease
        FROM held
        WHERE a.id = held.id AND a.state || '' = 'leased' AND a.lease_token = held.lease_token
          AND held.leased_until < now() + held.lease * 0.75
    )
    SELECT held.id FROM held;
END $$;

-- Gold in the queue: seats at tasks with a known answer, made for one person at the moment of the claim.
--
-- The project's gold of a kind lies in a ring (`place`). A person goes round it once, from a point of their
-- own (to measure) or from its beginning (to practise), and `Entrance` remembers how far they are. So it
-- costs the same with ten gold tasks and with a million, and nobody is given one twice.


-- The share of gold among the next `wanted` seats of a person in a project: leased; their ids. Each seat's turn
-- is drawn by a hash of its running number, so that the share comes out however many are asked for at a
-- time, and nobody can foresee which it is.
CREATE OR REPLACE FUNCTION queue_mix_gold(person bigint, in_project bigint, wanted integer, rate float, lease integer)
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    upto integer;
    due integer;
BEGIN
    INSERT INTO tasks_entrance AS e (person_id, project_id, given) VALUES (person, in_project, wanted)
    ON CONFLICT (person_id, project_id) DO UPDATE SET given = e.given + wanted
    RETURNING e.given INTO upto;
    SELECT count(*) FROM generate_series(upto - wanted + 1, upto) AS n
    WHERE (hashint8extended(n, hashint8extended(person, in_project)) & 4294967295) < rate * 4294967296 INTO due;
    RETURN queue_gold(person, in_project, 'measure', due, lease);
END $$;


-- Lease up to `wanted` gold seats of a kind ('measure', 'practice') in a project to a person; their ids in the
-- ring's order. The caller holds the person's lock (queue_claim). At most 200 rows of the ring are read; what is not
-- found in them is looked for at the next call.
CREATE OR REPLACE FUNCTION queue_gold(person bigint, in_project bigint, of_kind varchar, wanted integer, lease integer)
RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
    start bigint;
    upto bigint;
    looked integer;
    more bigint[];
    got bigint[] := '{}';
BEGIN
    IF wanted < 1 THEN
        RETURN got;
    END IF;
    SELECT CASE WHEN of_kind = 'practice' THEN e.practice_place
           ELSE COALESCE(e.measure_place, hashint8extended(person, in_project) & 4611686018427387903) END
    FROM tasks_entrance e WHERE e.person_id = person AND e.project_id = in_project INTO start;
    IF start IS NULL THEN
        INSERT INTO tasks_entrance (person_id, project_id, state) VALUES (person, in_project, 'practising')
        ON CONFLICT DO NOTHING;
        start := CASE WHEN of_kind = 'practice' THEN -1
                 ELSE hashint8extended(person, in_project) & 4611686018427387903 END;
    END IF;
    FOR lap IN 1..2 LOOP
        WITH next AS MATERIALIZED (
            SELECT g.task_id, g.place FROM tasks_goldtask g
            WHERE g.project_id = in_project AND g.kind = of_kind AND g.retired_at IS NULL AND g.place > start
            ORDER BY g.place LIMIT 100
        ), fresh AS MATERIALIZED (
            SELECT n.task_id, n.place FROM next n
            WHERE NOT EXISTS (SELECT FROM tasks_assignment a
                              WHERE a.task_id = n.task_id AND a.annotator_id = person OFFSET 0)
              AND NOT EXISTS (SELECT FROM tasks_submission s
                              WHERE s.task_id = n.task_id AND s.annotator_id = person OFFSET 0)
              AND NOT EXISTS (SELECT FROM tasks_endedseat e
                              WHERE e.task_id = n.task_id AND e.annotator_id = person OFFSET 0)
            ORDER BY n.place LIMIT wanted - cardinality(got)
        ), seat AS (
            INSERT INTO tasks_assignment (task_id, project_id, purpose, state, annotator_id, lease_token,
                                          leased_at, leased_until, position, skip_reason, note)
            SELECT f.task_id, in_project, of_kind, 'leased', person, gen_random_uuid(), now(),
                   now() + make_interval(secs => lease), 0, '', ''
            FROM fresh f ORDER BY f.place
            RETURNING id
        )
        SELECT (SELECT array_agg(id ORDER BY id) FROM seat), (SELECT count(*) FROM next),
               -- Up to the last one given, or past all that were looked at.
               CASE WHEN (SELECT count(*) FROM fresh) = wanted - cardinality(got)
                    THEN (SELECT max(place) FROM fresh) ELSE (SELECT max(place) FROM next) END
        INTO more, looked, upto;
        got := got || COALESCE(more, '{}');
        start := COALESCE(upto, start);
        EXIT WHEN cardinality(got) = wanted OR looked = 100;
        start := -1;
    END LOOP;
    UPDATE tasks_entrance e
    SET measure_place = CASE WHEN of_kind = 'measure' THEN start ELSE e.measure_place END,
        practice_place = CASE WHEN of_kind = 'practice' THEN start ELSE e.practice_place END
    WHERE e.person_id = person AND e.project_id = in_project
      AND start IS DISTINCT FROM CASE WHEN of_kind = 'practice' THEN e.practice_place ELSE e.measure_place END;
    RETURN got;
END $$;

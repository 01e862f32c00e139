-- Which lanes a person is served from, in order: what makes a queue of lanes the order of work.
--
--   1. jobs reserved for the person's site
--   2. the project's priority
--   3. a fair share of projects of equal priority (queue_share)
--   4. in a project: the batch's priority as the site sees it, then seats that came back, then fresh ones
--
-- A project counts only if it is open, not paused at the site, and asks for no skill or language that the
-- person lacks. Practice and gold are mixed in by the claim (gold.sql).
--
-- Ranking a thousand projects takes milliseconds, so each person's ranking is remembered (tasks_route) for
-- half an hour, as long as the share stays the same, and as long as nothing changes that it was made of: the
-- person's site, skills and language, which are compared, and the site's revision, which triggers raise with
-- every change of a project, of the sites that work on it or of its pauses. So a claim ranks nothing, and a
-- supervisor's word works at the next claim all the same. What a ranking leads to (batches, lanes) is read
-- afresh by each claim, project after project until it has lanes enough.


-- The half hour a person is in. Not everybody's changes at the same moment.
-- STABLE, as extract() is: declared IMMUTABLE it would not be inlined, and cost four times as much.
CREATE OR REPLACE FUNCTION queue_half_hour(person bigint, at timestamptz) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT floor((extract(epoch FROM at) + (person * 7919) % 1800) / 1800)::bigint
$$;


-- A person's share key of a project, evenly spread: the same for half an hour, so that nobody changes
-- schema at each image, and new thereafter. The projects of equal priority get as many people each.
CREATE OR REPLACE FUNCTION queue_share(person bigint, project bigint, at timestamptz) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT hashint8extended(project, hashint8extended(person, queue_half_hour(person, at)))
$$;


-- The site of somebody at work, and the projects that they are served from, in order; of one project alone,
-- whether they are. NULL for somebody who is given nothing. Planned with the settings of its callers.
CREATE OR REPLACE FUNCTION queue_route(person bigint, only_project bigint, OUT site bigint, OUT projects bigint[])
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    IF only_project IS NOT NULL THEN
        SELECT w.site_id, ARRAY[p.id] FROM workers_person w
        JOIN tasks_project_sites ps ON ps.site_id = w.site_id AND ps.project_id = only_project
        JOIN tasks_project p ON p.id = ps.project_id AND p.state = 'open'
         AND p.skills <@ w.skills AND p.language IN ('', w.language)
        WHERE w.id = person AND w.is_active AND w.role = 'annotator' AND w.paused_at IS NULL
          AND NOT EXISTS (SELECT FROM tasks_projectpause s WHERE s.project_id = p.id AND s.site_id = w.site_id)
        INTO site, projects;
        RETURN;
    END IF;
    SELECT r.site_id, r.projects FROM workers_person w
    JOIN tasks_route r ON r.person_id = w.id AND r.site_id = w.site_id AND r.skills = w.skills
     AND r.language = w.language AND r.half_hour = queue_half_hour(w.id, now())
     AND r.revision = COALESCE((SELECT v.revision FROM tasks_siterevision v WHERE v.site_id = w.site_id), 0)
    WHERE w.id = person AND w.is_active AND w.role = 'annotator' AND w.paused_at IS NULL
    INTO site, projects;
    IF FOUND THEN
        RETURN;
    END IF;
    -- One statement, so one snapshot: the revision is that of what was ranked.
    INSERT INTO tasks_route AS r (person_id, site_id, skills, language, half_hour, revision, projects)
    SELECT w.id, w.site_id, w.skills, w.language, queue_half_hour(w.id, now()),
           COALESCE((SELECT v.revision FROM tasks_siterevision v WHERE v.site_id = w.site_id), 0),
           ARRAY(
               SELECT p.id FROM tasks_project_sites ps
               JOIN tasks_project p ON p.id = ps.project_id AND p.state = 'open'
                AND p.skills <@ w.skills AND p.language IN ('', w.language)
               WHERE ps.site_id = w.site_id AND NOT EXISTS (
                   SELECT FROM tasks_projectpause s WHERE s.project_id = p.id AND s.site_id = w.site_id)
               ORDER BY p.priority DESC, queue_share(w.id, p.id, now()), p.id
           )
    FROM workers_person w
    WHERE w.id = person AND w.is_active AND w.role = 'annotator' AND w.paused_at IS NULL
    ON CONFLICT (person_id) DO UPDATE SET
        site_id = EXCLUDED.site_id, skills = EXCLUDED.skills, language = EXCLUDED.language,
        half_hour = EXCLUDED.half_hour, revision = EXCLUDED.revision, projects = EXCLUDED.projects
    RETURNING r.site_id, r.projects INTO site, projects;
END $$;


-- The first `most` lanes that may have something beyond the person's cursors, in order, of the projects in
-- `route` but those in `without`. No seat is read. The order holds because nested loops keep the order of
-- their outer side, and nothing sorts after them. In PL/pgSQL, so that its plan is kept: a function in SQL
-- is planned anew for each claim. Planned with the settings of its callers.
CREATE OR REPLACE FUNCTION queue_lanes_of(person bigint, site bigint, route bigint[], without bigint[], most integer)
RETURNS TABLE (lane_id bigint, project_id bigint, batch_id bigint, tail bigint, after bigint)
LANGUAGE sql STABLE AS $$
SELECT lane.id, lane.project_id, lane.batch_id, lane.tail, GREATEST(c.position, lane.head)
FROM (
    (SELECT l.id, l.project_id, l.batch_id, l.head, l.tail
     FROM tasks_lane l
     JOIN tasks_batch b ON b.id = l.batch_id AND b.state <> 'complete'
     LEFT JOIN tasks_batchrank r ON r.batch_id = b.id AND r.site_id = site
     WHERE l.site_id = site AND l.head < l.tail AND l.project_id = ANY(route) AND NOT l.project_id = ANY(without)
     ORDER BY array_position(route, l.project_id), COALESCE(r.priority, b.priority) DESC, l.returned DESC, l.id
     OFFSET 0)
    UNION ALL
    (SELECT l.id, p.id, l.batch_id, l.head, l.tail
     FROM unnest(route) AS p (id)
     CROSS JOIN LATERAL (
         SELECT l.id, l.batch_id, l.head, l.tail
         FROM tasks_lane l
         JOIN tasks_batch b ON b.id = l.batch_id AND b.state <> 'complete'
         LEFT JOIN tasks_batchrank r ON r.batch_id = b.id AND r.site_id = site
         WHERE l.project_id = p.id AND l.head < l.tail
           -- Reserved for a site that no longer works on the project is reserved for nobody.
           AND (l.site_id IS NULL OR NOT EXISTS (
               SELECT FROM tasks_project_sites s WHERE s.project_id = l.project_id AND s.site_id = l.site_id))
         ORDER BY COALESCE(r.priority, b.priority) DESC, l.returned DESC, l.id
         OFFSET 0
     ) AS l
     WHERE NOT p.id = ANY(without))
) AS lane
LEFT JOIN tasks_queuecursor c ON c.annotator_id = person AND c.lane_id = lane.id
WHERE COALESCE(c.position, 0) < lane.tail
LIMIT most
$$;


-- What the next claim of a person looks at, for who wants to see it.
CREATE OR REPLACE FUNCTION queue_lanes(person bigint, only_project bigint, most integer)
RETURNS TABLE (lane_id bigint, project_id bigint, batch_id bigint)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_material = off
SET jit = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    route record;
BEGIN
    route := queue_route(person, only_project);
    RETURN QUERY SELECT l.lane_id, l.project_id, l.batch_id
    FROM queue_lanes_of(person, route.site, route.projects, '{}', most) AS l;
END $$;


-- The sites whose people's rankings are to be made anew.
CREATE OR REPLACE FUNCTION routing_revise(sites bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tasks_siterevision AS v (site_id, revision)
    SELECT site, 1 FROM unnest(sites) AS site GROUP BY site ORDER BY site
    ON CONFLICT (site_id) DO UPDATE SET revision = v.revision + 1;
END $$;

CREATE OR REPLACE FUNCTION routing_of_project_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM routing_revise(ARRAY(SELECT site_id FROM tasks_project_sites WHERE project_id = NEW.id));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION routing_of_site_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM routing_revise(ARRAY[COALESCE(NEW.site_id, OLD.site_id)]);
    RETURN NULL;
END $$;

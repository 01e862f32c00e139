-- Which lanes a person is served from, in order: what makes a queue of lanes the order of work.
--
--   1. jobs reserved for the person's site
--   2. the project's priority
--   3. a fair share of projects of equal priority (queue_share)
--   4. in a project: the batch's priority as the site sees it, then seats that came back, then fresh ones
--
-- A project counts only if it is open, not paused at the site, and asks for no skill or language that the
-- person lacks. (Practice tasks for newcomers and the share of gold will come before 1, as lanes of theirs.)
--
-- At most 16 lanes are returned, and only such as may have something beyond the person's cursor; the search
-- goes in order and ends with the sixteenth. So a claim looks at 16 lanes whatever number of projects is
-- open, and no seat is read here. Projects are ranked all at once (a sort of a thousand numbers). The order
-- holds because nested loops keep the order of their outer side, and nothing sorts after them.

-- In PL/pgSQL, so that its plan is kept: a function in SQL is planned anew for each claim.

-- A person's share key of a project, evenly spread: the same for half an hour, so that nobody changes
-- schema at each image, and new thereafter. The projects of equal priority get as many people each.
-- STABLE, as extract() is: declared IMMUTABLE it would not be inlined, and cost four times as much.
CREATE OR REPLACE FUNCTION queue_share(person bigint, project bigint, at timestamptz) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT hashint8extended(project, hashint8extended(person, floor(extract(epoch FROM at) / 1800)::bigint))
$$;

CREATE OR REPLACE FUNCTION queue_lanes(person bigint, only_project bigint)
RETURNS TABLE (lane_id bigint, project_id bigint, batch_id bigint, lease_seconds integer)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH mine AS MATERIALIZED (
    SELECT p.id, p.lease_seconds, w.site_id AS site,
           row_number() OVER (ORDER BY p.priority DESC, queue_share(w.id, p.id, now()), p.id) AS rank
    FROM workers_person w
    JOIN tasks_project_sites ps ON ps.site_id = w.site_id
     AND ps.project_id BETWEEN COALESCE($2, 0) AND COALESCE($2, 9223372036854775807)
    JOIN tasks_project p ON p.id = ps.project_id AND p.state = 'open'
     AND p.skills <@ w.skills AND p.language IN ('', w.language)
    WHERE w.id = $1 AND w.is_active AND w.role = 'annotator' AND w.paused_at IS NULL
      AND NOT EXISTS (SELECT FROM tasks_projectpause s WHERE s.project_id = p.id AND s.site_id = w.site_id)
)
SELECT lane.id, lane.project_id, lane.batch_id, lane.lease_seconds
FROM (
    (SELECT l.id, l.project_id, l.batch_id, l.head, l.tail, p.lease_seconds
     FROM mine p
     JOIN tasks_lane l ON l.site_id = p.site AND l.project_id = p.id
     JOIN tasks_batch b ON b.id = l.batch_id AND b.state <> 'complete'
     LEFT JOIN tasks_batchrank r ON r.batch_id = b.id AND r.site_id = p.site
     ORDER BY p.rank, COALESCE(r.priority, b.priority) DESC, l.returned DESC, l.id
     OFFSET 0)
    UNION ALL
    (SELECT l.id, p.id, l.batch_id, l.head, l.tail, p.lease_seconds
     FROM (SELECT * FROM mine ORDER BY rank OFFSET 0) AS p
     CROSS JOIN LATERAL (
         SELECT l.id, l.batch_id, l.head, l.tail
         FROM tasks_lane l
         JOIN tasks_batch b ON b.id = l.batch_id AND b.state <> 'complete'
         LEFT JOIN tasks_batchrank r ON r.batch_id = b.id AND r.site_id = p.site
         WHERE l.project_id = p.id
           -- Reserved for a site that no longer works on the project is reserved for nobody.
           AND (l.site_id IS NULL OR NOT EXISTS (
               SELECT FROM tasks_project_sites s WHERE s.project_id = l.project_id AND s.site_id = l.site_id))
         ORDER BY COALESCE(r.priority, b.priority) DESC, l.returned DESC, l.id
         OFFSET 0
     ) AS l)
) AS lane
LEFT JOIN tasks_queuecursor c ON c.annotator_id = $1 AND c.lane_id = lane.id
WHERE GREATEST(c.position, lane.head) < lane.tail
LIMIT 16;
END $$;

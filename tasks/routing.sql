-- The lanes a person may draw from, in order, without those that have nothing new for them. A paused person
-- or project has none.
CREATE OR REPLACE FUNCTION queue_lanes(person bigint, only_project bigint)
RETURNS TABLE (lane_id bigint, project_id bigint, batch_id bigint, lease_seconds integer)
LANGUAGE sql STABLE AS $$
SELECT l.id, p.id, l.batch_id, p.lease_seconds
FROM workers_person w
JOIN tasks_project_sites ps ON ps.site_id = w.site_id
JOIN tasks_project p ON p.id = ps.project_id AND p.state = 'open'
JOIN tasks_lane l ON l.project_id = p.id AND l.head < l.tail
JOIN tasks_batch b ON b.id = l.batch_id AND b.state <> 'complete'
LEFT JOIN tasks_queuecursor c ON c.annotator_id = w.id AND c.lane_id = l.id
WHERE w.id = person AND w.is_active AND w.role = 'annotator' AND w.paused_at IS NULL
  AND (only_project IS NULL OR p.id = only_project)
  AND GREATEST(c.position, l.head) < l.tail
ORDER BY p.priority DESC, b.priority DESC, l.returned DESC, l.id
$$;

-- What the images of these tasks come with, as a function for the reason that queue.sql gives: its plan is
-- kept. A change here needs a migration that installs this file again.
--
-- Where later people verify, the newest answer comes after what a model says, to take its place; for `judged`,
-- those of the tasks whose seats are to verify. Answers to gold hold no seat.
CREATE OR REPLACE FUNCTION queue_drafts(tasks bigint[], judged bigint[])
RETURNS TABLE (task bigint, payload text, to_verify boolean)
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_material = off
SET jit = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT p.task_id, p.payload::text, false FROM tasks_prediction p WHERE p.task_id = ANY(tasks);
    RETURN QUERY
    SELECT t.id, newest.payload::text, true
    FROM tasks_task t
    JOIN tasks_project p ON p.id = t.project_id
    CROSS JOIN LATERAL (
        SELECT s.payload FROM tasks_submission s
        WHERE s.task_id = t.id
          AND (s.purpose = 'work' AND s.assignment_id IS NOT NULL OR s.purpose = 'measure')
          AND NOT EXISTS (SELECT FROM tasks_submission newer WHERE newer.supersedes_id = s.id)
          AND NOT EXISTS (SELECT FROM tasks_return r WHERE r.submission_id = s.id)  -- it was found wrong
        ORDER BY s.created_at DESC, s.version DESC
        LIMIT 1
    ) AS newest
    WHERE t.id = ANY(judged) AND p.verifies;
END $$;

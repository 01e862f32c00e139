"""Tasks settled a second, end to end through PostgreSQL on one core, and a release built of them.

Three people draw five boxes an image, each a little off, and miss or invent a few. One process pulls the
answered tasks, concludes them and writes the consensus; the share of that time spent in SQL is printed.
Then one release is built in each format: seconds, archive size, and how much the process grew.

    python -m bench.settle [--tasks 5000] [--boxes 5] [--people 3]
"""

from __future__ import annotations

import argparse
import random
import resource
import time
import uuid
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
    project = make_project(sites=[site], overlap=people, max_overlap=people, settle_threshold=0.0)
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


def settle_all(tasks: int) -> tuple[float, float, float]:
    """Tasks a second, tasks a second of this process's own CPU, and the share of the time spent in SQL
    (round trips included)."""
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

    started, busy = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(timed):
        while settle_answered().taken:
            pass
    took, busy = time.perf_counter() - started, time.process_time() - busy
    return tasks / took, tasks / busy, spent / took


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
        rate, own, share = settle_all(options.tasks)
        print(f"settled {options.tasks} tasks: {rate:,.0f} tasks/s, {share:.0%} of it SQL")
        print(f"tasks a second of this process's own CPU: {own:,.0f}")
        for form in ("jsonl", "coco", "yolo", "voc"):
            before = memory()
            took, size = release(project, form)
            print(f"{form:6} {took:6.1f} s  {size:6.1f} MiB  grew {memory() - before:5.0f} MiB")
        print(f"RESULT settle_per_s={rate:.0f} settle_per_cpu_s={own:.0f} settle_sql_share={share:.2f}")


if __name__ == "__main__":
    main()

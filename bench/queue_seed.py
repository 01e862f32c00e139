"""Opening a batch's seats as ingest does, against bare COPY of the same rows into the same table, in turns.

Ours commits chunk by chunk. Somebody claims meanwhile, beside both; the longest claim beside ours is printed.

    python -m bench.queue_seed [--tasks 30000] [--rounds 3] [--chunk 1000]
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.crowd import fill, spread
from bench.servers import running_servers

COLUMNS = "task_id, number, project_id, lane_id, position, state, skip_reason, note"


def empty_batch(tasks: int) -> tuple[list[int], int]:
    """A batch whose tasks want three seats and have none; the tasks, and the lane their seats will lie in."""
    from django.db import connection

    from tasks.models import Task
    from tests.factories import make_batch, make_project

    batch = make_batch(make_project(overlap=3, max_overlap=3))
    fill(batch, tasks)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tasks_assignment WHERE project_id = %s", [batch.project_id])
        cursor.execute("UPDATE tasks_task SET overlap = 3, max_overlap = 3 WHERE batch_id = %s", [batch.id])
        cursor.execute("VACUUM ANALYZE")
    ids = Task.objects.filter(batch=batch).order_by("id").values_list("id", flat=True)
    return list(ids), batch.lanes.get(returned=False).id


@contextmanager
def somebody_claims(person: int, took: list[float]) -> Iterator[None]:
    """Fifty claims a second meanwhile; `took` has their seconds."""
    from django.db import connection

    from tasks import queue

    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            start = time.perf_counter()
            assert queue.claim(annotator_id=person, project_id=None, count=1, pack_limit=1_000_000)
            took.append(time.perf_counter() - start)
            time.sleep(0.02)
        connection.close()

    other = threading.Thread(target=work)
    other.start()
    try:
        yield
    finally:
        over.set()
        other.join()


def seed_as_ingest_does(tasks: list[int], chunk: int) -> float:
    """Seats a second."""
    from django.db import transaction

    from tasks.seats import open_seats

    start = time.perf_counter()
    for first in range(0, len(tasks), chunk):
        with transaction.atomic():
            open_seats(task_ids=tasks[first : first + chunk])
    return 3 * len(tasks) / (time.perf_counter() - start)


def copy_the_same(lane: int, person: int, claims: list[float]) -> float:
    """Seats a second of COPY, of the rows that lie in the lane, while `person` claims elsewhere."""
    from django.db import connection

    from tasks.models import Assignment

    seats = Assignment.objects.filter(lane=lane, state="open").order_by("position")
    rows = list(seats.values_list(*[name.strip() for name in COLUMNS.split(",")]))
    text = io.StringIO("".join("\t".join(map(str, row)) + "\n" for row in rows))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tasks_assignment WHERE lane_id = %s", [lane])
        cursor.execute("VACUUM ANALYZE tasks_assignment")
        with somebody_claims(person, claims):
            start = time.perf_counter()
            cursor.copy_expert(f"COPY tasks_assignment ({COLUMNS}) FROM STDIN", text)
            return len(rows) / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chunk", type=int, default=1000)
    options = parser.parse_args()
    ours: list[float] = []
    copy: list[float] = []
    claims: list[float] = []
    beside_copy: list[float] = []
    with running_servers():
        from tests.factories import make_batch, make_person, make_project, make_site

        site = make_site()
        person = make_person(site=site).id
        fill(make_batch(make_project(sites=[site], overlap=1, max_overlap=1)), 20_000)
        for _ in range(options.rounds):
            tasks, lane = empty_batch(options.tasks)
            with somebody_claims(person, claims):
                ours.append(seed_as_ingest_does(tasks, options.chunk))
            copy.append(copy_the_same(lane, person, beside_copy))
    middle = statistics.median
    print(f"{options.tasks} tasks of three seats, {options.rounds} rounds in turns, {os.cpu_count()} cores")
    for name, values in [("ours", ours), ("COPY", copy)]:
        print(f"{name:6}{middle(values):10.0f} seats/s {spread(values)}")
    took = f"median {middle(claims) * 1000:.1f} ms, longest {max(claims) * 1000:.0f} ms"
    print(f"claims meanwhile: {len(claims)}, {took}")
    print(f"RESULT seed_vs_copy={middle(ours) / middle(copy):.3f}")


if __name__ == "__main__":
    main()

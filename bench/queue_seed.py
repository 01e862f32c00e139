"""Opening a batch's seats as ingest does, against bare COPY of the same rows into the same table, in turns.

Ours commits chunk by chunk; somebody claims meanwhile, and the longest claim is printed.

    python -m bench.queue_seed [--tasks 60000] [--rounds 3] [--chunk 1000]
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import threading
import time

from bench.crowd import fill, spread
from bench.servers import running_servers

COLUMNS = "task_id, number, project_id, lane_id, position, state, skip_reason, note"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chunk", type=int, default=1000)
    options = parser.parse_args()
    with running_servers():
        from django.db import connection, transaction

        from tasks import queue
        from tasks.models import Assignment, Task
        from tasks.seats import open_seats
        from tests.factories import make_batch, make_person, make_project, make_site

        site = make_site()
        person = make_person(site=site)
        rates: dict[str, list[float]] = {"ours": [], "COPY": []}
        claims: list[float] = []
        fill(make_batch(make_project(sites=[site], overlap=1, max_overlap=1)), 20_000)
        for _ in range(options.rounds):
            batch = make_batch(make_project(overlap=3, max_overlap=3))
            fill(batch, options.tasks)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM tasks_assignment WHERE project_id = %s", [batch.project_id])
                cursor.execute(
                    "UPDATE tasks_task SET overlap = 3, max_overlap = 3 WHERE batch_id = %s", [batch.id]
                )
                cursor.execute("VACUUM ANALYZE")
            tasks = list(Task.objects.filter(batch=batch).order_by("id").values_list("id", flat=True))
            lane = batch.lanes.get(returned=False).id

            over = threading.Event()

            def claim_meanwhile(over: threading.Event = over) -> None:
                while not over.is_set():
                    start = time.perf_counter()
                    assert queue.claim(annotator_id=person.id, project_id=None, count=1)
                    claims.append(time.perf_counter() - start)
                    time.sleep(0.02)
                connection.close()

            other = threading.Thread(target=claim_meanwhile)
            other.start()
            start = time.perf_counter()
            for first in range(0, len(tasks), options.chunk):
                with transaction.atomic():
                    open_seats(task_ids=tasks[first : first + options.chunk])
            rates["ours"].append(3 * len(tasks) / (time.perf_counter() - start))
            over.set()
            other.join()

            with connection.cursor() as cursor:
                seats = Assignment.objects.filter(lane=lane, state="open").order_by("position")
                fields = [name.strip() for name in COLUMNS.split(",")]
                rows = list(seats.values_list(*fields))
                cursor.execute("DELETE FROM tasks_assignment WHERE lane_id = %s", [lane])
                cursor.execute("VACUUM ANALYZE tasks_assignment")
                text = io.StringIO("".join("\t".join(map(str, row)) + "\n" for row in rows))
                start = time.perf_counter()
                cursor.copy_expert(f"COPY tasks_assignment ({COLUMNS}) FROM STDIN", text)
                rates["COPY"].append(len(rows) / (time.perf_counter() - start))
    middle = statistics.median
    print(f"{options.tasks} tasks of three seats, {options.rounds} rounds in turns, {os.cpu_count()} cores")
    for name, values in rates.items():
        print(f"{name:6}{middle(values):10.0f} seats/s {spread(values)}")
    took = f"median {middle(claims) * 1000:.1f} ms, longest {max(claims) * 1000:.0f} ms"
    print(f"claims meanwhile: {len(claims)}, {took}")
    print(f"RESULT seed_vs_copy={middle(rates['ours']) / middle(rates['COPY']):.3f}")


if __name__ == "__main__":
    main()

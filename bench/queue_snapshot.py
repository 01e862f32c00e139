"""Cycles of claim and submit while another connection holds an old snapshot open, and what it leaves behind.

A snapshot keeps all dead rows and dead index entries alive: a claim that began at the head of the queue would
step over more of them each second. Claims a second before it, and in its last seconds; then the share of
updates that stayed on their page (HOT), and dead rows, of the queue's tables, before and after a vacuum.

    python -m bench.queue_snapshot [--seconds 120] [--window 10] [--connections 2]
"""

from __future__ import annotations

import argparse
import os
import time

import psycopg2

from bench.crowd import Crowd, fill, settle_down
from bench.queue_rates import CROWD, cycles, make_people
from bench.servers import running_servers

RATE = 2500  # tasks a second at most, to have enough of them
STATE = """
SELECT relname, n_tup_upd, n_tup_hot_upd, n_live_tup, n_dead_tup, pg_relation_size(relid),
       pg_indexes_size(relid)
FROM pg_stat_user_tables
WHERE relname IN ('tasks_assignment', 'tasks_task', 'tasks_job', 'tasks_lane', 'tasks_queuecursor',
                  'workers_throughput', 'workers_presence')
ORDER BY relname
"""


def show(title: str) -> None:
    from django.db import connection

    print(title)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(STATE)
        for name, updates, hot, live, dead, heap, indexes in cursor.fetchall():
            share = f"{hot / updates:.0%}" if updates else "-"
            print(
                f"  {name:20}{updates:9} updates, HOT {share:>4}, {live:8} live, {dead:7} dead, "
                f"heap {heap / 2**20:6.1f} MB, indexes {indexes / 2**20:6.1f} MB"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--window", type=float, default=10)
    parser.add_argument("--connections", type=int, default=2)
    options = parser.parse_args()
    with running_servers():
        from django.db import connection

        from tests.factories import make_batch, make_project, make_site

        site = make_site()
        first = make_people(site, CROWD * options.connections)
        people = [(first + n * CROWD, 1) for n in range(options.connections)]
        batch = make_batch(make_project(sites=[site], overlap=1, max_overlap=1))
        fill(batch, round(RATE * (options.seconds + 3 * options.window)))
        settle_down()
        url = os.environ["DATABASE_URL"]
        crowd = Crowd(options.connections, url)
        crowd(cycles, people, 2)
        before = crowd(cycles, people, options.window)
        old = psycopg2.connect(url)
        old.set_session(isolation_level="REPEATABLE READ")
        old.cursor().execute("SELECT count(*) FROM tasks_project")
        begun = time.monotonic()
        while time.monotonic() - begun < options.seconds - options.window:
            middle = crowd(cycles, people, max(1, options.seconds / 6))
            print(f"  {time.monotonic() - begun:5.0f} s with the snapshot: {middle:6.0f} cycles/s")
        end = crowd(cycles, people, options.window)
        show("with the snapshot:")
        old.rollback()
        after = crowd(cycles, people, options.window)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
        show("after it and a vacuum:")
        crowd.close()
    print(f"before {before:.0f}, at the end {end:.0f}, after {after:.0f} cycles of claim and submit a second")
    print(f"RESULT snapshot_end_over_start={end / before:.3f}")


if __name__ == "__main__":
    main()

"""Whether partitions of the submissions would pay: the same rows in one table, by hash of the task, by month.

What the queue does with the table is measured: the probe "has this person answered this task?" and one
insert, each by itself; then the size of the indexes, and a vacuum after a month's rows were deleted.
docs/decisions/queue.md draws the conclusion.

    python -m bench.queue_partitions [--rows 2000000] [--calls 2000]
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from dataclasses import dataclass
from typing import Any

import psycopg2

from bench.servers import running_servers

COLUMNS = """(id uuid NOT NULL, task_id bigint NOT NULL, annotator_id bigint NOT NULL, assignment_id bigint,
version smallint NOT NULL DEFAULT 1, payload jsonb NOT NULL, created_at timestamptz NOT NULL)"""
YEAR = "'2026-01-01'::timestamptz"
# Five boxes an answer, three answers a task, a thousand people, a year.
FILL = """
INSERT INTO {table}
SELECT gen_random_uuid(), n / 3, n % 1000, n, 1, jsonb_build_object('tags', '{{}}'::jsonb, 'shapes', (
    SELECT jsonb_agg(jsonb_build_object('id', 's' || j, 'class', 'esp8266', 'type', 'box',
                                        'box', jsonb_build_array(n % 1000 + j, n % 700, 50.5, 61.25)))
    FROM generate_series(1, 5) AS j)), {year} + n * interval '360 days' / {rows}
FROM generate_series(0, {rows} - 1) AS n
"""


@dataclass(frozen=True)
class Layout:
    """A table; a unique key over partitions must hold the column that divides them."""

    table: str
    by: str = ""
    parts: tuple[str, ...] = ()
    column: str = ""


LAYOUTS = [
    Layout("plain"),
    Layout(
        "hashed",
        "PARTITION BY HASH (task_id)",
        tuple(f"WITH (MODULUS 16, REMAINDER {n})" for n in range(16)),
        "task_id",
    ),
    Layout(
        "monthly",
        "PARTITION BY RANGE (created_at)",
        tuple(
            f"FROM ('2026-01-01'::date + {30 * n}) TO ('2026-01-01'::date + {30 * n + 30})" for n in range(13)
        ),
        "created_at",
    ),
]


def make(cursor: Any, layout: Layout) -> None:
    cursor.execute(f"CREATE TABLE {layout.table} {COLUMNS} {layout.by}")
    for number, bounds in enumerate(layout.parts):
        cursor.execute(
            f"CREATE TABLE {layout.table}_{number} PARTITION OF {layout.table} FOR VALUES {bounds}"
        )
    for key in (["id"], ["task_id", "annotator_id", "version"], ["assignment_id", "version"]):
        wanted = key + [layout.column] * (layout.column not in ["", *key])
        cursor.execute(f"CREATE UNIQUE INDEX ON {layout.table} ({', '.join(wanted)})")
    cursor.execute(f"CREATE INDEX ON {layout.table} (annotator_id, created_at DESC)")


def probe_and_insert(cursor: Any, table: str, rows: int, calls: int) -> tuple[float, float]:
    """Median microseconds of each."""
    cursor.execute("SET synchronous_commit = off; SET plan_cache_mode = force_generic_plan")
    cursor.execute(
        f"PREPARE probe_{table}(bigint, bigint) AS "
        f"SELECT FROM {table} WHERE task_id = $1 AND annotator_id = $2"
    )
    cursor.execute(
        f"PREPARE insert_{table}(bigint, bigint) AS "
        f"INSERT INTO {table} VALUES (gen_random_uuid(), $1, $2, $1, 1, '{{}}', '2026-12-20')"
    )
    took: dict[str, list[float]] = {"probe": [], "insert": []}
    for number in range(calls):
        for kind, times in took.items():
            start = time.perf_counter()
            cursor.execute(f"EXECUTE {kind}_{table}(%s, %s)", [rows + number, number % 1000])
            times.append(time.perf_counter() - start)
    return statistics.median(took["probe"]) * 1e6, statistics.median(took["insert"]) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--calls", type=int, default=2000)
    options = parser.parse_args()
    print(f"{'':10}{'filled':>14}{'table':>10}{'indexes':>10}{'probe':>10}{'insert':>10}{'vacuum':>10}")
    with running_servers():
        database = psycopg2.connect(os.environ["DATABASE_URL"])
        database.autocommit = True
        cursor = database.cursor()
        for layout in LAYOUTS:
            table = layout.table
            make(cursor, layout)
            start = time.perf_counter()
            cursor.execute(FILL.format(table=table, year=YEAR, rows=options.rows))
            rate = options.rows / (time.perf_counter() - start)
            cursor.execute(f"ANALYZE {table}")
            cursor.execute(
                "SELECT sum(pg_table_size(relid)) / 2^20, sum(pg_indexes_size(relid)) / 2^20 "
                "FROM (SELECT %s::regclass AS relid UNION ALL "
                "SELECT inhrelid FROM pg_inherits WHERE inhparent = %s::regclass) AS part",
                [table, table],
            )
            heap, indexes = cursor.fetchone()
            probe, insert = probe_and_insert(cursor, table, options.rows, options.calls)
            cursor.execute(f"DELETE FROM {table} WHERE created_at < {YEAR} + interval '30 days'")
            start = time.perf_counter()
            cursor.execute(f"VACUUM {table}")
            vacuum = time.perf_counter() - start
            print(
                f"{table:10}{rate:8.0f} rows/s{heap:7.0f} MB{indexes:7.0f} MB{probe:7.0f} us{insert:7.0f} us"
                f"{vacuum:8.1f} s",
                flush=True,
            )
        database.close()


if __name__ == "__main__":
    main()

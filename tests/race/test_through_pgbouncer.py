"""The queue's own tests once more, through a real PgBouncer in transaction mode.

Fifty threads share four connections, so whatever one statement left in a session would meet another person.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from annotator.embedded import EmbeddedPostgres
from tests.bouncer import PROGRAM, bouncer
from tests.servers import session_folder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PROGRAM is None, reason="no pgbouncer on this machine (Debian package pgbouncer)"),
]
ROOT = Path(__file__).resolve().parents[2]
SUITES = ["tests/race/test_claim_race.py", "tests/unit/test_queue.py", "tests/api/test_desk.py"]
SERVERS = 4


@pytest.fixture
def pooled() -> Iterator[str]:
    """The address of PgBouncer before a PostgreSQL of its own."""
    folder = session_folder() / "bouncer"
    folder.mkdir()
    with (
        EmbeddedPostgres(session_folder() / "postgres", fsync=False) as postgres,
        bouncer(postgres.url, folder=folder, servers=SERVERS) as url,
    ):
        yield url


@pytest.mark.timeout(900)
def test_the_queue_works_through_transaction_pooling(pooled: str) -> None:
    environment = os.environ | {"DATABASE_URL": pooled, "LABELMILL_PGBOUNCER": "1"}
    # The pooler's idle connections would refuse DROP DATABASE; the server goes away anyway.
    command = [sys.executable, "-m", "pytest", "-q", "--reuse-db", "-p", "no:cacheprovider", *SUITES]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-6000:]


def test_control_what_a_session_keeps_is_met_by_others(pooled: str) -> None:
    """Transaction pooling is real here: a setting made by one client is found by another."""
    first, second = psycopg2.connect(pooled), psycopg2.connect(pooled)
    for database in (first, second):
        database.autocommit = True
    with first.cursor() as cursor:
        cursor.execute("SET work_mem = '77MB'")
    with second.cursor() as cursor:
        cursor.execute("SHOW work_mem")
        found = cursor.fetchone()
    first.close()
    second.close()
    assert found == ("77MB",)

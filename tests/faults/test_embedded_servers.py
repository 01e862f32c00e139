"""Embedded servers survive everything that can happen to them, and outlive nobody."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from annotator.embedded import EmbeddedError, EmbeddedPostgres, EmbeddedValkey
from annotator.embedded import process as processes
from tests.servers import session_folder

ROOT = Path(__file__).resolve().parents[2]

STARTER = """
import sys, time
from pathlib import Path
from annotator.embedded import EmbeddedPostgres, EmbeddedValkey
postgres = EmbeddedPostgres(Path(sys.argv[1]) / "postgres"); postgres.start()
valkey = EmbeddedValkey(Path(sys.argv[1]) / "valkey"); valkey.start()
print(postgres.pid, valkey.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder() -> Path:
    return session_folder()


@pytest.fixture
def postgres(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    yield server
    server.stop()


def run(server: EmbeddedPostgres, statement: str) -> object:
    with server.connect() as database, database.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def wait_for_end(pid: int, *, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not processes.command_of(pid):
            return True
        time.sleep(0.02)
    return False


def started_by_another(folder: Path) -> tuple[subprocess.Popen[str], int, int]:
    parent = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    postgres_pid, valkey_pid = map(int, parent.stdout.readline().split())
    return parent, postgres_pid, valkey_pid


def test_servers_die_when_their_parent_is_killed(folder: Path) -> None:
    parent, postgres_pid, valkey_pid = started_by_another(folder)
    parent.kill()
    parent.wait()
    assert wait_for_end(postgres_pid)
    assert wait_for_end(valkey_pid)


def test_next_start_follows_at_once_after_the_parent_was_killed(folder: Path) -> None:
    parent, _, _ = started_by_another(folder)
    parent.kill()
    parent.wait()
    with EmbeddedPostgres(folder / "postgres") as postgres, EmbeddedValkey(folder / "valkey") as valkey:
        assert run(postgres, "SELECT 1") == 1
        assert redis.Redis(unix_socket_path=str(valkey.socket)).ping()


def test_killed_postgres_starts_again_with_every_committed_row(postgres: EmbeddedPostgres) -> None:
    run(postgres, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
    postgres.kill()
    postgres.start()
    assert run(postgres, "SELECT count(*) FROM kept") == 1000


def test_unreaped_zombie_does_not_stop_the_next_start(postgres: EmbeddedPostgres) -> None:
    assert postgres.pid
    zombie = postgres._process
    os.kill(postgres.pid, signal.SIGKILL)
    postgres._process = None  # nobody waits for it: it stays in the process table
    postgres.start()
    assert run(postgres, "SELECT 1") == 1
    assert zombie
    zombie.wait()


def test_lock_file_naming_a_strangers_process_does_not_stop_the_next_start(
    postgres: EmbeddedPostgres,
) -> None:
    postgres.kill()
    lock = postgres._data / "postmaster.pid"
    lines = lock.read_text().splitlines()
    lock.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    postgres.start()
    assert run(postgres, "SELECT 1") == 1


def test_second_server_in_the_same_directory_is_refused(
    postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.embedded.postgres.PREDECESSOR_SECONDS", 0.3)
    with pytest.raises(EmbeddedError, match="does not start"):
        EmbeddedPostgres(postgres.directory).start()
    assert run(postgres, "SELECT 1") == 1


def test_password_is_needed_even_on_the_socket(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(
            host=str(postgres.directory), user="labelmill", dbname="labelmill", passfile="/dev/null"
        )


def test_no_server_listens_on_a_port(postgres: EmbeddedPostgres, folder: Path) -> None:
    assert run(postgres, "SHOW listen_addresses") == ""
    with EmbeddedValkey(folder / "valkey") as valkey:
        client = redis.Redis(unix_socket_path=str(valkey.socket))
        assert client.config_get("port") == {"port": "0"}


def test_long_directory_gets_its_sockets_elsewhere(folder: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)
    for parent in (deep.parent, deep):
        parent.mkdir(mode=0o711)
    with (
        EmbeddedPostgres(deep / "postgres", fsync=False) as postgres,
        EmbeddedValkey(deep / "valkey") as valkey,
    ):
        assert run(postgres, "SELECT 1") == 1
        assert len(str(valkey.socket)) <= processes.SOCKET_PATH_LIMIT
        assert postgres.directory == deep / "postgres"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a home that its servers cannot enter")
def test_closed_parent_directory_is_left_closed(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with EmbeddedPostgres(closed / "postgres", fsync=False) as postgres:
        assert run(postgres, "SELECT 1") == 1
        assert closed.stat().st_mode & 0o777 == 0o700
        assert (closed / "postgres.location").read_text().strip() == str(postgres.directory)
    shutil.rmtree(postgres.directory)

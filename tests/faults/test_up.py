"""`manage.py up`, the real one: it starts, survives, stops, and starts again after being killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import psycopg2
import pytest

from annotator.embedded.process import command_of
from tests.servers import session_folder

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
OURS = ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "LABELMILL_SECRET_KEY", "PYTEST_CURRENT_TEST")
START_SECONDS = 120


class Installation:
    def __init__(self, home: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.home = home
        self.environment = {name: value for name, value in os.environ.items() if name not in OURS}
        self.environment |= {"LABELMILL_HOME": str(home), "LABELMILL_DEMO": "0", "PORT": str(self.port)}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "manage.py", "up"], cwd=ROOT, env=self.environment)

    def answers(self, path: str = "/readyz") -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as response:
                return response.status == 200
        except OSError:
            return False

    def comes_up(self) -> bool:
        return until(self.answers, seconds=START_SECONDS)

    def processes(self) -> list[int]:
        """Every living process that carries this installation's home, the servers by their command."""
        mark = f"LABELMILL_HOME={self.home}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and command_of(int(entry.name)):
                try:
                    marked = mark in (entry / "environ").read_bytes().split(b"\0")
                except OSError:
                    marked = False
                if marked or f"{self.home}/" in command_of(int(entry.name)):
                    found.append(int(entry.name))
        return found

    def database(self):
        return psycopg2.connect(json.loads((self.home / "environment.json").read_text())["DATABASE_URL"])


def until(condition, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def installation() -> Iterator[Installation]:
    one = Installation(session_folder() / "home")
    one.start()
    yield one
    if one.process and one.process.poll() is None:
        one.process.terminate()
        one.process.wait(timeout=40)


@pytest.mark.timeout(400)
def test_killed_installation_leaves_nothing_and_starts_again_with_its_data(
    installation: Installation,
) -> None:
    assert installation.comes_up()
    with installation.database() as database, database.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    database.close()

    assert installation.process
    installation.process.kill()
    installation.process.wait()
    assert until(lambda: installation.processes() == [], seconds=30)

    started = time.monotonic()
    installation.start()
    assert installation.comes_up()
    assert time.monotonic() - started < 60
    with installation.database() as database, database.cursor() as cursor:
        cursor.execute("SELECT answer FROM kept")
        assert cursor.fetchone() == (42,)
    database.close()

    installation.process.send_signal(signal.SIGINT)
    assert installation.process.wait(timeout=30) == 0
    assert installation.processes() == []


@pytest.mark.timeout(400)
def test_second_instance_and_used_port_are_refused_in_a_sentence(installation: Installation) -> None:
    assert installation.comes_up()
    again = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=installation.environment,
        capture_output=True,
        text=True,
    )
    assert again.returncode == 1
    assert "already runs from" in again.stderr
    elsewhere = installation.environment | {"LABELMILL_HOME": str(session_folder() / "home")}
    other = subprocess.run(
        [sys.executable, "manage.py", "up"], cwd=ROOT, env=elsewhere, capture_output=True, text=True
    )
    assert other.returncode == 1
    assert f"Port {installation.port}" in other.stderr
    assert "Traceback" not in again.stderr + other.stderr

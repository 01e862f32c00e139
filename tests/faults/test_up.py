"""`manage.py up`, the real one: it starts, survives, stops, and starts again after being killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.installation import ROOT, Installation, until
from tests.servers import session_folder

pytestmark = pytest.mark.slow


@pytest.fixture
def installation() -> Iterator[Installation]:
    one = Installation(session_folder() / "home")
    one.start()
    yield one
    one.stop()


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

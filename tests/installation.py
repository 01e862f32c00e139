"""The platform started as its users start it, on ports and folders of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import psycopg2

from annotator.embedded.process import command_of

ROOT = Path(__file__).resolve().parents[1]
OURS = ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "LABELMILL_SECRET_KEY", "PYTEST_CURRENT_TEST")
START_SECONDS = 240


class Installation:
    """`manage.py up` with a home of its own, its embedded servers and no demonstration."""

    def __init__(self, home: Path, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.home = home
        self.environment = {name: value for name, value in os.environ.items() if name not in OURS}
        self.environment |= {"LABELMILL_HOME": str(home), "LABELMILL_DEMO": "0", "PORT": str(self.port)}
        self.environment |= environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "manage.py", "up"], cwd=ROOT, env=self.environment)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=40)

    def answers(self, path: str = "/readyz") -> bool:
        try:
            with urlopen(f"{self.url}{path}", timeout=5) as response:
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

"""A real web server of one worker on the tests' own database, and a browser that speaks to it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from django.test import Client

from tests.installation import until
from workers.models import Person

ROOT = Path(__file__).resolve().parents[1]
CSRF = "c" * 32
OPTIONS = "--interface wsgi --no-ws --workers 1 --blocking-threads 1 --host 127.0.0.1 --log-level critical"


class WebServer:
    """granian with one worker; `kill` ends both at once, as a crash of their machine would."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        granian = Path(sys.executable).parent / "granian"
        self._command = [
            str(granian),
            *OPTIONS.split(),
            "--port",
            str(self.port),
            "annotator.wsgi:application",
        ]
        address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        self._environment = os.environ | {"DATABASE_URL": address.geturl()} | dict(environment)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, env=self._environment, start_new_session=True
        )
        assert until(self._answers, seconds=60), "the web server does not start"

    def kill(self) -> None:
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            line.request("GET", "/healthz")
            return line.getresponse().status == 200
        except OSError:
            return False


class Browser:
    """One person's session. A request that the server does not answer is None."""

    def __init__(self, server: WebServer, person: Person) -> None:
        client = Client()
        client.force_login(person, backend="workers.sessions.PersonBackend")
        session = client.cookies["sessionid"].value
        self.server = server
        self.headers = {
            "Content-Type": "application/json",
            "Cookie": f"sessionid={session}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
        }

    def sync(self, **fields: Any) -> dict[str, Any] | None:
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            line.request("POST", "/desk/sync", json.dumps(fields), self.headers)
            response = line.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            line.close()
        assert response.status == 200, text
        answer: dict[str, Any] = json.loads(text)
        return answer


@contextmanager
def web_server(**environment: str) -> Iterator[WebServer]:
    server = WebServer(environment)
    try:
        server.start()
        yield server
    finally:
        server.kill()

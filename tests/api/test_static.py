"""Scripts and styles as the platform serves them: as small as browsers can read, and kept for ever."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from django.conf import settings

from annotator.static import chunks_of
from tasks import shell
from tests.webserver import ROOT, WebServer, web_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

# No part of the workbench, and slow to compress.
LEFT_OUT = ["drf_spectacular_sidecar", "rest_framework", "admin", "unfold", "review*", "portal*", "chart*"]
BROWSER = "gzip, deflate, br, zstd"
SMALLEST = 1000  # bytes: less is not worth compressing


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What installing makes of the built files."""
    assert (settings.BASE_DIR / "static/build/workbench.js").exists(), (
        "Build the front end first: npm run build"
    )
    folder = tmp_path_factory.mktemp("static")
    ignored = [word for name in LEFT_OUT for word in ("--ignore", name)]
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0", *ignored],
        cwd=ROOT,
        env=os.environ | {"LABELMILL_STATIC_ROOT": str(folder)},
        check=True,
    )
    return folder


@pytest.fixture
def server(transactional_db: None, folder: Path) -> Iterator[WebServer]:
    with web_server(LABELMILL_STATIC_ROOT=str(folder)) as one:
        yield one


def fetch(server: WebServer, name: str, accepts: str) -> tuple[http.client.HTTPResponse, bytes]:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    line.request("GET", f"/static/{name}", headers={"Accept-Encoding": accepts})
    response = line.getresponse()
    body = response.read()
    line.close()
    return response, body


def test_what_the_workbench_needs_comes_as_brotli_and_stays(server: WebServer, folder: Path) -> None:
    names = json.loads((folder / "staticfiles.json").read_text())["paths"]
    asked = ["build/workbench.js", "build/workbench.css", "build/app.css"]
    parts = [chunks_of(part, ROOT / "static") for part in ("begin.js", "workbench.js en")]
    assert all(parts)
    asked += [f"build/{chunk}" for chunks in parts for chunk in chunks]
    large = 0
    for name in asked:
        plain_response, plain = fetch(server, names[name], "identity")
        response, body = fetch(server, names[name], BROWSER)
        assert response.status == plain_response.status == 200, name
        assert "immutable" in response.getheader("Cache-Control", ""), name
        if len(plain) < SMALLEST:
            continue
        large += 1
        assert response.getheader("Content-Encoding") == "br", name
        assert "Accept-Encoding" in response.getheader("Vary", ""), name
        assert brotli.decompress(body) == plain, name
        assert len(body) < 0.5 * len(plain), name
        older, body = fetch(server, names[name], "gzip")
        assert older.getheader("Content-Encoding") == "gzip", name
        assert gzip.decompress(body) == plain, name
    assert large >= 4


def test_the_service_worker_keeps_what_two_parts_share_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser's cache refuses a list that names a file twice, and with it the whole of the shell."""
    monkeypatch.setattr(shell, "chunks_of", lambda part, _folder: (f"chunks/{part}", "chunks/shared.js"))
    said = shell._script.__wrapped__()
    found = re.search(r"self\.SHELL = (.*);", said)
    assert found
    files = json.loads(found[1])["files"]
    assert sum("shared" in file for file in files) == 1
    assert len(files) == len(set(files)) == 7

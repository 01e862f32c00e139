"""A pytest plugin: one private PostgreSQL and one private Valkey for the whole session.

Loaded by `-p tests.servers` because pytest-django reads the settings, and with them DATABASE_URL,
before any conftest. The controller starts the servers; xdist's workers inherit the addresses, and
pytest-django gives each worker a database of its own. DATABASE_URL or REDIS_URL in the environment
put a server of yours in the place of ours.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from annotator.embedded import EmbeddedPostgres, EmbeddedValkey

PREFIX = "labelmill-tests-"
_running: list[EmbeddedPostgres | EmbeddedValkey] = []
_folders: list[Path] = []


def session_folder() -> Path:
    """A temporary folder that the servers' account may enter but not list, named after this process."""
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)
    _folders.append(folder)
    return folder


def start_servers() -> None:
    """Start what the environment does not name yet and put its address there."""
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return
    remove_leftovers()
    folder = session_folder()
    os.environ.setdefault("LABELMILL_HOME", str(folder / "home"))
    (folder / "home" / "static").mkdir(parents=True)
    os.environ.setdefault("LABELMILL_SECRET_KEY", "for the programs that tests start")
    if "DATABASE_URL" not in os.environ:
        postgres = EmbeddedPostgres(folder / "postgres", fsync=False)
        os.environ["DATABASE_URL"] = postgres.start()
        _running.append(postgres)
    if "REDIS_URL" not in os.environ:
        valkey = EmbeddedValkey(folder / "valkey")
        os.environ["REDIS_URL"] = valkey.start()
        _running.append(valkey)


def remove_leftovers() -> None:
    """Folders of sessions that were killed; their servers died with them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        if not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)


def keep_workers_apart() -> None:
    """Each of xdist's workers has its own state folder and its own database of Valkey."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        return
    home = Path(os.environ["LABELMILL_HOME"]) / worker
    (home / "static").mkdir(parents=True)
    os.environ["LABELMILL_HOME"] = str(home)
    address = urlsplit(os.environ["REDIS_URL"])
    if address.scheme == "unix":
        os.environ["REDIS_URL"] = f"unix://{address.path}?db={int(worker.removeprefix('gw')) % 16}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    start_servers()
    keep_workers_apart()
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    while _running:
        _running.pop().stop()
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)

"""A Celery worker killed in the middle of a job: another ends it, and rows and bytes end as without it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from PIL import Image as Picture

from tasks import storage
from tasks.decode.imaging import render
from tasks.decode.verdicts import Limits, Sizes
from tasks.jobs import wake
from tasks.models import Assignment, Batch, Image, Job, Task
from tests.api.clients import Caller
from tests.cast import Cast, make_cast
from tests.factories import make_batch
from tests.unit.pictures import encode

IMAGES = 90
BROKEN = 5
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def environment() -> dict[str, str]:
    """The worker's: our servers, but the test's database; a lease that runs out soon."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    return {**os.environ, "DATABASE_URL": database, "LABELMILL_JOB_LEASE_SECONDS": "3"}


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "annotator.celery",
        "worker",
        "-c",
        "1",
        "--loglevel",
        "ERROR",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), start_new_session=True)
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """The worker and all it started, at once, as when a machine loses power."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until(happened: Callable[[], bool], *, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        wake()
        time.sleep(0.1)


def photograph(number: int) -> bytes:
    return encode(Picture.effect_noise((700, 500), 40 + number / 10).convert("RGB"), "JPEG")


@pytest.mark.django_db(transaction=True)
def test_killed_worker_loses_nothing_and_doubles_nothing(cast: Cast) -> None:
    mill, batch = Caller(cast.mill), make_batch(cast.project)
    files = {f"{n}.jpg": photograph(n) for n in range(IMAGES)}
    broken = {f"broken {n}.jpg": photograph(n)[: 2000 + n] for n in range(BROKEN)}
    for start in range(0, IMAGES, 30):
        part = dict(list(files.items())[start : start + 30])
        assert mill.send(batch.id, part).json()["received"] == len(part)
    mill.send(batch.id, broken)
    mill.post(f"/batches/{batch.id}/close")
    job = Job.objects.get(batch=batch)

    with worker() as first:
        until(lambda: Job.objects.filter(id=job.id, ready__gte=1, state="running").exists())
        kill(first)
    job.refresh_from_db()
    assert job.state == "running", "the worker was quicker than the test: it was not killed in the middle"
    assert 1 <= job.ready < IMAGES

    with worker():
        until(lambda: Batch.objects.filter(id=batch.id, state="labelling").exists())
    job.refresh_from_db()
    assert (job.received, job.ready, job.failed, job.duplicate) == (IMAGES + BROKEN, IMAGES, BROKEN, 0)
    assert job.attempts >= 2
    assert_rows_and_bytes(batch, files)


def assert_rows_and_bytes(batch: Batch, files: dict[str, bytes]) -> None:
    ready = Image.objects.filter(batch=batch, state="ready")
    assert sorted(ready.values_list("name", flat=True)) == sorted(files)
    assert Task.objects.filter(batch=batch).count() == len(files)
    seats = Assignment.objects.filter(task__batch=batch, state="open").values_list("task", "number")
    assert sorted(seats) == sorted(
        (t, n) for t in Task.objects.values_list("id", flat=True) for n in (1, 2, 3)
    )
    for image in ready:
        wanted = render(files[image.name], limits=Limits(), sizes=Sizes())
        assert (image.width, image.height) == (wanted.width, wanted.height)
        for rendition, data in (
            ("screen", wanted.screen),
            ("grid", wanted.grid),
            ("original", files[image.name]),
        ):
            assert storage.read_bytes(storage.image_key(image.project_id, image.sha256, rendition)) == data

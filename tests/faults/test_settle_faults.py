"""Workers of review killed in the middle of their work: nothing is lost, nothing counts twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.db.models import Sum

from review import builder
from review.models import Consensus, Release
from review.releases import request_release
from review.settle import settle_answered
from tasks import storage
from tasks.models import Job, Task
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.labelling import answer_all
from workers.models import Throughput

pytestmark = pytest.mark.django_db(transaction=True)

SETTLER = """
import time
from review import settle
from tasks import states
real = states.settle_tasks
def slowly(**values):
    changed = real(**values)
    time.sleep(0.3)  # the kill falls between the writes of a chunk
    return changed
settle.states.settle_tasks = slowly
while settle.settle_answered(chunk=4).taken:
    pass
"""
BUILDER = """
import time
from review import builder
real = builder.renew
def slowly(*given, **values):
    time.sleep(0.3)
    return real(*given, **values)
builder.renew, builder.CHUNK = slowly, 5
builder.build_next()
"""


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def run(program: str) -> subprocess.Popen[bytes]:
    """The program with Django set up, on this test's own database."""
    address = (
        urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    )
    setup = "import django; django.setup()\n"
    environment = os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "annotator.settings"}
    return subprocess.Popen([sys.executable, "-c", setup + program], env=environment)


def kill_when(process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not ready():
        assert process.poll() is None, "the worker ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()


def answered(cast: Cast, count: int) -> list[Task]:
    tasks = make_tasks(make_batch(cast.project), count)
    answer_all(
        [cast.an, cast.bo, cast.chen],
        cast.project,
        {task.id: payload(box(100, 100, 200, 150)) for task in tasks},
    )
    return tasks


def test_a_settler_killed_in_the_middle_of_a_chunk_leaves_it_to_the_next(cast: Cast) -> None:
    tasks = answered(cast, 40)
    kill_when(run(SETTLER), lambda: Consensus.objects.count() >= 8)
    halfway = Task.objects.filter(state="settled").count()
    assert 8 <= halfway < 40
    assert halfway == Consensus.objects.count() == Job.objects.get().settled
    while settle_answered().taken:
        pass
    assert Task.objects.filter(state="settled").count() == Consensus.objects.count() == len(tasks)
    assert Throughput.objects.aggregate(n=Sum("agreement_count"))["n"] == 3 * len(tasks)
    assert Job.objects.get().settled == len(tasks)


def test_a_builder_killed_half_way_is_followed_by_one_with_the_same_digest(cast: Cast) -> None:
    answered(cast, 40)
    while settle_answered().taken:
        pass
    whole = request_release(project=cast.project, batch=None, formats=["coco", "voc"], person=None)
    assert builder.build_next()
    release = request_release(project=cast.project, batch=None, formats=["coco", "voc"], person=None)

    def half_way() -> bool:
        return Release.objects.get(id=release.id).done > 50

    kill_when(run(BUILDER), half_way)
    assert builder.build_next() is False, "it is still held by the dead worker"
    Release.objects.filter(id=release.id).update(building_until=release.created_at)
    assert builder.build_next()
    whole.refresh_from_db()
    release.refresh_from_db()
    assert release.state == "ready"
    assert release.digest == whole.digest
    assert release.attempts == 2
    assert storage.read_bytes(release.files.get(format="voc").key)

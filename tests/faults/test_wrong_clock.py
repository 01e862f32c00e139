"""A web node whose clock is five minutes off changes nothing: leases and pay go by the database's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from tasks.models import Assignment, LostLease, Submission
from tasks.veil import unveil
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from workers.models import Earning, Presence, Throughput

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]

# One exchange in a process of its own, in which every clock that Python has is wrong by so many seconds.
NODE = """
import datetime, json, sys, time
wrong, person, fields = json.loads(sys.argv[1])
true_time, true_ns, Real = time.time, time.time_ns, datetime.datetime

class Wrong(Real):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(true_time() + wrong, tz)
    @classmethod
    def utcnow(cls):
        return cls.utcfromtimestamp(true_time() + wrong)

time.time = lambda: true_time() + wrong
time.time_ns = lambda: true_ns() + wrong * 10**9
datetime.datetime = Wrong
import django; django.setup()
from django.utils import timezone
assert abs(timezone.now().timestamp() - true_time() - wrong) < 60
from tasks import jobs
from tasks.desk import SyncRequest, sync
from workers.models import Person
import msgspec
if fields is None:
    jobs.expire_leases()
    print(json.dumps({}))
else:
    request = msgspec.json.decode(json.dumps(fields), type=SyncRequest)
    answer = sync(person=Person.objects.get(id=person), request=request, now=timezone.now())
    print(json.dumps(answer, default=str))
"""


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    make_tasks(make_batch(cast.project), 6, overlap=1)
    return cast


def on_a_node(wrong: int, person: int, fields: dict[str, Any] | None) -> dict[str, Any]:
    """What the node answers to the exchange; without one it runs its sweep of leases."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = os.environ | {
        "DATABASE_URL": address.geturl(),
        "DJANGO_SETTINGS_MODULE": "annotator.settings",
    }
    command = [sys.executable, "-c", NODE, json.dumps([wrong, person, fields])]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer


@pytest.mark.parametrize("wrong", [-300, 300])
def test_a_wrong_clock_changes_nothing(cast: Cast, wrong: int) -> None:
    before = timezone.now()
    tasks = on_a_node(wrong, cast.an.id, {"want": 3})["tasks"]
    leases = Assignment.objects.filter(state="leased")
    length = timedelta(seconds=cast.project.lease_seconds)
    assert leases.filter(leased_until=F("leased_at") + length).count() == 3
    for lease in leases:
        assert lease.leased_at is not None
        assert before <= lease.leased_at <= timezone.now()

    # Its sweep takes nothing that has not run out, and all that has.
    on_a_node(wrong, cast.an.id, None)
    assert leases.all().count() == 3
    ended = {"leased_at": F("leased_at") - 2 * length, "leased_until": F("leased_until") - 2 * length}
    Assignment.objects.filter(id=unveil(tasks[0]["assignment"])).update(**ended)
    on_a_node(wrong, cast.an.id, None)
    assert leases.all().count() == 2
    assert before <= LostLease.objects.get().lost_at <= timezone.now()

    sent = [
        {key: task[key] for key in ("assignment", "token", "task")}
        | {"id": str(uuid.uuid4()), "payload": payload(box(5, 5, 50, 50)), "active_ms": 10}
        for task in tasks
    ]
    told = on_a_node(wrong, cast.an.id, {"submissions": sent})["submissions"]
    assert [result["status"] for result in told] == ["late", "accepted", "accepted"]
    for moment in (
        *Submission.objects.values_list("created_at", flat=True),
        *Earning.objects.values_list("created_at", flat=True),
        Presence.objects.get().seen_at,
    ):
        assert before <= moment <= timezone.now()
    (hour,) = Throughput.objects.values_list("hour", flat=True)
    assert hour in {at.replace(minute=0, second=0, microsecond=0) for at in (before, timezone.now())}

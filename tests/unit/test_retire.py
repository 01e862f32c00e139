"""Seats of complete batches leave the queue, and no reader notices."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from review import builder
from review.models import CrowdEstimate, Skill
from review.releases import request_release
from review.settle import settle_answered
from review.skills import estimate_project
from tasks import queue, retire
from tasks.models import Assignment, Batch, EndedSeat, Lane, ProblemReport, QueueCursor
from tests.api.test_desk import post, signed_in, sync
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from workers.models import Person

pytestmark = pytest.mark.django_db(transaction=True)
TASKS = 7
# What differs from one page to the next by itself: tokens against forgery, and when somebody was seen.
VOLATILE = re.compile(rb'csrf\w*" (value|content)="\w+|<time.*?</time>')


@dataclass
class Finished:
    """A complete batch, with what An sent for it and the task that Bo skipped."""

    batch: Batch
    sent: list[dict[str, Any]]
    skip: dict[str, Any]
    skipped: int


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def finished(cast: Cast) -> Finished:
    batch = make_batch(cast.project, state="labelling", closed_at="2026-11-01T00:00Z")
    make_tasks(batch, TASKS, overlap=2)
    (seat,) = queue.claim(annotator_id=cast.bo.id, project_id=cast.project.id, count=1)
    skip = {"assignment": seat.assignment, "token": str(seat.token), "reason": "unclear", "note": "blurred"}
    assert sync(signed_in(cast.bo), skips=[skip])["skips"][0]["status"] == "skipped"
    sent = {person.id: answer_all(person) for person in (cast.an, cast.bo, cast.chen)}
    assert settle_answered().settled == TASKS
    earlier = timezone.now() - 2 * retire.REST
    assert Batch.objects.filter(id=batch.id, state="complete").update(completed_at=earlier) == 1
    return Finished(batch, sent[cast.an.id], skip, seat.task)


def answer_all(person: Person) -> list[dict[str, Any]]:
    browser = signed_in(person)
    sent = [
        {key: task[key] for key in ("assignment", "token", "task")}
        | {"id": str(uuid.uuid4()), "payload": payload(box(100, 100, 200, 150)), "active_ms": 900}
        for task in sync(browser, want=20)["tasks"]
    ]
    assert all(result["status"] == "accepted" for result in sync(browser, submissions=sent)["submissions"])
    return sent


def page(person: Person, path: str) -> bytes:
    response = signed_in(person).get(path)
    assert response.status_code == 200, path
    return VOLATILE.sub(b"", response.content)


def all_that_is_read(cast: Cast, finished: Finished) -> dict[str, Any]:
    """What each reader answers about the batch: pages, API, releases, estimates, replays."""
    batch = finished.batch
    release = request_release(project=cast.project, batch=batch, formats=["coco", "jsonl"], person=None)
    assert builder.build_next()
    release.refresh_from_db()
    assert estimate_project(project_id=cast.project.id, now=timezone.now())
    report = {"task": finished.skipped, "kind": "image", "note": "blurred"}
    reported = post(signed_in(cast.bo), "report", report).status_code
    ProblemReport.objects.all().delete()
    pages = [
        (cast.an, "/desk/mine/"),
        (cast.bo, "/desk/mine/"),
        (cast.sun, "/floor/batches/"),
        (cast.sun, "/floor/people/"),
        (cast.sun, f"/floor/people/{cast.bo.id}/"),
        (cast.ada, f"/api/v1/batches/{batch.id}"),
        (cast.ada, f"/api/v1/batches/{batch.id}/results"),
    ]
    return {
        "digest": release.digest,
        "skills": list(Skill.objects.order_by("person").values_list("person", "estimate", "weight")),
        "crowd": CrowdEstimate.objects.get().estimate,
        "replays": sync(signed_in(cast.an), submissions=finished.sent)["submissions"],
        "skips": sync(signed_in(cast.bo), skips=[finished.skip])["skips"],
        "report": reported,
        "pages": {(person.username, path): page(person, path) for person, path in pages},
    }


def test_no_reader_notices_that_a_batch_was_retired(cast: Cast, finished: Finished) -> None:
    before = all_that_is_read(cast, finished)
    assert {result["status"] for result in before["replays"]} == {"replayed"}
    assert (before["skips"][0]["status"], before["report"]) == ("skipped", 204)
    assert retire.retire_due(now=timezone.now()) == 2 * TASKS + 1
    assert not Assignment.objects.exists()
    assert not Lane.objects.exists()
    assert all_that_is_read(cast, finished) == before


def test_a_seat_keeps_what_is_known_of_it(finished: Finished) -> None:
    fields = ["id", "task", "number", "state", "annotator", "lease_token", "leased_at", "ended_at", "note"]
    before = sorted(Assignment.objects.values_list(*fields))
    retire.retire_batch(batch_id=finished.batch.id)
    assert sorted(EndedSeat.objects.values_list(*fields)) == before


def test_cursors_of_a_retired_batch_go_and_those_of_others_stay(cast: Cast, finished: Finished) -> None:
    make_tasks(make_batch(cast.project), 3, overlap=2)
    queue.claim(annotator_id=cast.an.id, project_id=cast.project.id, count=50)  # to the end of every lane
    kept = set(QueueCursor.objects.exclude(lane__batch=finished.batch).values_list("id", flat=True))
    assert kept
    retire.retire_batch(batch_id=finished.batch.id)
    assert set(QueueCursor.objects.values_list("id", flat=True)) == kept


def test_a_batch_completed_just_now_or_in_work_is_left(cast: Cast, finished: Finished) -> None:
    make_tasks(make_batch(cast.project), 3)
    Batch.objects.filter(id=finished.batch.id).update(completed_at=timezone.now())
    assert retire.retire_due(now=timezone.now()) == 0
    assert Assignment.objects.count() == 2 * TASKS + 1 + 3 * cast.project.overlap


def test_a_seat_that_is_still_held_keeps_the_lanes(cast: Cast, finished: Finished) -> None:
    held = Assignment.objects.filter(state="submitted", annotator=cast.an).first()
    assert held is not None
    until = timezone.now() + retire.REST
    Assignment.objects.filter(id=held.id).update(state="leased", ended_at=None, leased_until=until)
    assert retire.retire_due(now=timezone.now()) == 2 * TASKS
    assert Lane.objects.count() == 2
    Assignment.objects.filter(id=held.id).update(state="submitted", ended_at=until, leased_until=None)
    assert retire.retire_due(now=timezone.now()) == 1
    assert not Lane.objects.exists()


def test_a_run_killed_half_way_is_finished_by_the_next(
    finished: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chunk is one statement; the kill falls between two, or before the lanes go."""
    monkeypatch.setattr(retire, "CHUNK", 2)
    with connection.cursor() as cursor:
        cursor.execute(retire._MOVE, {"batch": finished.batch.id, "after": 0, "chunk": 2})
    assert 0 < EndedSeat.objects.count() < 2 * TASKS
    assert retire.retire_due(now=timezone.now()) > 0
    assert EndedSeat.objects.count() == 2 * TASKS + 1
    assert retire.retire_due(now=timezone.now()) == 0

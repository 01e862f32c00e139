"""The difference between two releases: asked for, worked out once, read as counts, as lines and as a page."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from review import builder, differences
from review.adjudicate import Verdict
from review.differences import MOST_WAITING, NotComparable, StillComparing, ask, find_next
from review.models import CheckPolicy, Difference, Release, SpotCheck
from review.releases import NotReady, request_release
from review.settle import settle_answered
from review.spot_verdicts import fix_check
from tasks.models import Batch, Project
from tests.api.clients import Caller, signed_in
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.labelling import answer_all
from tests.race.crowd import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def settled(cast: Cast, count: int = 3) -> Batch:
    """Every settled task is drawn for a check, by which it can be put right."""
    Project.objects.filter(id=cast.project.id).update(overlap=2, max_overlap=3)
    cast.project.refresh_from_db()
    CheckPolicy.objects.update_or_create(project=cast.project, defaults={"rate": 1, "seed": 7})
    batch = make_batch(cast.project, state="labelling", closed_at="2026-11-01T00:00Z")
    tasks = make_tasks(batch, count)
    boxes = {task.id: payload(box(10 + i, 20, 200, 150)) for i, task in enumerate(tasks)}
    answer_all([cast.an, cast.bo], cast.project, boxes)
    assert settle_answered().settled == count
    return batch


def built(cast: Cast) -> Release:
    release = request_release(project=cast.project, batch=None, formats=["jsonl"], person=None)
    assert builder.build_next()
    release.refresh_from_db()
    assert release.state == "ready", release.error
    return release


def put_right(cast: Cast, check: SpotCheck) -> None:
    corrected = payload(box(14, 20, 200, 150, label="raspberry-pi-3"), box(500, 500, 60, 60, id="b"))
    fix_check(person=cast.rong, check_id=check.id, verdict=Verdict(uuid.uuid4(), corrected))


def two_releases(cast: Cast) -> tuple[Release, Release]:
    """Between them one task was put right and one was added."""
    settled(cast, 3)
    older = built(cast)
    put_right(cast, SpotCheck.objects.order_by("id")[0])
    settled(cast, 1)
    return older, built(cast)


def asked(caller: Caller, newer: Release, older: Release | int, rest: str = "") -> Any:
    since = older if isinstance(older, int) else older.id
    return caller.get(f"/releases/{newer.id}/difference{rest}", since=since)


def test_the_difference_is_of_what_was_released_not_of_what_stands_now(cast: Cast) -> None:
    older, newer = two_releases(cast)
    put_right(cast, SpotCheck.objects.order_by("id")[1])
    mill = Caller(cast.mill)
    waiting = asked(mill, newer, older)
    assert (waiting.status_code, waiting.json()["state"], waiting["Retry-After"]) == (202, "waiting", "2")
    assert asked(mill, newer, older, "/images").json()["code"] == "not_ready"
    assert find_next()
    assert not find_next()
    ready = asked(mill, newer, older).json()
    assert ready["summary"]["images"] == {"same": 2, "changed": 1, "added": 1, "removed": 0}
    assert ready["summary"]["objects"] == {"same": 2, "changed": 1, "added": 2, "removed": 0}
    assert [one["objects"] for one in ready["summary"]["renamed"]] == [1]
    stream = asked(mill, newer, older, "/images")
    assert stream.streaming
    lines = [json.loads(line) for line in b"".join(stream.streaming_content).splitlines()]
    assert [(one["change"], len(one["objects"])) for one in lines] == [("changed", 2), ("added", 1)]
    assert ready["images_url"].endswith(f"/difference/images?since={older.id}")


def test_it_is_worked_out_once_however_many_ask_and_work(cast: Cast) -> None:
    older, newer = two_releases(cast)
    found = all_at_once(lambda _: ask(older=older, newer=newer).id, range(4))
    assert len(set(found)) == Difference.objects.count() == 1
    assert sum(all_at_once(lambda _: find_next(), range(3))) == 1


def test_the_page_tells_counts_and_shows_the_images(cast: Cast) -> None:
    older, newer = two_releases(cast)
    ada = signed_in(cast.ada)
    assert f"difference?since={older.id}" in ada.get(f"/portal/releases/{newer.id}/").content.decode()
    path = f"/portal/releases/{newer.id}/difference"
    assert b'name="since"' in ada.get(path).content
    waiting = ada.get(path, {"since": older.id}).content
    assert b"hx-trigger" in waiting
    find_next()
    page = ada.get(path, {"since": str(older.id), "part": ""}).content
    assert page.count(b'class="thumb"') == 2
    assert b"hx-trigger" not in page
    assert b"<html" not in page


def test_others_find_nothing_and_projects_are_not_mixed(cast: Cast) -> None:
    older, newer = two_releases(cast)
    rival = Caller(cast.rival)
    assert asked(rival, newer, older).status_code == 404
    assert signed_in(cast.rita).get(f"/portal/releases/{newer.id}/difference").status_code == 404
    assert Client().get(f"/api/v1/releases/{newer.id}/difference").status_code == 401
    mill = Caller(cast.mill)
    assert asked(mill, newer, 10**9).status_code == 404
    assert mill.get(f"/releases/{newer.id}/difference").status_code == 422
    assert mill.get(f"/releases/{newer.id}/difference", since="x").status_code == 422
    assert not Difference.objects.exists()


def test_what_cannot_be_compared_says_what_to_do(cast: Cast) -> None:
    older, newer = two_releases(cast)
    assert asked(Caller(cast.mill), newer, newer).json()["code"] == "same_release"
    with pytest.raises(NotReady):
        ask(older=older, newer=Release(project=cast.project, state="building"))
    ancient = Release(id=older.id, project=cast.project, state="ready", contents="")
    with pytest.raises(NotComparable):
        ask(older=ancient, newer=newer)


def test_only_so_many_wait_at_once(cast: Cast) -> None:
    settled(cast, 1)
    first, *others = [built(cast) for _ in range(MOST_WAITING + 2)]
    for other in others[:-1]:
        ask(older=first, newer=other)
    with pytest.raises(StillComparing):
        ask(older=first, newer=others[-1])
    ask(older=first, newer=others[0])


def test_what_fails_is_tried_again_and_given_up_in_the_end(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, newer = two_releases(cast)
    found = ask(older=older, newer=newer)

    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is away")

    with monkeypatch.context() as patch:
        patch.setattr(differences, "compare", broken)
        assert not find_next()
    assert find_next()
    Difference.objects.filter(id=found.id).update(summary=None, key="", attempts=5)
    assert not find_next()
    assert asked(Caller(cast.mill), newer, older).json()["code"] == "not_compared"


def test_the_same_contents_are_kept_as_the_same_bytes(cast: Cast) -> None:
    settled(cast, 2)
    first, second = built(cast), built(cast)
    assert first.contents == second.contents != ""
    ask(older=first, newer=second)
    find_next()
    found = Difference.objects.get()
    assert found.summary is not None
    assert found.summary["images"]["same"] == 2
    assert list(differences.image_lines(found)) == []

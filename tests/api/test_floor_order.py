"""The order of work at a site: what supervisors may change, and that nobody else may."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from tasks import queue
from tasks.models import Batch, BatchRank, Job, ProjectPause
from tests.api.test_desk import post, signed_in, submission, sync
from tests.cast import Cast
from tests.factories import box, make_batch, make_project, make_tasks, payload
from workers.models import Person


@pytest.fixture
def batch(cast: Cast) -> Batch:
    batch = make_batch(cast.project)
    for _ in range(3):
        make_tasks(batch, 2)
    return batch


@pytest.fixture
def sun(cast: Cast) -> Client:
    return signed_in(cast.sun)


def urls(batch: Batch) -> list[str]:
    floor = "/floor/batches"
    return [
        f"{floor}/{batch.id}/reserve",
        f"{floor}/{batch.id}/take-back",
        f"{floor}/{batch.id}/priority",
        f"/floor/projects/{batch.project_id}/pause",
        f"/floor/projects/{batch.project_id}/resume",
    ]


def test_a_supervisor_reserves_jobs_and_gives_them_back(cast: Cast, sun: Client, batch: Batch) -> None:
    assert sun.post(urls(batch)[0], {"count": "2"}).status_code == 302
    assert Job.objects.filter(site=cast.guiyang).count() == 2
    page = sun.get("/floor/batches/")
    (row,) = page.context["batches"]
    assert (row.reserved, row.jobs_left, row.reserved_elsewhere) == (2, 1, 0)
    sun.post(urls(batch)[0], {"count": ""})
    assert Job.objects.filter(site=cast.guiyang).count() == 3
    sun.post(urls(batch)[1])
    assert Job.objects.filter(site=None).count() == 3


def test_a_supervisor_sets_the_sites_priority(cast: Cast, sun: Client, batch: Batch) -> None:
    later = make_batch(cast.project)
    make_tasks(later, 1)
    sun.post(urls(later)[2], {"priority": "7"})
    assert BatchRank.objects.get().priority == 7
    assert [row.batch for row in sun.get("/floor/batches/").context["batches"]] == [later, batch]
    sun.post(urls(later)[2], {"priority": "999"})
    assert BatchRank.objects.get().priority == 7
    sun.post(urls(later)[2], {"priority": ""})
    assert not BatchRank.objects.exists()


def test_a_project_paused_at_the_site_gives_nothing_and_says_so(
    cast: Cast, sun: Client, batch: Batch
) -> None:
    an = signed_in(cast.an)
    (task,) = sync(an, want=1)["tasks"]
    for _ in range(2):
        assert sun.post(urls(batch)[3]).status_code == 302
    answer = sync(an, want=1, held=[{"assignment": task["assignment"], "token": task["token"]}])
    assert (answer["tasks"], answer["lost"], answer["stop"]["code"]) == ([], [], "project_paused")
    assert an.get("/desk/").context["boot"]["projects"] == []
    assert sun.get("/floor/batches/").context["batches"][0].is_paused
    sun.post(urls(batch)[4])
    assert not ProjectPause.objects.exists()
    assert len(sync(an, want=1)["tasks"]) == 1


def test_skills_open_a_project_to_a_person(cast: Cast, sun: Client) -> None:
    make_tasks(make_batch(make_project(sites=[cast.guiyang], skills=["medical"])), 1)
    an = signed_in(cast.an)
    project = an.get("/desk/").context["boot"]["projects"]
    assert [one["id"] for one in project] == [cast.project.id]
    assert sync(an, want=1)["tasks"] == []
    path = f"/floor/people/{cast.an.id}/skills"
    sun.post(path, {"skills": "Medical, boxes"})
    assert Person.objects.get(id=cast.an.id).skills == ["boxes", "medical"]
    assert len(sync(an, want=1)["tasks"]) == 1
    sun.post(path, {"skills": "with space_and_line"})
    assert Person.objects.get(id=cast.an.id).skills == ["boxes", "medical"]


def test_a_chosen_project_that_needs_a_skill_says_so(cast: Cast) -> None:
    project = make_project(sites=[cast.guiyang], skills=["medical"])
    assert sync(signed_in(cast.an), want=1, project=project.id)["stop"]["code"] == "skill_needed"


@pytest.mark.parametrize("who", ["an", "rong", "ada"])
def test_nobody_but_supervisors_changes_the_order(cast: Cast, batch: Batch, who: str) -> None:
    client = signed_in(getattr(cast, who))
    for url in [*urls(batch), f"/floor/people/{cast.an.id}/skills"]:
        assert client.post(url).status_code == 403


def test_another_sites_batches_projects_and_people_are_not_there(cast: Cast, batch: Batch) -> None:
    dou = signed_in(cast.dou)
    for url in [*urls(batch), f"/floor/people/{cast.an.id}/skills"]:
        assert dou.post(url).status_code == 404
    assert not Job.objects.exclude(site=None).exists()


def test_the_order_is_changed_by_post_alone(sun: Client, batch: Batch) -> None:
    assert {sun.get(url).status_code for url in urls(batch)} == {405}


def test_an_operator_stays_on_the_site_they_look_at(cast: Cast, batch: Batch) -> None:
    oscar = signed_in(cast.oscar)
    response = oscar.post(f"{urls(batch)[0]}?site=guiyang", {"count": "1"})
    assert response["Location"].endswith("?site=guiyang")
    assert "?site=guiyang" in oscar.get("/floor/batches/?site=guiyang").content.decode()


# A declared offline pack


def test_a_pack_is_many_seats_for_many_hours_and_shows_as_one(cast: Cast, sun: Client) -> None:
    make_tasks(make_batch(cast.project), 70)
    an = signed_in(cast.an)
    sync(an, want=4)
    assert len(sync(an, want=50, pack=True)["tasks"]) == 46, "fifty seats a person in all"
    assert sync(an, want=50, pack=True)["tasks"] == []
    seats = queue.held_seats(annotator_id=cast.an.id)
    held = [{"assignment": seat.assignment, "token": str(seat.token)} for seat in seats]
    sync(an, held=held)
    first = min(seat.leased_until for seat in seats)
    hours = {round((seat.leased_until - first).total_seconds() / 3600) for seat in seats}
    assert hours == {0, 12}
    leases = sun.get(f"/floor/people/{cast.an.id}/").context["leases"]
    assert sum(is_pack for _lease, is_pack in leases) == 46
    sun.post(f"/floor/people/{cast.an.id}/release")
    assert queue.held_seats(annotator_id=cast.an.id) == []


# Corrections


def test_answers_are_corrected_in_the_same_exchange(cast: Cast) -> None:
    make_tasks(make_batch(cast.project), 3)
    an = signed_in(cast.an)
    (task,) = sync(an, want=1)["tasks"]
    sent = submission(task)
    fixed = {"id": str(uuid.uuid4()), "supersedes": sent["id"], "payload": payload(), "active_ms": 5}
    again = {**fixed, "id": str(uuid.uuid4()), "supersedes": fixed["id"]}
    bad = {**again, "id": str(uuid.uuid4()), "payload": payload(box(1, 1, 9, 9, label="car"))}
    foreign = {**again, "id": str(uuid.uuid4()), "supersedes": str(uuid.uuid4())}
    answer = sync(an, submissions=[sent], corrections=[fixed, bad, foreign, again, 17])
    assert [result["status"] for result in answer["corrections"]] == [
        "accepted", "refused", "refused", "accepted", "refused",
    ]  # fmt: skip
    codes = [result["error"] and result["error"]["code"] for result in answer["corrections"]]
    assert codes == [None, "unknown_class", "answer_unknown", None, "malformed"]
    assert answer["today"]["submitted"] == 1
    assert sync(an, corrections=[again])["corrections"][0]["status"] == "replayed"
    listed = an.get("/desk/answers").json()
    assert [one["id"] for one in listed["answers"]] == [again["id"]]
    assert listed["answers"][0]["image"]["url"].startswith("/media/")
    assert "corrected" in an.get("/desk/mine/").content.decode()
    assert signed_in(cast.bo).get("/desk/answers").json()["answers"] == []
    other = sync(signed_in(cast.bo), corrections=[{**again, "id": str(uuid.uuid4())}])
    assert other["corrections"][0]["error"]["code"] == "answer_unknown"
    assert Client().get("/desk/answers").status_code == 401
    assert signed_in(cast.sun).get("/desk/answers").status_code == 403
    assert post(an, "answers", {}).status_code == 405

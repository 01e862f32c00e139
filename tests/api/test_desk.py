"""The workbench's endpoints: allowed, forbidden, missing, repeated; and how few queries an exchange takes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from annotator.first_paint import BEGIN, WITHIN
from tasks import handed, queue, storage
from tasks.models import Assignment, Prediction, ProblemReport, Project, Submission
from tasks.veil import unveil
from tests.api.clients import signed_in
from tests.cast import Cast
from tests.factories import TAG_SPEC, box, make_batch, make_project, make_tasks, payload
from workers.models import Earning, Person, Presence

ANSWER = payload(box(10, 10, 50, 50))


def post(client: Client, path: str, body: object) -> Any:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(f"/desk/{path}", text, content_type="application/json")


def sync(client: Client, **fields: Any) -> dict[str, Any]:
    response = post(client, "sync", fields)
    assert response.status_code == 200, response.content
    return response.json()


def submission(seat: dict[str, Any], **fields: Any) -> dict[str, Any]:
    same = {key: seat[key] for key in ("assignment", "token", "task")}
    return {"id": str(uuid.uuid4()), **same, "payload": ANSWER, "active_ms": 8200, **fields}


def seat(task: dict[str, Any]) -> dict[str, Any]:
    return {"assignment": task["assignment"], "token": task["token"]}


@pytest.fixture
def an(cast: Cast) -> Client:
    make_tasks(make_batch(cast.project), 12)
    return signed_in(cast.an)


def test_one_exchange_brings_tasks_with_all_that_the_page_needs(cast: Cast, an: Client) -> None:
    answer = sync(an, person=cast.an.id, want=4)
    first = answer["tasks"][0]
    assert len(answer["tasks"]) == 4
    assert (first["project"], first["image"]["width"], first["image"]["height"]) == (
        cast.project.id,
        1000,
        750,
    )
    assert first["image"]["url"].startswith("/media/")
    schema = answer["schemas"][str(first["schema"])]
    assert schema["project_name"] == "Boards"
    assert schema["spec"]["classes"]
    assert answer["today"] == {"submitted": 0, "earned": "0.0000", "currency": "CNY"}
    assert answer["stop"] is None
    again = sync(an, want=2, known_schemas=[first["schema"]])
    assert again["schemas"] == {}
    assert {task["task"] for task in again["tasks"]}.isdisjoint(task["task"] for task in answer["tasks"])


def test_answers_and_refill_go_in_one_exchange(an: Client, cast: Cast) -> None:
    tasks = sync(an, want=4)["tasks"]
    sent = [submission(task) for task in tasks[:2]]
    answer = sync(an, want=2, submissions=sent, held=[seat(task) for task in tasks[2:]], unsent=0)
    assert [result["status"] for result in answer["submissions"]] == ["accepted", "accepted"]
    assert (len(answer["tasks"]), answer["lost"]) == (2, [])
    assert answer["today"] == {"submitted": 2, "earned": "0.0800", "currency": "CNY"}
    presence = Presence.objects.get(person=cast.an)
    assert (presence.held, presence.unsent, presence.project_id) == (4, 0, cast.project.id)
    assert presence.submitted_at is not None


def test_a_repeated_exchange_changes_nothing(an: Client) -> None:
    (task,) = sync(an, want=1)["tasks"]
    sent = submission(task)
    statuses = [sync(an, submissions=[sent])["submissions"][0]["status"] for _ in range(3)]
    assert statuses == ["accepted", "replayed", "replayed"]
    assert (Submission.objects.count(), Earning.objects.count()) == (1, 1)


def test_one_bad_item_never_fails_its_neighbours(an: Client) -> None:
    tasks = sync(an, want=4)["tasks"]
    huge = [box(1, 1, 2, 2, id=f"a-name-of-twenty-and-{i}") for i in range(20_000)]
    bad = [
        submission(tasks[0], payload=payload(box(1, 1, 9, 9, label="car"))),
        submission(tasks[0], payload=None),
        {"id": "not-a-uuid", "payload": {}},
        submission(tasks[0], token=str(uuid.uuid4())),
        submission(tasks[0], task=10**9),
        submission(tasks[0], payload=payload(*huge)),
        17,
    ]
    answer = sync(an, submissions=[submission(tasks[1]), *bad, submission(tasks[2])])
    results = answer["submissions"]
    assert [results[0]["status"], results[-1]["status"]] == ["accepted", "accepted"]
    assert {result["status"] for result in results[1:-1]} == {"refused"}
    codes = [result["error"]["code"] for result in results[1:-1]]
    assert codes == [
        "unknown_class", "malformed", "malformed", "lease_unknown", "lease_unknown", "too_many_shapes",
        "malformed",
    ]  # fmt: skip
    assert results[1]["error"]["where"] == "shapes[0].class"
    assert results[3]["id"] == "not-a-uuid"
    assert Submission.objects.count() == 2


def test_half_a_surrogate_pair_spoils_only_its_item(an: Client, cast: Cast) -> None:
    tasks = sync(an, want=3)["tasks"]
    good, bad = submission(tasks[0]), submission(tasks[1], payload={**ANSWER, "tags": {"kind": "\ud83d"}})
    skip = {**seat(tasks[2]), "reason": "other", "note": "dark \ud800 \U0001f600 \\ud800"}
    answer = sync(an, submissions=[good, bad], skips=[skip])
    assert [result["status"] for result in answer["submissions"]] == ["accepted", "refused"]
    assert answer["submissions"][1]["error"]["code"] == "malformed"
    assert answer["skips"][0]["status"] == "skipped"
    skipped = Assignment.objects.get(id=unveil(tasks[2]["assignment"]))
    assert skipped.note == "dark \ufffd\ufffd\ufffd \U0001f600 \\ud800"


def test_a_refusal_speaks_the_persons_language(an: Client, cast: Cast) -> None:
    Person.objects.filter(id=cast.an.id).update(language="zh-hans")
    (task,) = sync(an, want=1)["tasks"]
    (result,) = sync(an, submissions=[submission(task, payload=payload())])["submissions"]
    assert result["status"] == "accepted", "no objects is an answer"


def test_skips_releases_and_heartbeats(an: Client, cast: Cast) -> None:
    tasks = sync(an, want=4)["tasks"]
    skips = [{**seat(tasks[0]), "reason": "unclear", "note": ""}, {**seat(tasks[1]), "reason": "lazy"}]
    held = [seat(tasks[2]), seat(tasks[3])]
    answer = sync(an, skips=skips, releases=[seat(tasks[2])], held=held)
    assert answer["skips"] == [
        {"assignment": tasks[0]["assignment"], "status": "skipped"},
        {"assignment": None, "status": "gone"},
    ]
    assert answer["lost"] == [tasks[2]["assignment"]]
    assert Assignment.objects.filter(state="leased", annotator=cast.an).count() == 2


def test_a_page_loaded_again_gets_what_is_held(an: Client) -> None:
    tasks = sync(an, want=3)["tasks"]
    again = sync(an, resume=True)["tasks"]
    assert {task["assignment"] for task in again} == {task["assignment"] for task in tasks}
    assert {task["token"] for task in again} == {task["token"] for task in tasks}
    assert sync(an)["tasks"] == []


@pytest.mark.parametrize(
    ("meanwhile", "status", "is_late"),
    [("nobody asks", "accepted", False), ("it opens", "late", True), ("another has it", "surplus", True)],
)
def test_an_answer_after_its_lease_is_kept_once_and_paid(
    cast: Cast, meanwhile: str, status: str, is_late: bool
) -> None:
    make_tasks(make_batch(cast.project), 1, overlap=1)
    client = signed_in(cast.an)
    (task,) = sync(client, want=1)["tasks"]
    Assignment.objects.update(leased_until=timezone.now() - timedelta(hours=1))
    if meanwhile != "nobody asks":
        assert queue.expire_leases() == 1
        assert sync(client, held=[seat(task)])["lost"] == [task["assignment"]]
    if meanwhile == "another has it":
        assert len(sync(signed_in(cast.bo), want=1)["tasks"]) == 1
    sent = submission(task)
    statuses = [sync(client, submissions=[sent])["submissions"][0]["status"] for _ in range(2)]
    assert statuses == [status, "replayed"]
    kept = Submission.objects.get()
    assert (kept.late, kept.assignment is None) == (is_late, meanwhile == "another has it")
    assert Earning.objects.get().person == cast.an


def test_a_paused_person_is_told_and_their_answers_are_taken(an: Client, cast: Cast) -> None:
    (task,) = sync(an, want=1)["tasks"]
    Person.objects.filter(id=cast.an.id).update(paused_at=timezone.now())
    answer = sync(an, want=4, submissions=[submission(task)])
    assert answer["submissions"][0]["status"] == "accepted"
    assert answer["tasks"] == []
    assert answer["stop"]["code"] == "person_paused"
    assert answer["wait"] == 60


def test_a_paused_or_foreign_project_is_told(an: Client, cast: Cast) -> None:
    foreign = make_project(sites=[cast.datong])
    make_tasks(make_batch(foreign), 1)
    assert sync(an, want=1, project=foreign.id)["stop"]["code"] == "no_project"
    Project.objects.filter(id=cast.project.id).update(state="paused")
    assert sync(an, want=1, project=cast.project.id)["stop"]["code"] == "project_paused"
    assert sync(an, want=1)["stop"]["code"] == "project_paused"


def test_an_empty_queue_is_no_stop(cast: Cast) -> None:
    answer = sync(signed_in(cast.an), want=1)
    assert (answer["tasks"], answer["stop"], answer["wait"]) == ([], None, 15)


def test_work_of_another_person_is_not_sent_in_ones_name(an: Client, cast: Cast) -> None:
    (task,) = sync(an, want=1)["tasks"]
    other = signed_in(cast.bo)
    response = post(other, "sync", {"person": cast.an.id, "submissions": [submission(task)]})
    assert (response.status_code, response.json()["code"]) == (409, "other_person")
    (result,) = sync(other, submissions=[submission(task)])["submissions"]
    assert result["error"]["code"] == "lease_unknown"
    assert not Submission.objects.exists()


def test_signed_out_is_told_as_a_problem(cast: Cast) -> None:
    for path in ("sync", "report"):
        response = post(Client(), path, {})
        assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")
        assert response.json()["code"] == "signed_out"
    assert Client().get("/desk/").status_code == 302


@pytest.mark.parametrize("who", ["sun", "rong", "ada", "oscar"])
def test_only_annotators_have_a_desk(cast: Cast, who: str) -> None:
    client = signed_in(getattr(cast, who))
    assert client.get("/desk/").status_code == 403
    assert client.get("/desk/mine/").status_code == 403
    assert post(client, "sync", {}).status_code == 403
    assert post(client, "report", {}).status_code == 403


def test_a_request_without_its_csrf_token_is_refused(cast: Cast) -> None:
    client = signed_in(cast.an, enforce_csrf_checks=True)
    refused = post(client, "sync", {})
    assert (refused.status_code, json.loads(refused.content)["code"]) == (403, "csrf_failed")
    page = client.get("/desk/")
    assert page.cookies["csrftoken"].value
    token = page.context["boot"]["csrf"]
    response = client.post(
        "/desk/sync", "{}", content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert response.status_code == 200


@pytest.mark.parametrize("body", ["[]", "{", '{"want": -1}', '{"want": "4"}', '{"held": 3}', "[" * 100_000])
def test_a_body_that_is_no_exchange_is_refused(an: Client, body: str) -> None:
    response = post(an, "sync", body)
    assert (response.status_code, response.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(("size", "is_within"), [(60_000, True), (60_001, False), (None, False)])
def test_a_page_holds_the_picture_that_it_opens_with_unless_it_is_large(
    cast: Cast, size: int | None, is_within: bool
) -> None:
    project = make_project(sites=[cast.guiyang])
    (task,) = make_tasks(make_batch(project), 1)
    if size is not None:
        storage.keep_bytes(b"x" * size, storage.image_key(project.id, task.image.sha256, "screen"))
    client = signed_in(cast.an)
    (given,) = sync(client, project=project.id, want=1)["tasks"]
    page = client.get("/desk/")
    assert str(page.context["boot"]["resume"]["tasks"][0]["token"]) == given["token"]
    url = given["image"]["url"]
    html = page.content.decode()
    assert f'data-of="{url}"' in html
    assert ("data:image/webp;base64,eHh4" in html) is is_within
    # Asked for ahead by its address only where the page does not hold it; the scripts in any case.
    assert (f"<{url}>; rel=preload; as=image" in page["Link"]) is not is_within
    assert "rel=modulepreload" in page["Link"]


@pytest.mark.parametrize(
    ("path", "referer", "cookie", "is_new"),
    [
        ("/desk/", None, None, True),
        ("/desk/", "/desk/mine/", None, True),
        ("/desk/", None, "of-an-earlier-version", True),
        ("/desk/", None, WITHIN, False),  # the browser has them since an earlier page
        ("/desk/", "/sign-in?next=/desk/", None, False),  # which has fetched them
        ("/desk/shell", None, None, False),  # which the browser keeps beside them
    ],
)
def test_a_page_holds_its_style_and_what_it_begins_with_where_the_browser_has_nothing(
    cast: Cast, path: str, referer: str | None, cookie: str | None, is_new: bool
) -> None:
    project = make_project(sites=[cast.guiyang])
    make_tasks(make_batch(project), 1)
    client = signed_in(cast.an)
    sync(client, project=project.id, want=1)
    if cookie:
        client.cookies["within"] = cookie
    page = client.get(path, headers={"Referer": f"http://testserver{referer}"} if referer else {})
    html = page.content.decode()
    within = re.findall(r"<(style|script) data-at=\"(.*?)\">(.*?)</\1>", html, re.S)
    assert [kind for kind, _, _ in within] == (["script", "style"] if is_new else [])
    # Whoever has them and has not said so says it once the page is at rest.
    assert (f'data-within="{WITHIN}"' in html) is (cookie != WITHIN and path == "/desk/")
    for _, at, text in within:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in page["Content-Security-Policy"]
        assert b"".join(client.get(at).streaming_content).decode() == text
    # Asked for in the answer's head, before the page is there, only where the page does not hold them.
    head = page.headers.get("Link", html)
    assert bool(re.search('as="?style', head)) is not is_new
    assert (BEGIN[0] in head) is not is_new
    assert ['rel="stylesheet"' in html, html.count('<script type="module"')] == [not is_new, 2 - is_new]


def test_a_page_opens_with_the_light_copy_of_a_heavy_picture(cast: Cast) -> None:
    project = make_project(sites=[cast.guiyang])
    (task,) = make_tasks(make_batch(project), 1)
    for rendition, data in (("screen", b"x" * 50_000), ("light", b"light")):
        storage.keep_bytes(data, storage.image_key(project.id, task.image.sha256, rendition))
    client = signed_in(cast.an)
    (given,) = sync(client, project=project.id, want=1)["tasks"]
    html = client.get("/desk/").content.decode()
    held = base64.b64encode(b"light").decode()
    assert f'src="data:image/webp;base64,{held}" data-of="{given["image"]["url"]}" data-light' in html


def test_a_page_opens_with_the_draft_of_its_task(cast: Cast) -> None:
    project = make_project(sites=[cast.guiyang])
    (task,) = make_tasks(make_batch(project), 1)
    payload = {"tags": {}, "shapes": []}
    Prediction.objects.create(task=task, model="detector", payload=payload)
    client = signed_in(cast.an)
    sync(client, project=project.id, want=1)
    (opened,) = client.get("/desk/").context["boot"]["resume"]["tasks"]
    assert opened["draft"] == payload


def test_a_problem_report_is_kept_once(an: Client, cast: Cast) -> None:
    (task,) = sync(an, want=1)["tasks"]
    body = {"task": task["task"], "kind": "guide", "note": "哪个是开发板？"}
    assert [post(an, "report", body).status_code for _ in range(2)] == [204, 204]
    assert ProblemReport.objects.get().note == "哪个是开发板？"
    assert post(an, "report", {**body, "kind": "weather"}).status_code == 422
    assert post(an, "report", {**body, "task": 10**9}).status_code == 404
    assert post(signed_in(cast.deng), "report", body).status_code == 404
    other = post(an, "report", {**body, "person": cast.deng.id})
    assert (other.status_code, other.json()["code"]) == (409, "other_person")


def test_earlier_answers_are_told_to_nobody_elses_page(an: Client, cast: Cast) -> None:
    assert an.get(f"/desk/answers?person={cast.an.id}").status_code == 200
    other = an.get(f"/desk/answers?person={cast.deng.id}", headers={"accept": "application/json"})
    assert (other.status_code, other.json()["code"]) == (409, "other_person")


def test_nobody_is_seen_at_work_on_a_project_of_strangers(an: Client, cast: Cast) -> None:
    theirs = make_project(sites=[cast.datong], name="Theirs")
    for project in (theirs.id, 10**9):
        answer = sync(an, project=project)
        assert answer["tasks"] == []
        assert Presence.objects.get(person=cast.an).project_id is None
    sync(an, project=cast.project.id)
    assert Presence.objects.get(person=cast.an).project_id == cast.project.id


def test_the_page_starts_with_the_persons_projects(an: Client, cast: Cast) -> None:
    make_project(sites=[cast.datong], name="Theirs")
    boot = an.get("/desk/").context["boot"]
    assert boot["person"] == {"id": cast.an.id, "name": "An", "language": "en"}
    assert boot["projects"] == [
        {
            "id": cast.project.id,
            "name": "Boards",
            "price": "0.0400",
            "currency": "CNY",
            "practice": False,
            "open": True,
        }
    ]
    assert boot["urls"]["sync"] == "/desk/sync"


def test_the_list_of_projects_is_read_anew(an: Client, cast: Cast) -> None:
    assert "projects" not in sync(an)
    assert [project["name"] for project in sync(an, projects=True)["projects"]] == ["Boards"]
    Project.objects.filter(id=cast.project.id).update(state="paused")
    assert sync(an, projects=True)["projects"] == []


@pytest.mark.django_db(transaction=True)
def test_a_refill_is_five_queries(an: Client, django_assert_num_queries: Callable[..., Any]) -> None:
    """Session with its person, heartbeat, claim, presence with today, drafts."""
    tasks = sync(an, want=4)["tasks"]
    with django_assert_num_queries(5):
        answer = sync(an, want=4, held=[seat(task) for task in tasks], known_schemas=[tasks[0]["schema"]])
    assert len(answer["tasks"]) == 4


@pytest.mark.django_db(transaction=True)
def test_answers_are_one_query_however_many(
    an: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    """It keeps them; beside session and presence. What they are checked against is remembered."""
    tasks = sync(an, want=8)["tasks"]
    sync(an, submissions=[submission(tasks[0])])
    with django_assert_num_queries(2 + 1):
        sync(an, submissions=[submission(tasks[1])])
    with django_assert_num_queries(2 + 1):
        sync(an, submissions=[submission(task) for task in tasks[2:]])


@pytest.mark.django_db(transaction=True)
def test_another_process_asks_once_what_answers_are_checked_against(
    an: Client, django_assert_num_queries: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = sync(an, want=8)["tasks"]
    sync(an, submissions=[submission(tasks[0])])
    monkeypatch.setattr(handed, "_known", {})
    with django_assert_num_queries(2 + 2):
        answer = sync(an, submissions=[submission(task) for task in tasks[1:]])
    assert {result["status"] for result in answer["submissions"]} == {"accepted"}


@pytest.mark.django_db(transaction=True)
def test_asking_in_vain_is_bounded(an: Client, django_assert_num_queries: Callable[..., Any]) -> None:
    """Session, claim, why, presence; the number does not grow with what lies in the queue."""
    sync(an, want=50)
    sync(an, want=1)
    with django_assert_num_queries(4):
        assert sync(an, want=4)["tasks"] == []


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_that_says_nothing_new_is_not_written(an: Client, cast: Cast) -> None:
    sync(an, want=2)
    first = Presence.objects.get(person=cast.an).seen_at
    sync(an, held=[], unsent=0)
    changed = Presence.objects.get(person=cast.an).seen_at
    sync(an, held=[], unsent=0)
    assert first < changed == Presence.objects.get(person=cast.an).seen_at
    Presence.objects.filter(person=cast.an).update(seen_at=timezone.now() - timedelta(seconds=11))
    sync(an, held=[], unsent=0)
    assert Presence.objects.get(person=cast.an).seen_at > changed


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "other"}])
def test_who_is_locked_out_is_out_at_the_next_request(an: Client, cast: Cast, change: dict[str, Any]) -> None:
    sync(an)
    Person.objects.filter(id=cast.an.id).update(**change)
    assert post(an, "sync", {}).status_code == 401


def test_a_session_that_ended_is_out_at_the_next_request(an: Client) -> None:
    sync(an)
    Session.objects.update(expire_date=timezone.now() - timedelta(hours=1))
    assert post(an, "sync", {}).status_code == 401


def test_my_work_shows_what_was_done_and_paid(
    an: Client, cast: Cast, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    assert an.get("/desk/mine/").status_code == 200
    for task in sync(an, want=6)["tasks"]:
        sync(an, submissions=[submission(task)])
    with django_assert_max_num_queries(9):
        page = an.get("/desk/mine/")
    assert len(page.context["submissions"]) == 6
    assert str(page.context["submissions"][0].paid) == "0.0400"
    assert page.context["periods"][0][1][0].submissions == 6
    assert "Boards" in page.content.decode()
    assert len(signed_in(cast.bo).get("/desk/mine/").context["submissions"]) == 0


def test_a_wall_of_images_to_be_sorted_holds_more_seats_than_the_project_lets_others(cast: Cast) -> None:
    sorted_one = make_project(TAG_SPEC, sites=[cast.guiyang], hold_limit=10)
    make_tasks(make_batch(sorted_one), 200)
    client = signed_in(cast.an)
    assert len(sync(client, project=sorted_one.id, want=50)["tasks"]) == 10
    given = [len(sync(client, project=sorted_one.id, want=120, grid=True)["tasks"]) for _ in range(5)]
    assert given == [60, 60, 50, 0, 0]


def test_a_wall_comes_with_its_small_pictures(cast: Cast) -> None:
    sorted_one = make_project(TAG_SPEC, sites=[cast.guiyang])
    first, _second = make_tasks(make_batch(sorted_one), 2)
    key = storage.image_key(sorted_one.id, first.image.sha256, "grid")
    storage.keep_bytes(b"RIFFsmall", key)
    client = signed_in(cast.an)
    tasks = sync(client, project=sorted_one.id, want=2, grid=True)["tasks"]
    thumbs = {task["image"]["name"]: task["image"]["thumb"] for task in tasks}
    assert thumbs.pop(first.image.name) == "data:image/webp;base64,UklGRnNtYWxs"
    # One that is not there has an address, as those have that were given before.
    assert all(thumb.startswith("/media/") for thumb in thumbs.values())
    again = sync(client, project=sorted_one.id, resume=True, grid=True)["tasks"]
    assert all(task["image"]["thumb"].startswith("/media/") for task in again)


def test_nobody_hoards_by_asking_for_a_wall_of_what_is_not_sorted(cast: Cast) -> None:
    Project.objects.filter(id=cast.project.id).update(hold_limit=10)
    make_tasks(make_batch(cast.project), 50)
    client = signed_in(cast.an)
    assert len(sync(client, project=cast.project.id, want=50, grid=True)["tasks"]) == 10
    assert sync(client, want=50, grid=True)["tasks"] == []

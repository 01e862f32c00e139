"""The reviewer's pages; the client's API of releases and results. Allowed, forbidden, missing, repeated."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import pytest
from django.test import Client
from kombu.exceptions import OperationalError

from clients.auth import digest, new_secret
from clients.models import ApiKey
from review import builder
from review.models import Adjudication, Dispute, Release
from review.settle import settle_answered
from tasks.models import Batch, Project
from tests.api.clients import signed_in
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.labelling import answer_all, dispute
from workers.models import Person, Role

HERE = payload(box(100, 100, 200, 150))
ELSEWHERE = payload(box(600, 400, 200, 150, label="raspberry-pi-3"))
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Messages only wake workers; what they would do is called by the test itself."""
    sent: list[str] = []
    monkeypatch.setattr("review.jobs.build_releases.apply_async", lambda **_how: sent.append("build"))
    return sent


def keyed(organization: Any) -> Client:
    secret = new_secret()
    ApiKey.objects.create(organization=organization, name="k", prefix=secret[:8], digest=digest(secret))
    return Client(headers={"Authorization": f"Bearer {secret}"})


def disputed(cast: Cast) -> Dispute:
    Project.objects.filter(id=cast.project.id).update(overlap=2, max_overlap=2)
    cast.project.refresh_from_db()
    (task,) = make_tasks(make_batch(cast.project), 1)
    return dispute([cast.an, cast.bo], task, [HERE, ELSEWHERE])


def settled(cast: Cast, count: int = 2) -> Batch:
    batch = make_batch(cast.project)
    tasks = make_tasks(batch, count)
    answer_all([cast.an, cast.bo, cast.chen], cast.project, {task.id: HERE for task in tasks})
    settle_answered()
    return batch


def post(client: Client, url: str, body: object) -> Any:
    return client.post(url, body, content_type="application/json", headers={"Accept": "application/json"})


def next_url(cast: Cast) -> str:
    return f"/review/projects/{cast.project.id}/next"


# The reviewer's pages


def test_the_list_shows_projects_with_something_to_settle(cast: Cast, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    disputed(cast)
    client = signed_in(cast.rong)
    with django_assert_max_num_queries(9):
        page = client.get("/review/").content.decode()
    assert f"/review/projects/{cast.project.id}/" in page
    assert f"/review/projects/{cast.project.id}/" not in signed_in(cast.dai).get("/review/").content.decode()


def test_the_page_starts_with_what_the_script_needs(cast: Cast) -> None:
    page = signed_in(cast.rong).get(f"/review/projects/{cast.project.id}/")
    assert page.status_code == 200
    assert b'id="boot"' in page.content


@pytest.mark.parametrize("who", ["an", "sun", "ada", "oscar"])
def test_nobody_but_reviewers_reviews(cast: Cast, who: str) -> None:
    case, client = disputed(cast), signed_in(getattr(cast, who))
    body = {"id": str(uuid.uuid4()), "payload": HERE}
    json = {"headers": {"Accept": "application/json"}}
    assert client.get("/review/", **json).status_code == 403
    assert client.get(f"/review/projects/{cast.project.id}/", **json).status_code == 403
    assert post(client, next_url(cast), {}).status_code == 403
    assert post(client, f"/review/disputes/{case.id}/verdict", body).status_code == 403
    assert post(client, f"/review/disputes/{case.id}/ask", {}).status_code == 403
    assert post(client, "/review/let-go", {"disputes": [case.id]}).status_code == 403
    assert not Adjudication.objects.exists()


def test_a_reviewer_of_another_site_finds_nothing(cast: Cast) -> None:
    case, client = disputed(cast), signed_in(cast.dai)
    body = {"id": str(uuid.uuid4()), "payload": HERE}
    json = {"headers": {"Accept": "application/json"}}
    assert client.get(f"/review/projects/{cast.project.id}/", **json).status_code == 404
    assert post(client, next_url(cast), {}).status_code == 404
    assert post(client, f"/review/disputes/{case.id}/verdict", body).status_code == 404
    assert post(client, f"/review/disputes/{case.id}/ask", {}).status_code == 404
    assert post(client, "/review/let-go", {"disputes": [case.id]}).json() == {"let_go": 0}


def test_a_stranger_is_asked_to_sign_in(cast: Cast) -> None:
    assert Client().get("/review/").status_code == 302
    assert post(Client(), next_url(cast), {}).status_code == 302


def test_the_next_dispute_comes_with_anonymous_answers_and_its_schema(
    cast: Cast,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    disputed(cast), disputed(cast)
    client = signed_in(cast.rong)
    with django_assert_max_num_queries(16):
        body = post(client, next_url(cast), {"want": 5}).json()
    assert body["waiting"] == 2
    case = body["disputes"][0]
    assert [one["letter"] for one in case["answers"]] == ["A", "B"]
    assert case["proposal"]["shapes"] is not None
    assert case["image"]["url"].startswith("/media/")
    assert body["schemas"][str(case["schema"])]["classes"]
    for name in ["an", "bo", "An", "Bo"]:
        assert f'"{name}"' not in str(body)
    again = post(client, next_url(cast), {"want": 5, "schemas": [case["schema"]]}).json()
    assert again["schemas"] == {}


def test_a_verdict_is_taken_once_and_the_second_reviewer_is_told(cast: Cast) -> None:
    case, given = disputed(cast), {"id": str(uuid.uuid4()), "payload": HERE}
    url = f"/review/disputes/{case.id}/verdict"
    first = signed_in(cast.rong)
    assert post(first, url, given).status_code == 201
    assert post(first, url, given).json()["status"] == "replayed"
    late = post(signed_in(cast.hu), url, {"id": str(uuid.uuid4()), "payload": ELSEWHERE})
    assert (late.status_code, late.json()["code"]) == (409, "already_resolved")
    assert Adjudication.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"id": "x"}',
        b'{"id": 1}',
        b'{"id": "0191d8e0-0000-7000-8000-000000000001", "payload": {"shapes": []}}',
        b'{"id": "0191d8e0-0000-7000-8000-000000000001", "payload": {"tags": {}, "shapes": [{}]}}',
        b'{"id": "0191d8e0-0000-7000-8000-000000000001", "payload": {}, "reviewer": 3}',
    ],
)
def test_a_malformed_verdict_is_refused_with_a_reason(cast: Cast, body: bytes) -> None:
    url = f"/review/disputes/{disputed(cast).id}/verdict"
    answer = signed_in(cast.rong).post(url, body, content_type="application/json")
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert not Adjudication.objects.exists()


def test_one_more_is_not_asked_beyond_the_maximum(cast: Cast) -> None:
    answer = post(signed_in(cast.rong), f"/review/disputes/{disputed(cast).id}/ask", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_seat_left")


def test_a_former_annotator_cannot_judge_own_answers(cast: Cast) -> None:
    case = disputed(cast)
    Person.objects.filter(pk=cast.an.pk).update(role=Role.REVIEWER)
    body = {"id": str(uuid.uuid4()), "payload": HERE}
    answer = post(signed_in(Person.objects.get(pk=cast.an.pk)), f"/review/disputes/{case.id}/verdict", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "own_answer")


# Releases


def releases_url(cast: Cast) -> str:
    return f"/api/v1/projects/{cast.project.id}/releases"


def ready(cast: Cast, client: Client) -> dict[str, Any]:
    made = post(client, releases_url(cast), {"formats": ["coco", "jsonl"]})
    assert made.status_code == 201, made.content
    assert builder.build_next()
    return client.get(f"/api/v1/releases/{made.json()['id']}").json()  # type: ignore[no-any-return]


@pytest.mark.parametrize("as_key", [True, False])
def test_a_client_makes_watches_and_downloads_a_release(
    cast: Cast, no_broker: list[str], as_key: bool
) -> None:
    settled(cast)
    client = keyed(cast.mill) if as_key else signed_in(cast.ben)
    release = ready(cast, client)
    assert no_broker == ["build"]
    assert (release["state"], release["progress"], release["tasks"], release["version"]) == ("ready", 1, 2, 1)
    assert [file["name"] for file in release["files"]] == ["coco.zip", "jsonl.zip", "manifest.json"]
    for file in release["files"]:
        answer = client.get(file["url"])
        data = answer.getvalue()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["size"], file["sha256"])
        assert answer["Content-Disposition"] == f'attachment; filename="boards-v1-{file["name"]}"'
        assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_broken_download_goes_on_where_it_ended(cast: Cast) -> None:
    settled(cast)
    client = keyed(cast.mill)
    file = ready(cast, client)["files"][0]
    whole = client.get(file["url"])
    data, etag = whole.getvalue(), whole["ETag"]
    rest = client.get(file["url"], headers={"Range": "bytes=100-", "If-Range": etag})
    assert (rest.status_code, rest["Content-Range"]) == (206, f"bytes 100-{len(data) - 1}/{len(data)}")
    assert data[:100] + rest.getvalue() == data
    changed = client.get(file["url"], headers={"Range": "bytes=100-", "If-Range": '"other"'})
    assert changed.status_code == 200
    assert client.get(file["url"], headers={"Range": f"bytes={len(data)}-"}).status_code == 416
    assert client.get(file["url"], headers={"If-None-Match": etag}).status_code == 304


def test_an_object_store_answers_its_own_downloads(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    class Store:
        def url(self, key: str, parameters: dict[str, str], expire: int) -> str:
            return f"https://store.example/{key}?expire={expire}&{parameters['ResponseContentDisposition']}"

    settled(cast)
    client = keyed(cast.mill)
    file = ready(cast, client)["files"][0]
    monkeypatch.setattr("review.downloads.storages", {"default": Store()})
    answer = client.get(file["url"])
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"https://store.example/projects/{cast.project.id}/release/")
    assert "boards-v1-coco.zip" in answer["Location"]


def test_a_release_is_taken_while_the_broker_is_lost(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(**_how: object) -> None:
        raise OperationalError

    monkeypatch.setattr("review.jobs.build_releases.apply_async", lost)
    settled(cast)
    path = f"/api/v1/projects/{cast.project.id}/releases"
    answer = keyed(cast.mill).post(path, {"formats": ["coco"]}, content_type="application/json")
    assert answer.status_code == 201
    assert builder.build_next()
    assert Release.objects.get().state == "ready"


def test_a_release_is_listed_newest_first_in_bounded_queries(
    cast: Cast, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    settled(cast)
    client = keyed(cast.mill)
    for _ in range(3):
        ready(cast, client)
    with django_assert_max_num_queries(8):
        rows = client.get(releases_url(cast)).json()["results"]
    assert [row["version"] for row in rows] == [3, 2, 1]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid"),
        ({"formats": []}, 422, "invalid"),
        ({"formats": ["xls"]}, 422, "invalid"),
        ({"formats": ["coco"], "batch": 10**18}, 404, "not_found"),
        ({"formats": ["coco"], "batch": 10**30}, 404, "not_found"),
    ],
)
def test_what_cannot_be_released_is_refused(cast: Cast, body: object, status: int, code: str) -> None:
    settled(cast)
    answer = post(keyed(cast.mill), releases_url(cast), body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_project_without_settled_tasks_has_nothing_to_release(cast: Cast) -> None:
    answer = post(keyed(cast.mill), releases_url(cast), {"formats": ["coco"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_settled")


def test_a_batch_of_another_project_is_not_there(cast: Cast) -> None:
    settled(cast)
    other = make_batch()
    Project.objects.filter(id=other.project_id).update(organization=cast.mill)
    answer = post(keyed(cast.mill), releases_url(cast), {"formats": ["coco"], "batch": other.id})
    assert answer.status_code == 404


def test_files_wait_until_the_release_is_ready(cast: Cast) -> None:
    settled(cast)
    client = keyed(cast.mill)
    made = post(client, releases_url(cast), {"formats": ["coco"]}).json()
    assert made["files"] == []
    early = client.get(f"/api/v1/releases/{made['id']}/files/coco.zip")
    assert (early.status_code, early.json()["code"]) == (409, "not_ready")


def test_another_client_sees_nothing_of_it(cast: Cast) -> None:
    batch = settled(cast)
    release = ready(cast, keyed(cast.mill))
    for client in [keyed(cast.rival), signed_in(cast.rita)]:
        assert client.get(releases_url(cast)).status_code == 404
        assert post(client, releases_url(cast), {"formats": ["coco"]}).status_code == 404
        assert client.get(f"/api/v1/releases/{release['id']}").status_code == 404
        assert client.get(f"/api/v1/releases/{release['id']}/files/coco.zip").status_code == 404
        assert client.get(f"/api/v1/batches/{batch.id}/results").status_code == 404
    assert Release.objects.count() == 1


@pytest.mark.parametrize("who", ["an", "rong", "sun", "oscar"])
def test_the_clients_api_is_for_clients(cast: Cast, who: str) -> None:
    assert signed_in(getattr(cast, who)).get(releases_url(cast)).status_code == 403


def test_a_missing_file_is_not_there(cast: Cast) -> None:
    settled(cast)
    client = keyed(cast.mill)
    release = ready(cast, client)
    assert client.get(f"/api/v1/releases/{release['id']}/files/voc.zip").status_code == 404
    assert client.get("/api/v1/releases/999999/files/coco.zip").status_code == 404


# Results


def test_results_are_the_settled_tasks_page_by_page(cast: Cast, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    batch = settled(cast, 5)
    client = keyed(cast.mill)
    with django_assert_max_num_queries(4):
        first = client.get(f"/api/v1/batches/{batch.id}/results?page_size=3").json()
    second = client.get(first["next"]).json()
    rows = first["results"] + second["results"]
    assert [row["task"] for row in rows] == sorted(row["task"] for row in rows)
    assert len({row["task"] for row in rows}) == 5
    assert second["next"] is None
    assert rows[0]["payload"]["shapes"][0]["class"] == "esp8266"
    assert rows[0]["source"] == "machine"


def test_a_dispute_is_no_result_yet(cast: Cast) -> None:
    case = disputed(cast)
    assert keyed(cast.mill).get(f"/api/v1/batches/{case.task.batch_id}/results").json()["results"] == []

"""Input that no page and no script of ours sends: refused as the caller's fault, never a fault of ours."""

from __future__ import annotations

import base64
import io
import json
import uuid
from typing import Any

import pytest
from django.test import Client

from annotator.health import REQUESTS
from review.models import Dispute
from tasks.models import Project, Task
from tasks.ranges import file_response
from tests.api.clients import make_key
from tests.cast import Cast
from tests.factories import make_batch, make_tasks
from workers.models import Person

MANY = "9" * 5000
DEEP = "[" * 100_000
NESTED = "[" * 900 + "]" * 900
HALF = "\\ud800"
JSON = "application/json"


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain"])
def test_a_charset_that_is_none_of_text_is_refused(kind: str) -> None:
    for charset in ("zlib", "base64", "rot13"):
        answer = Client().generic("POST", "/sign-in", b"x", content_type=f"{kind}; charset={charset}")
        assert answer.status_code == 400, charset


def signed_in(person: Person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person, backend="workers.sessions.PersonBackend")
    return client


@pytest.fixture
def ada(cast: Cast) -> Client:
    return signed_in(cast.ada)


@pytest.fixture
def script(cast: Cast) -> Client:
    secret = make_key(cast.mill)[1]
    return Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)


@pytest.fixture
def task(cast: Cast) -> Task:
    return make_tasks(make_batch(cast.project), 1)[0]


@pytest.mark.parametrize("page", ["projects", "batches/{batch}/images", "batches/{batch}/results"])
def test_a_forged_cursor_is_no_page(script: Client, task: Task, page: str) -> None:
    path = f"/api/v1/{page}".format(batch=task.batch_id)
    for cursor in ["p=abc", "p=%00", "p=1e999", f"p={MANY}", "r=1&p=-1", "o=-1", f"o={MANY}"]:
        forged = base64.b64encode(cursor.encode()).decode()
        assert script.get(path, {"cursor": forged}).status_code == 404, cursor


@pytest.mark.parametrize(
    "query",
    ["organization__slug=a", "ordering=sha256", "search=a", "project__organization__api_keys__digest=a"],
)
def test_a_list_cannot_be_asked_about_columns(script: Client, task: Task, query: str) -> None:
    """The way in which other platforms' lists told password hashes letter by letter."""
    path = f"/api/v1/batches/{task.batch_id}/images"
    assert script.get(f"{path}?{query}").json() == script.get(path).json()


@pytest.mark.parametrize(
    "body",
    [
        DEEP,
        '{"a":' * 50_000 + "1" + "}" * 50_000,
        '{"name": NaN}',
        '{"name": "x", "settle_threshold": NaN}',
        '{"name": "x", "settle_threshold": "NaN"}',
        '{"name": "x", "settle_threshold": 1e999}',
        '{"name": "x", "price": "Infinity"}',
        '{"name": "x", "price": "1e30"}',
        '{"name": "x", "overlap": 1' + "0" * 5000 + "}",
        '{"name": "x", "lease_seconds": 99999999999999}',
        '{"name": "\\u0000"}',
        f'{{"name": "{HALF}"}}',
        f'{{"name": "x", "guide": {{"{HALF}": "a"}}}}',
        f'{{"name": "x", "schema": {{"{HALF}": 1}}}}',
        f'{{"name": "x", "schema": {NESTED}}}',
        '{"name": "x", "schema": {"tags": [{"key": "n", "names": {"en": "n"}, "kind": "number", '
        '"minimum": -1e999}]}}',
        "[]",
        '"x"',
        "1",
        b'{"name": "\xff"}',
    ],
    ids=lambda body: str(body)[:60],
)
def test_json_without_sense_makes_no_project(script: Client, cast: Cast, body: str | bytes) -> None:
    answer = script.post("/api/v1/projects", body, content_type=JSON)
    assert answer.status_code in {400, 422}
    assert answer.json()["code"] in {"parse_error", "invalid"}
    assert Project.objects.get() == cast.project


@pytest.mark.parametrize("charset", ["zlib", "rot13", "utf-7", "utf-16"])
def test_the_caller_does_not_choose_how_json_is_unpacked(script: Client, db: None, charset: str) -> None:
    body = json.dumps({"name": "x"}).encode()
    answer = script.generic("POST", "/api/v1/projects", body, content_type=f"{JSON}; charset={charset}")
    if charset in {"zlib", "rot13"}:
        assert answer.status_code == 400, "no charset of text"
    else:
        assert (answer.status_code, answer.json()["name"]) == (201, "x"), (
            "JSON is UTF-8, whatever is said of it"
        )


def test_a_json_document_has_a_largest_size(script: Client, db: None, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    body = json.dumps({"name": "x", "guide": {"en": "a" * 1000}})
    assert script.post("/api/v1/projects", body, content_type=JSON).status_code in {400, 413}


@pytest.mark.parametrize(
    "bounds", [f"0-{MANY}", f"{MANY}-", f"-{MANY}", "0-0,1-1", "5-2", "٣-", "-0", "0--1", "x-y"]
)
def test_odd_ranges_are_answered_without_a_fault(rf: Any, bounds: str) -> None:

    request = rf.get("/", headers={"Range": f"bytes={bounds}"})
    answer = file_response(request, io.BytesIO(b"x" * 100), size=100, content_type="image/webp", etag='"a"')
    assert (answer.status_code, answer.get("Content-Length", "0")) in {(200, "100"), (416, "0")}


@pytest.mark.parametrize(
    "page", ["releases/?project=", "releases/?batch=", "projects/{project}/schema?version=", "?before="]
)
def test_a_parameter_that_is_no_number_is_left_aside(ada: Client, cast: Cast, page: str) -> None:
    path = f"/portal/{page}".format(project=cast.project.id)
    for number in [MANY, "9" * 30, "-1", "%00", "٣", "1e3", "x"]:
        assert ada.get(path + number).status_code == 200, number


@pytest.mark.parametrize(
    "body", [DEEP, '{"want": -1}', '{"want": NaN}', '{"besides": "x"}', b'{"want": "\xff"}']
)
def test_a_reviewers_page_that_is_none_is_refused(cast: Cast, body: str | bytes) -> None:
    path = f"/review/projects/{cast.project.id}/next"
    assert signed_in(cast.rong).post(path, body, content_type=JSON).status_code == 422


@pytest.mark.parametrize("numbers", [[10**30], [2**64 - 1], [-(10**30)]])
def test_numbers_of_no_row_are_nobodys(cast: Cast, numbers: list[int]) -> None:
    rong = signed_in(cast.rong)
    body = json.dumps({"disputes": numbers})
    assert rong.post("/review/let-go", body, content_type=JSON).json() == {"let_go": 0}
    path = f"/review/projects/{cast.project.id}/next"
    asked = rong.post(path, json.dumps({"besides": numbers, "schemas": numbers}), content_type=JSON)
    assert asked.status_code == 200


@pytest.mark.parametrize("tags", [NESTED, "[" * 5000 + "]" * 5000, DEEP, f'"{HALF}"', "1e999"])
def test_a_verdict_without_sense_settles_nothing(cast: Cast, task: Task, tags: str) -> None:
    Task.objects.filter(id=task.id).update(state="disputed")
    dispute = Dispute.objects.create(task=task, project=cast.project, reason="class")
    body = f'{{"id": "{uuid.uuid4()}", "payload": {{"shapes": [], "tags": {tags}}}}}'
    path = f"/review/disputes/{dispute.id}/verdict"
    assert signed_in(cast.rong).post(path, body, content_type=JSON).status_code == 422
    dispute.refresh_from_db()
    assert dispute.resolved_at is None


@pytest.mark.parametrize(
    "body", [DEEP, '{"task": 1e5, "kind": "other"}', b'{"task": 1, "kind": "other", "note": "\xff"}']
)
def test_a_report_without_sense_is_refused(cast: Cast, body: str | bytes) -> None:
    assert signed_in(cast.an).post("/desk/report", body, content_type=JSON).status_code == 422


@pytest.mark.parametrize(
    "fields",
    [
        {"username": "a\0b", "password": "x"},
        {"username": "a", "password": "\0"},
        {"username": "a" * 300, "password": "b"},
        {"username": "İ@ß", "password": "x"},
    ],
)
def test_odd_names_do_not_break_signing_in(db: None, fields: dict[str, str]) -> None:
    assert Client(raise_request_exception=False).post("/sign-in", fields).status_code == 422


@pytest.mark.parametrize(
    "path", ["/password/reset/%00/x", f"/password/reset/{'A' * 5000}/x", f"/api/v1/batches/{MANY}"]
)
def test_odd_addresses_lead_nowhere(script: Client, db: None, path: str) -> None:
    assert script.get(path).status_code in {200, 404}


def test_invented_methods_fill_no_metrics(db: None) -> None:
    for n in range(3):
        Client().generic(f"ODD{n}", "/healthz")
    methods = {sample.labels["method"] for metric in REQUESTS.collect() for sample in metric.samples}
    assert "other" in methods
    assert not any(method.startswith("ODD") for method in methods)


def test_a_client_does_not_put_itself_before_others(script: Client, db: None) -> None:
    """The order between clients' projects is the operator's."""
    answer = script.post(
        "/api/v1/projects", json.dumps({"name": "First", "priority": 32767}), content_type=JSON
    )
    assert answer.json()["priority"] == 0
    assert Project.objects.get(name="First").priority == 0

"""A client's own model behind one HTTP interface: asked before people and by them, and never waited for."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from PIL import Image as Picture

from review.settle import settle_answered
from tasks import prelabel, prompts
from tasks.decode.decoder import Decoder
from tasks.jobs import PRELABELLING, prelabel_pending
from tasks.models import Batch, ModelDoor, Prediction, Prelabelling, Project, Submission, Task
from tasks.portal import doors as door_pages
from tests.api.clients import Caller, signed_in, work
from tests.api.test_desk import post, submission, sync
from tests.cast import Cast
from tests.data import data_folder
from tests.factories import box, make_project, payload
from tests.models import Model, example, serving

FOUND = {**box(10, 10, 50, 40), "confidence": 0.75}
BOX_AND_POLYGON = {
    "classes": [{"key": "esp8266", "names": {"en": "Board"}, "geometries": ["box", "polygon"]}],
    "tags": [],
}


@pytest.fixture
def model(settings: Any) -> Iterator[Model]:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    one = Model()
    with one.serving() as one.url:  # type: ignore[attr-defined]
        yield one


@pytest.fixture
def project(cast: Cast) -> Project:
    return make_project(BOX_AND_POLYGON, organization=cast.mill, sites=[cast.guiyang], name="Own model")


@pytest.fixture
def mill(cast: Cast) -> Caller:
    return Caller(cast.mill)


def photographs(count: int) -> list[Path]:
    return sorted((data_folder("boxes_voc") / "train").glob("*.jpg"))[:count]


def ingest(mill: Caller, project: Project, files: list[Path], name: str = "Monday") -> Batch:
    with (
        patch("tasks.jobs.ingest_pending.apply_async"),
        patch("tasks.jobs.prelabel_pending.apply_async"),
        Decoder() as decoder,
    ):
        batch = mill.post(f"/projects/{project.id}/batches", {"name": name}).json()["id"]
        assert mill.send(batch, {file.name: file.read_bytes() for file in files}).status_code == 200
        mill.post(f"/batches/{batch}/close")
        work(decoder)
    return Batch.objects.get(id=batch)


def put(caller: Caller, project: Project, **fields: Any) -> Any:
    return caller._client.put(
        f"/api/v1/projects/{project.id}/model", json.dumps(fields), content_type="application/json"
    )


def opened(mill: Caller, project: Project, model: Model, **fields: Any) -> str:
    response = put(mill, project, url=model.url, **fields)  # type: ignore[attr-defined]
    assert response.status_code == 201, response.content
    return str(response.json()["secret"])


def prelabel_all() -> None:
    with patch("tasks.jobs.prelabel_pending.apply_async"):
        while Prelabelling.objects.filter(state="waiting", attempts=0).exists():
            prelabel_pending()


def test_every_new_image_is_shown_to_the_model_and_comes_to_people_as_a_draft(
    cast: Cast, mill: Caller, project: Project, model: Model
) -> None:
    opened(mill, project, model, prelabels=True)
    model.says(FOUND, model="boards 7")
    batch = ingest(mill, project, photographs(10))
    with patch("tasks.jobs.prelabel_pending.apply_async"):
        prelabel_pending()
    assert {row.model for row in Prediction.objects.all()} == {"boards 7"}
    assert len(model.asked) == Prediction.objects.count() == 10
    asked = model.asked[0]
    picture = Picture.open(io.BytesIO(base64.b64decode(asked["picture"]["base64"])))
    assert (asked["ask"], asked["schema"]) == ("prelabel", BOX_AND_POLYGON)
    assert picture.size == (asked["image"]["width"], asked["image"]["height"])
    drafts = [task["draft"] for task in sync(signed_in(cast.an), project=project.id, want=4)["tasks"]]
    assert drafts == [payload(FOUND)] * 4
    assert prelabel.progress_of(batches=[batch.id])[batch.id].stored == 10


def test_the_example_server_checks_the_signature_and_labels_real_photographs(
    cast: Cast, mill: Caller, project: Project, settings: Any
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    server = example()
    with serving(server.Handler) as url:
        server.Handler.secret = put(mill, project, url=url).json()["secret"]
        batch = ingest(mill, project, photographs(3))
        assert mill.post(f"/batches/{batch.id}/prelabel").json() == {"jobs": 1}
        prelabel_all()
        assert Prediction.objects.filter(task__batch=batch, model="corners 1").count() == 3
        server.Handler.secret = "somebody else's"
        assert mill.post(f"/batches/{batch.id}/prelabel").status_code == 202
        Prediction.objects.all().delete()
        prelabel_pending()
    door = ModelDoor.objects.get()
    assert (door.last_error, Prediction.objects.count()) == ("HTTP 401", 0)


@pytest.mark.parametrize(
    ("shape", "where"),
    [
        ({**FOUND, "class": "elephant"}, "shapes[0].class"),
        ({**FOUND, "box": [5000, 10, 50, 40]}, "shapes[0].box"),
        ({**FOUND, "confidence": 7}, "shapes[0].confidence"),
        ({**FOUND, "confidence": 10**400}, "shapes[0].confidence"),
    ],
)
def test_an_answer_that_does_not_fit_the_schema_is_refused_and_named(
    mill: Caller, project: Project, model: Model, shape: dict[str, Any], where: str
) -> None:
    opened(mill, project, model, prelabels=True)
    model.says(shape)
    batch = ingest(mill, project, photographs(2))
    prelabel.enqueue_new()
    prelabel_all()
    row = Prelabelling.objects.get(job__batch=batch)
    assert (row.state, row.refused, Prediction.objects.count()) == ("done", 2, 0)
    assert where in row.last_refusal
    assert ModelDoor.objects.get().failures == 0


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (500, b"", "HTTP 500"),
        (302, b"", "HTTP 302"),
        (200, b"<html>", "The answer is not the JSON that was asked for."),
        (200, b"[" * 100_000, "The answer is not the JSON that was asked for."),
        (200, b" " * (6 * 1024 * 1024), "The answer is too large."),
    ],
)
def test_a_model_that_fails_is_asked_again_later_and_then_given_up(
    mill: Caller, project: Project, model: Model, status: int, body: bytes, words: str
) -> None:
    opened(mill, project, model)
    model.says_raw(status, body)
    batch = ingest(mill, project, photographs(1))
    prelabel.prelabel_batch(batch=batch)
    row, now, waits = Prelabelling.objects.get(), timezone.now() + timedelta(seconds=1), []
    while row.state == "waiting":
        assert prelabel.prelabel_due(now=now)
        assert not prelabel.prelabel_due(now=now)
        row.refresh_from_db()
        waits.append(row.next_attempt_at - now)
        now = row.next_attempt_at
    assert waits == [*prelabel.BACKOFF, timedelta()]
    assert (row.state, ModelDoor.objects.get().last_error) == ("stopped", words)
    model.says(FOUND)
    assert mill.post(f"/batches/{batch.id}/prelabel").json() == {"jobs": 1}
    prelabel_all()
    assert Prediction.objects.count() == 1
    assert ModelDoor.objects.get().failures == 0


def test_the_time_limit_holds(mill: Caller, project: Project, model: Model) -> None:
    opened(mill, project, model, seconds=1)
    model.sleeps(30)
    batch = ingest(mill, project, photographs(1))
    prelabel.prelabel_batch(batch=batch)
    began = time.monotonic()
    prelabel.prelabel_due(now=timezone.now() + timedelta(seconds=1))
    assert time.monotonic() - began < 15
    assert ModelDoor.objects.get().last_error == "No answer in time."


def test_a_model_inside_our_network_is_refused(
    mill: Caller, project: Project, model: Model, settings: Any
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    response = put(mill, project, url="http://169.254.169.254/latest/meta-data/")
    assert (response.status_code, response.json()["errors"][0]["where"]) == (422, "url")
    settings.WEBHOOK_ALLOW_PRIVATE = True
    opened(mill, project, model)
    settings.WEBHOOK_ALLOW_PRIVATE = False  # the name leads elsewhere now
    batch = ingest(mill, project, photographs(1))
    prelabel.prelabel_batch(batch=batch)
    prelabel.prelabel_due(now=timezone.now() + timedelta(seconds=1))
    assert model.asked == []
    assert ModelDoor.objects.get().failures == 1


def test_what_people_answered_or_the_client_said_is_not_asked_about(
    cast: Cast, mill: Caller, project: Project, model: Model
) -> None:
    opened(mill, project, model)
    model.says(FOUND)
    batch = ingest(mill, project, photographs(3))
    first, second, third = Task.objects.filter(batch=batch).order_by("id")
    Prediction.objects.create(task=first, model="uploaded", payload=payload())
    Task.objects.filter(id=second.id).update(answers=1)
    prelabel.prelabel_batch(batch=batch)
    prelabel_all()
    assert [asked["task"] for asked in model.asked] == [third.id]
    assert Prediction.objects.get(task=first).model == "uploaded"


def test_gold_comes_with_a_draft_as_work_does(mill: Caller, project: Project, model: Model) -> None:
    opened(mill, project, model, prelabels=True)
    model.says(FOUND)
    batch = ingest(mill, project, photographs(2))
    known = [{"image": task.image_id, "payload": payload()} for task in Task.objects.filter(batch=batch)]
    stored = mill.post(f"/batches/{batch.id}/gold", {"kind": "measure", "items": known})
    assert stored.json()["stored"] == 2, stored.content
    batch.refresh_from_db()
    assert batch.state == "complete"
    prelabel.enqueue_new()
    prelabel_all()
    assert Prediction.objects.filter(task__gold__isnull=False).count() == 2


def test_slow_models_hold_one_worker_and_leave_the_others_to_ingest(
    mill: Caller, project: Project, model: Model
) -> None:
    opened(mill, project, model)
    prelabel.prelabel_batch(batch=ingest(mill, project, photographs(1)))
    cache.add(PRELABELLING, 1, timeout=60)  # another worker has it
    prelabel_pending()
    assert model.asked == []
    cache.delete(PRELABELLING)
    prelabel_all()
    assert len(model.asked) == 1
    assert cache.get(PRELABELLING) is None


def test_next_does_not_wait_and_drafts_are_no_votes(
    cast: Cast, mill: Caller, project: Project, model: Model
) -> None:
    Project.objects.filter(id=project.id).update(overlap=1)
    project.refresh_from_db()
    opened(mill, project, model, prelabels=True)
    model.sleeps(30)
    ingest(mill, project, photographs(1))
    prelabel.enqueue_new()
    client = signed_in(cast.an)
    began = time.monotonic()
    (task,) = sync(client, project=project.id, want=1)["tasks"]
    assert task["draft"] is None
    assert time.monotonic() - began < 15
    model.says(FOUND)
    prelabel_all()
    sync(client, submissions=[submission(task, payload=payload(box(100, 100, 50, 50)))])
    settle_answered()
    assert Submission.objects.count() == 1
    shapes = Task.objects.get().consensus.payload["shapes"]
    assert [shape["box"] for shape in shapes] == [[100, 100, 50, 50]]


def place(task: dict[str, Any], **prompt: Any) -> dict[str, Any]:
    return {
        "task": task["task"],
        "prompt": {"class": "esp8266", "kind": "box", "points": [[9, 9, 1]], **prompt},
    }


@pytest.fixture
def held(cast: Cast, mill: Caller, project: Project, model: Model) -> tuple[Client, dict[str, Any]]:
    """An annotator with an image of a project whose model may be asked."""
    opened(mill, project, model, answers_prompts=True)
    ingest(mill, project, photographs(1))
    client = signed_in(cast.an)
    (task,) = sync(client, project=project.id, want=1)["tasks"]
    return client, task


def test_an_annotator_asks_about_a_place(held: tuple[Client, dict[str, Any]], model: Model) -> None:
    client, task = held
    model.says(FOUND, model="boards 7")
    answer = post(client, "model", place(task))
    assert answer.json() == {"shapes": [FOUND], "model": "boards 7"}
    (asked,) = model.asked
    prompt = {"class": "esp8266", "kind": "box", "points": [[9.0, 9.0, 1]], "box": None}
    assert (asked["ask"], asked["prompt"]) == ("prompt", prompt)
    assert post(client, "model", place(task, points=[], box=[1, 2, 30, 40])).status_code == 200
    model.says_raw(204)
    assert post(client, "model", place(task)).json() == {"shapes": [], "model": ""}
    assert Prediction.objects.count() == Submission.objects.count() == 0


def test_a_wrong_question_is_refused(held: tuple[Client, dict[str, Any]], model: Model) -> None:
    client, task = held
    for wrong in (
        place(task, points=[]),
        place(task, box=[1, 2, 3, 4]),
        place(task, **{"class": "elephant"}),
        place(task, points=[[1, 2, 5]]),
        place(task, points=[[1, 1, 1]] * 51),
        {"task": task["task"]},
    ):
        assert post(client, "model", wrong).status_code == 422, wrong
    assert model.asked == []


def test_nobody_asks_about_an_image_he_does_not_hold(
    cast: Cast, held: tuple[Client, dict[str, Any]], model: Model
) -> None:
    _client, task = held
    assert post(signed_in(cast.deng), "model", place(task)).status_code == 404
    assert post(signed_in(cast.bo), "model", place(task)).status_code == 404
    assert post(Client(), "model", place(task)).status_code == 401
    assert model.asked == []


def test_a_project_without_a_model_says_so(
    cast: Cast, held: tuple[Client, dict[str, Any]], model: Model
) -> None:
    client, task = held
    for change in ({"answers_prompts": False}, {"answers_prompts": True, "is_active": False}):
        ModelDoor.objects.update(**change)
        answer = post(client, "model", place(task))
        assert (answer.status_code, answer.json()["code"]) == (404, "no_model")


def test_a_failing_model_is_not_waited_for(held: tuple[Client, dict[str, Any]], model: Model) -> None:
    client, task = held
    model.says_raw(500, b"secrets of the client's server")
    answers = [post(client, "model", place(task)) for _ in range(4)]
    assert [answer.json()["code"] for answer in answers] == [*["model_failed"] * 3, "model_busy"]
    assert b"HTTP 500" not in answers[0].content, "what exactly happened is the client's business"
    assert len(model.asked) == 3
    ModelDoor.objects.update(resting_until=timezone.now())
    model.says(FOUND)
    assert post(client, "model", place(task)).status_code == 200
    assert ModelDoor.objects.get().failures == 0
    model.says({**FOUND, "class": "elephant"})
    assert post(client, "model", place(task)).json()["code"] == "model_answer_refused"


def test_few_ask_at_once(held: tuple[Client, dict[str, Any]], model: Model) -> None:
    client, task = held
    for _ in range(prompts.AT_ONCE):
        prompts._places.acquire()
    try:
        assert post(client, "model", place(task)).json()["code"] == "model_busy"
    finally:
        for _ in range(prompts.AT_ONCE):
            prompts._places.release()
    assert post(client, "model", place(task)).status_code == 200


def test_a_model_that_hangs_is_tried_by_one_at_a_time(
    cast: Cast, mill: Caller, project: Project, model: Model
) -> None:
    opened(mill, project, model)
    ingest(mill, project, photographs(1))
    client, page = signed_in(cast.ada), f"/portal/projects/{project.id}/model/change"
    with door_pages._places:
        answer = client.post(page, {"to": "tried"}, follow=True).content.decode()
    assert "The model is busy." in answer
    assert model.asked == []
    client.post(page, {"to": "tried"})
    assert len(model.asked) == 1


def test_the_secret_is_shown_once_and_the_door_can_be_closed(
    cast: Cast, mill: Caller, project: Project, model: Model
) -> None:
    secret = opened(mill, project, model)
    assert secret.startswith("model_")
    again = put(mill, project, url=model.url, prelabels=True)  # type: ignore[attr-defined]
    assert (again.status_code, "secret" in again.json(), again.json()["prelabels"]) == (200, False, True)
    shown = mill.get(f"/projects/{project.id}/model")
    assert secret not in shown.content.decode()
    assert ModelDoor.objects.get().secret == secret
    for _ in range(2):
        assert mill._client.delete(f"/api/v1/projects/{project.id}/model").status_code == 204
    assert mill.get(f"/projects/{project.id}/model").status_code == 404
    batch = mill.post(f"/projects/{project.id}/batches", {"name": "Monday"}).json()["id"]
    assert mill.post(f"/batches/{batch}/prelabel").json()["code"] == "no_model"


def test_the_portal_adds_tries_asks_and_removes(
    cast: Cast, mill: Caller, project: Project, model: Model
) -> None:
    batch = ingest(mill, project, photographs(1))
    client, page = signed_in(cast.ada), f"/portal/projects/{project.id}/model"
    made = client.post(page, {"url": model.url, "seconds": 5, "is_active": "on"})  # type: ignore[attr-defined]
    door = ModelDoor.objects.get()
    assert door.secret in made.content.decode()
    assert door.secret not in client.get(page).content.decode()
    model.says(FOUND)
    assert "1 labels" in client.post(f"{page}/change", {"to": "tried"}, follow=True).content.decode()
    model.says_raw(500)
    assert "HTTP 500" in client.post(f"{page}/change", {"to": "tried"}, follow=True).content.decode()
    client.post(f"/portal/batches/{batch.id}/prelabel")
    assert Prelabelling.objects.get().state == "waiting"
    assert "Waiting" in client.get(page).content.decode()
    refused = client.post(page, {"url": "http://user:pw@example.com/", "seconds": 5})
    assert "Leave name and password out" in refused.content.decode()
    client.post(f"{page}/change", {"to": "removed"})
    assert not ModelDoor.objects.exists()


def test_where_images_are_sent_is_the_owners_business(
    cast: Cast, mill: Caller, project: Project, model: Model
) -> None:
    opened(mill, project, model)
    page, ben = f"/portal/projects/{project.id}/model", signed_in(cast.ben)
    assert "Only owners" in ben.get(page).content.decode()
    elsewhere = {"url": "https://elsewhere.example/", "seconds": 5}
    assert ben.post(page, elsewhere).status_code == 403
    assert ben.post(f"{page}/change", {"to": "removed"}).status_code == 403
    api = f"/api/v1/projects/{project.id}/model"
    assert ben.put(api, elsewhere, content_type="application/json").status_code == 403
    assert ben.delete(api).status_code == 403
    assert ModelDoor.objects.get().url == model.url  # type: ignore[attr-defined]
    model.says(FOUND)
    assert ben.post(f"{page}/change", {"to": "tried"}).status_code == 302, "trying is for members too"

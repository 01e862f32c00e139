"""Predictions by API: kept, checked, shown as drafts, never a vote. Allowed, forbidden, missing, repeated."""

from __future__ import annotations

from typing import Any

import pytest

from review.models import Consensus
from review.settle import settle_answered
from tasks.models import Batch, Prediction, Project, Task
from tasks.veil import unveil
from tests.api.clients import Caller, signed_in
from tests.api.test_desk import sync
from tests.cast import Cast
from tests.factories import TAG_SPEC, box, make_batch, make_project, make_tasks, payload
from tests.labelling import answer_all

HERE = payload(box(100, 100, 200, 150))
SURE = payload({**box(90, 90, 200, 150), "confidence": 0.9})


def upload(caller: Caller, batch: Batch, *items: dict[str, Any], model: str = "yolo 9") -> Any:
    return caller.post(f"/batches/{batch.id}/predictions", {"model": model, "items": list(items)})


def test_a_prediction_is_found_by_id_name_or_digest_and_comes_to_the_annotator_as_a_draft(
    cast: Cast, batch: Batch, mill: Caller
) -> None:
    by_id, by_name, by_digest, bare = make_tasks(batch, 4)
    response = upload(
        mill,
        batch,
        {"image": by_id.image_id, "payload": SURE},
        {"name": by_name.image.name, "payload": SURE},
        {"sha256": by_digest.image.sha256.upper(), "payload": SURE},
    )
    assert response.status_code == 200, response.content
    assert (response.json()["stored"], response.json()["refused"]) == (3, 0)
    assert [item["task"] for item in response.json()["items"]] == [by_id.id, by_name.id, by_digest.id]
    drafts = {unveil(task["task"]): task["draft"] for task in sync(signed_in(cast.an), want=4)["tasks"]}
    assert drafts == {by_id.id: SURE, by_name.id: SURE, by_digest.id: SURE, bare.id: None}


def test_each_item_is_judged_by_itself(batch: Batch, mill: Caller) -> None:
    good, bad, unsure = make_tasks(batch, 3)
    items = upload(
        mill,
        batch,
        {"image": bad.image_id, "payload": payload(box(2000, 2000, 10, 10))},
        {"image": good.image_id, "payload": HERE},
        {"image": 10**9, "payload": HERE},
        {"image": good.image_id, "name": "also this", "payload": HERE},
        {"payload": HERE},
        {"image": unsure.image_id, "payload": payload({**box(1, 1, 50, 50), "confidence": 1.5})},
        {"image": unsure.image_id, "payload": "nothing of the kind"},
    ).json()["items"]
    assert [item["status"] for item in items] == ["refused", "stored", *["refused"] * 5]
    assert [item["code"] for item in items] == [
        "outside",
        "",
        "unknown_image",
        "ambiguous_image",
        "ambiguous_image",
        "bad_confidence",
        "malformed",
    ]
    assert items[0]["where"] == "shapes[0].box"
    assert items[5]["where"] == "shapes[0].confidence"
    assert set(Prediction.objects.values_list("task", flat=True)) == {good.id}


def test_a_prediction_may_leave_required_questions_open(cast: Cast, mill: Caller) -> None:
    batch = make_batch(make_project(TAG_SPEC, organization=cast.mill))
    (task,) = make_tasks(batch, 1)
    assert upload(mill, batch, {"image": task.image_id, "payload": payload()}).json()["stored"] == 1


def test_the_newest_prediction_stands(batch: Batch, mill: Caller) -> None:
    (task,) = make_tasks(batch, 1)
    for model, said in [("old", HERE), ("new", SURE), ("new", SURE)]:
        assert (
            upload(mill, batch, {"image": task.image_id, "payload": said}, model=model).json()["stored"] == 1
        )
    prediction = Prediction.objects.get()
    assert (prediction.model, prediction.payload) == ("new", SURE)


def test_the_client_reads_them_back(batch: Batch, mill: Caller) -> None:
    (task,) = make_tasks(batch, 1)
    upload(mill, batch, {"image": task.image_id, "payload": SURE})
    (row,) = mill.get(f"/batches/{batch.id}/predictions").json()["results"]
    assert (row["task"], row["name"], row["model"]) == (task.id, task.image.name, "yolo 9")
    assert row["payload"] == SURE


def test_another_client_finds_no_such_batch(cast: Cast, batch: Batch) -> None:
    (task,) = make_tasks(batch, 1)
    response = upload(Caller(cast.rival), batch, {"image": task.image_id, "payload": HERE})
    assert response.status_code == 404
    assert not Prediction.objects.exists()


def test_images_of_another_batch_are_unknown(cast: Cast, batch: Batch, mill: Caller) -> None:
    (elsewhere,) = make_tasks(make_batch(make_project(organization=cast.rival)), 1)
    answer = upload(mill, batch, {"image": elsewhere.image_id, "payload": HERE}).json()
    assert answer["items"][0]["code"] == "unknown_image"


def test_a_thousand_items_cost_a_fixed_number_of_queries(
    batch: Batch, mill: Caller, django_assert_max_num_queries: Any
) -> None:
    tasks = make_tasks(batch, 1000)
    items = [{"image": task.image_id, "payload": HERE} for task in tasks]
    with django_assert_max_num_queries(8):
        assert upload(mill, batch, *items).json()["stored"] == 1000
    assert upload(mill, batch, *items, items[0]).status_code == 422
    assert upload(mill, batch).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_a_prediction_is_no_vote(transactional_db: None) -> None:
    from tests.cast import make_cast

    cast = make_cast()
    Project.objects.update(overlap=2, max_overlap=2)
    cast.project.refresh_from_db()
    (task,) = make_tasks(make_batch(cast.project), 1)
    Prediction.objects.create(task=task, model="m", payload=payload(box(600, 400, 200, 150)))
    answer_all([cast.an, cast.bo], cast.project, {task.id: HERE})
    settle_answered()
    assert Task.objects.get(id=task.id).state == "settled"
    consensus = Consensus.objects.get(task=task)
    assert len(consensus.payload["shapes"]) == 1
    assert consensus.answers == 2

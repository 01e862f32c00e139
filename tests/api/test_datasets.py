"""A dataset of another tool becomes predictions or gold. Allowed, forbidden, missing, repeated, broken."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from review.formats import FORMATS
from tasks.models import Batch, GoldTask, Prediction, Task
from tests.api.clients import Caller
from tests.cast import Cast
from tests.factories import make_tasks
from tests.unit.formats_cases import box, settled


def archive(key: str, batch: Batch, tasks: list[Task]) -> bytes:
    """A dataset in which every image has one box of the schema's first class."""
    label = batch.schema.spec["classes"][0]["key"]
    records = [
        settled(
            task.id,
            task.image.name,
            box(label, 10, 20, 30, 40),
            width=task.image.width,
            height=task.image.height,
        )
        for task in tasks
    ]
    return zipped(
        {name: b"".join(chunks) for name, chunks in FORMATS[key].write(records, spec=batch.schema.spec)}
    )


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        for name, data in members.items():
            out.writestr(name, data)
    return file.getvalue()


def send(caller: Caller, batch: Batch, data: bytes, format: str, **more: str) -> Any:
    return caller.send_dataset(batch.id, data, format=format, **more)


@pytest.mark.parametrize(
    "key", ["coco", "yolo", "voc", "cvat", "label-studio", "labelme", "datumaro", "parquet"]
)
def test_boxes_of_any_format_become_drafts(batch: Batch, mill: Caller, key: str) -> None:
    tasks = make_tasks(batch, 3)
    response = send(mill, batch, archive(key, batch, tasks), key, model="other tool")
    assert response.status_code == 200, response.content
    assert response.json() == {"stored": 3, "refused": 0, "refusals": []}
    kept = Prediction.objects.filter(task__in=tasks)
    assert [one.payload["shapes"][0]["box"] for one in kept] == [
        pytest.approx([10, 20, 30, 40], abs=0.02)
    ] * 3


def test_a_dataset_sent_twice_is_kept_once(batch: Batch, mill: Caller) -> None:
    tasks = make_tasks(batch, 2)
    for _ in range(2):
        assert send(mill, batch, archive("coco", batch, tasks), "coco").json()["stored"] == 2
    assert Prediction.objects.count() == 2


def test_known_answers_become_gold(batch: Batch, mill: Caller) -> None:
    tasks = make_tasks(batch, 2)
    response = send(mill, batch, archive("voc", batch, tasks), "voc", purpose="measure")
    assert response.json()["stored"] == 2, response.content
    assert set(GoldTask.objects.values_list("task_id", "kind")) == {(task.id, "measure") for task in tasks}


def test_what_does_not_fit_is_told_by_the_images_name(batch: Batch, mill: Caller) -> None:
    (task,) = make_tasks(batch, 1)
    document = {
        "images": [{"id": 1, "file_name": task.image.name}, {"id": 2, "file_name": "nowhere.jpg"}],
        "categories": [{"id": 1, "name": "unicorn"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}],
    }
    report = send(mill, batch, zipped({"a.json": json.dumps(document).encode()}), "coco").json()
    assert (report["stored"], report["refused"]) == (0, 2)
    assert [(one["name"], one["code"]) for one in report["refusals"]] == [
        (task.image.name, "unknown_class"),
        ("nowhere.jpg", "unknown_image"),
    ]


@pytest.mark.parametrize("data", [b"no zip", zipped({"a.json": b"{"})])
def test_what_cannot_be_read_is_refused_with_a_reason(batch: Batch, mill: Caller, data: bytes) -> None:
    response = send(mill, batch, data, "coco")
    assert response.status_code == 422
    assert response.json()["errors"][0]["code"] == "unreadable_dataset"


def test_another_client_sees_no_batch(batch: Batch, cast: Cast) -> None:
    assert send(Caller(cast.rival), batch, b"", "coco").status_code == 404


@pytest.mark.parametrize("purpose", ["predictions", "measure"])
@pytest.mark.parametrize(
    "line",
    [
        {"image": "a\0.jpg", "payload": {"tags": {}, "shapes": []}},
        {"image": "", "payload": {"tags": {}, "shapes": []}},
        {"image": "a.jpg", "payload": {"shapes": 5}},
        {"image": "a.jpg", "payload": {"shapes": [7, {"confidence": {}}]}},
        {"image": "a.jpg", "payload": {}},
        {"image": ["a.jpg"], "payload": {}},
        {"image": "a.jpg", "payload": 7},
    ],
)
def test_no_line_is_strange_enough_for_a_fault_of_ours(
    batch: Batch, mill: Caller, line: dict[str, Any], purpose: str
) -> None:
    (task,) = make_tasks(batch, 1)
    if line["image"] == "a.jpg":
        line = {**line, "image": task.image.name}
    data = zipped({"a.jsonl": json.dumps(line).encode()})
    response = send(mill, batch, data, "jsonl", purpose=purpose)
    assert response.status_code in {200, 422}, response.content
    assert not Prediction.objects.exists()
    assert not GoldTask.objects.exists()

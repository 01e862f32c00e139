"""Answers of every kind through the workbench's endpoint: kept as sent, or refused with the object's name."""

from __future__ import annotations

import json
import uuid
from typing import Any

import numpy as np
import pytest
from django.test import Client
from pycocotools import mask as coco

from tasks.models import LabelSchema, Submission
from tasks.schemas import check_schema
from tasks.shapes import CHECKS
from tests.api.clients import signed_in
from tests.cast import Cast
from tests.factories import make_batch, make_tasks

NAMES = {"en": "x"}
SPEC = {
    "classes": [
        {
            "key": "cat",
            "names": NAMES,
            "geometries": list(CHECKS),
            "skeleton": {"points": [{"key": key, "names": NAMES} for key in ("head", "tail")]},
            "attributes": [{"key": "text", "names": NAMES, "kind": "text"}],
        }
    ],
    "tags": [
        {
            "key": "place",
            "names": NAMES,
            "kind": "tree",
            "leaves_only": True,
            "options": [{"key": "in", "names": NAMES, "options": [{"key": "sofa", "names": NAMES}]}],
        }
    ],
}  # fmt: skip
PIXELS = np.zeros((750, 1000), np.uint8, order="F")
PIXELS[:, 1] = 1
COLUMN = {"size": [750, 1000], "counts": coco.encode(PIXELS)["counts"].decode()}
SHAPES: dict[str, Any] = {
    "box": [10, 10, 50, 50],
    "rotated_box": [100, 100, 50, 20, 30],
    "ellipse": [100, 100, 50, 20, 0],
    "polygon": [[10, 10, 60, 10, 60, 60], [40, 20, 50, 20, 50, 25]],
    "polyline": [1, 1, 5, 5, 9, 1],
    "point": [7, 8],
    "skeleton": [1, 1, 2, 0, 0, 0],
    "mask": COLUMN,
}


def shape(kind: str, **more: Any) -> dict[str, Any]:
    return {"id": kind, "class": "cat", "type": kind, kind: SHAPES[kind], "attributes": {}, **more}


def submission(seat: dict[str, Any], payload: object) -> dict[str, Any]:
    same = {key: seat[key] for key in ("assignment", "token", "task")}
    return {"id": str(uuid.uuid4()), **same, "payload": payload, "active_ms": 5000}


def sync(client: Client, **fields: Any) -> Any:
    return client.post("/desk/sync", json.dumps(fields), content_type="application/json")


@pytest.fixture
def an(cast: Cast) -> Client:
    LabelSchema.objects.create(project=cast.project, version=2, spec=check_schema(SPEC))
    make_tasks(make_batch(cast.project), 6)
    return signed_in(cast.an)


def test_an_answer_of_every_kind_is_kept_as_it_was_sent(an: Client) -> None:
    (seat,) = sync(an, want=1).json()["tasks"]
    shapes = [shape(kind) for kind in SHAPES]
    shapes[1] |= {"occluded": True, "parent": "box", "group": 12}
    shapes[2]["attributes"] = {"text": "树莓派"}
    answer = {"tags": {"place": "sofa"}, "shapes": shapes}
    assert sync(an, submissions=[submission(seat, answer)]).json()["submissions"][0]["status"] == "accepted"
    assert Submission.objects.get().payload == answer


@pytest.mark.parametrize(
    ("kind", "geometry", "code", "where"),
    [
        ("box", [900, 10, 500, 50], "outside", "shapes[1].box"),
        ("box", [10, 10, 0, 50], "too_small", "shapes[1].box"),
        ("point", [10], "malformed", "shapes[1].point"),
        ("polygon", [[10, 10, 60, 60, 60, 10, 10, 60]], "self_crossing", "shapes[1].polygon[0]"),
        ("polyline", [1, 1, 5000, 5], "outside", "shapes[1].polyline"),
        ("skeleton", [1, 1, 2], "wrong_length", "shapes[1].skeleton"),
        ("mask", {"size": [750, 1000], "counts": "336"}, "wrong_runs", "shapes[1].mask.counts"),
    ],
)
def test_a_refusal_names_the_object(an: Client, kind: str, geometry: object, code: str, where: str) -> None:
    first, second = sync(an, want=2).json()["tasks"]
    bad = {"tags": {}, "shapes": [shape("box"), {**shape(kind), kind: geometry}]}
    good = {"tags": {}, "shapes": [shape("point")]}
    results = sync(an, submissions=[submission(first, bad), submission(second, good)]).json()["submissions"]
    assert [result["status"] for result in results] == ["refused", "accepted"]
    assert (results[0]["error"]["code"], results[0]["error"]["where"]) == (code, where)
    assert results[0]["error"]["detail"]


def test_a_class_that_is_unknown_or_drawn_otherwise_is_named(an: Client, cast: Cast) -> None:
    boxes = {**SPEC, "classes": [{"key": "cat", "names": NAMES, "geometries": ["box"]}]}
    LabelSchema.objects.create(project=cast.project, version=3, spec=check_schema(boxes))
    make_tasks(make_batch(cast.project, priority=5), 2)
    seats = sync(an, want=2).json()["tasks"]
    bad = [{**shape("box", id="b"), "class": "dog"}, shape("polygon")]
    answers = [{"tags": {}, "shapes": [shape("box"), one]} for one in bad]
    sent = [submission(seat, answer) for seat, answer in zip(seats, answers, strict=True)]
    errors = [result["error"] for result in sync(an, submissions=sent).json()["submissions"]]
    assert [(error["code"], error["where"]) for error in errors] == [
        ("unknown_class", "shapes[1].class"),
        ("wrong_geometry", "shapes[1].type"),
    ]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999", "null"])
def test_what_is_no_number_spoils_its_answer_alone_and_names_the_object(an: Client, word: str) -> None:
    """Browsers write null for it, others its name, which is no JSON."""
    first, second = sync(an, want=2).json()["tasks"]
    bad = submission(first, {"tags": {}, "shapes": [shape("point"), shape("box")]})
    text = {"text": 'so NaN "Infinity" \\'}
    good = submission(second, {"tags": {}, "shapes": [shape("point", attributes=text)]})
    body = json.dumps({"submissions": [bad, good]}).replace("[10, 10, 50, 50]", f"[10, {word}, 50, 50]")
    results = an.post("/desk/sync", body, content_type="application/json").json()["submissions"]
    assert [result["status"] for result in results] == ["refused", "accepted"]
    error = results[0]["error"]
    assert (error["code"], error["where"], error["detail"]) == (
        "not_finite", "shapes[1].box", "A coordinate is not a number.",
    )  # fmt: skip
    assert Submission.objects.get().payload["shapes"][0]["attributes"] == text


def test_a_parent_that_is_gone_is_refused_by_its_child(an: Client) -> None:
    (seat,) = sync(an, want=1).json()["tasks"]
    shapes = [shape("box"), shape("point", parent="box"), shape("mask", parent="gone")]
    (result,) = sync(an, submissions=[submission(seat, {"tags": {}, "shapes": shapes})]).json()["submissions"]
    error = result["error"]
    assert (error["code"], error["where"]) == ("unknown_parent", "shapes[2].parent")
    assert error["detail"] == "There is no object with the parent's id."


def test_ten_thousand_objects_and_one_more_are_refused_with_a_word(an: Client) -> None:
    first, second = sync(an, want=2).json()["tasks"]
    many = [{**shape("point"), "id": f"p{i}"} for i in range(10_001)]
    answers = [{"tags": {}, "shapes": many}, {"tags": {}, "shapes": many[:-1]}]
    sent = [submission(seat, answer) for seat, answer in zip((first, second), answers, strict=True)]
    results = sync(an, submissions=sent).json()["submissions"]
    assert [result["status"] for result in results] == ["refused", "accepted"]
    assert (results[0]["error"]["code"], results[0]["error"]["where"]) == ("too_many_shapes", "shapes")
    assert results[0]["error"]["detail"] == "There are too many objects: 10,000 at most."


def test_an_answer_of_more_than_five_megabytes_is_refused_alone(an: Client) -> None:
    first, second = sync(an, want=2).json()["tasks"]
    huge = {"tags": {}, "shapes": [{**shape("point"), "id": f"p{i}"} for i in range(70_000)]}
    assert len(json.dumps(huge)) > 5 * 2**20
    good = {"tags": {}, "shapes": [shape("point")]}
    response = sync(an, submissions=[submission(first, huge), submission(second, good)])
    results = response.json()["submissions"]
    assert [result["status"] for result in results] == ["refused", "accepted"]
    assert results[0]["error"]["code"] == "too_large"
    assert "Make masks or outlines simpler" in results[0]["error"]["detail"]


def test_a_body_of_more_than_ten_megabytes_is_413_and_says_so(an: Client) -> None:
    response = sync(an, submissions=["x" * (10 * 2**20)])
    assert response.status_code == 413
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "too_large"

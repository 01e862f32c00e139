"""What an answer may be, and what each fault is called."""

from __future__ import annotations

import math
from typing import Any

import pytest
from django.utils.translation import override

from tasks.payloads import MAX_SHAPES, PayloadRefused, check_payload
from tests.factories import TAG_SPEC, box, payload

SPEC: dict[str, Any] = {
    "classes": [
        {
            "key": "board",
            "names": {"en": "Board"},
            "geometries": ["box"],
            "attributes": [
                {"key": "occluded", "names": {"en": "Occluded"}, "kind": "checkbox"},
                {
                    "key": "state",
                    "names": {"en": "State"},
                    "kind": "select",
                    "required": True,
                    "options": [{"key": "new", "names": {}}, {"key": "old", "names": {}}],
                },
                {"key": "count", "names": {"en": "Count"}, "kind": "number", "minimum": 0, "maximum": 9},
                {"key": "note", "names": {"en": "Note"}, "kind": "text"},
            ],
        }
    ],
    "tags": [
        {
            "key": "flags",
            "names": {"en": "Flags"},
            "kind": "multiple",
            "required": False,
            "options": [{"key": "dark", "names": {}}, {"key": "blur", "names": {}}],
        }
    ],
}


def board(*geometry: float, id: str = "a", **attributes: object) -> dict[str, Any]:
    shape = box(*(geometry or (10, 10, 20, 20)), label="board", id=id)
    return {**shape, "attributes": {"state": "new", **attributes}}


def check(value: object, spec: dict[str, Any] = SPEC) -> dict[str, Any]:
    return check_payload(payload=value, spec=spec, width=1000, height=750)


def refusal(value: object, spec: dict[str, Any] = SPEC) -> tuple[str, str]:
    with pytest.raises(PayloadRefused) as caught:
        check(value, spec)
    return caught.value.code, caught.value.where


def test_a_fitting_answer_is_kept_as_it_is() -> None:
    answer = payload(board(occluded=True, count=3, note="纳诺板\n第二行"), flags=["dark", "blur"])
    assert check(answer) == answer


def test_no_objects_is_an_answer() -> None:
    assert check(payload()) == {"tags": {}, "shapes": []}


def test_a_box_a_little_outside_is_clipped() -> None:
    (shape,) = check(payload(board(-0.4, 0, 1000.8, 750.3)))["shapes"]
    assert shape["box"] == [0.0, 0.0, 1000.0, 750.0]


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        ((-0.6, 0, 10, 10), "outside"),
        ((995, 0, 5.6, 10), "outside"),
        ((0, 745, 5, 5.6), "outside"),
        ((1e308, 0, 1e308, 10), "outside"),
        ((0, 0, 0.9, 10), "too_small"),
        ((0, 0, 10, -5), "too_small"),
        ((math.nan, 0, 10, 10), "not_finite"),
        ((0, 0, math.inf, 10), "not_finite"),
        ((10**400, 0, 10, 10), "not_finite"),
        ((True, 0, 10, 10), "malformed"),
        (("1", 0, 10, 10), "malformed"),
        ((1, 2, 3), "malformed"),
    ],
)
def test_a_box_that_is_none(geometry: tuple[Any, ...], code: str) -> None:
    shape = {**board(), "box": list(geometry)}
    assert refusal(payload(board(id="first"), shape)) == (code, "shapes[1].box")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"class": "car"}, ("unknown_class", "shapes[0].class")),
        ({"class": ["board"]}, ("unknown_class", "shapes[0].class")),
        ({"type": "polygon", "polygon": []}, ("wrong_geometry", "shapes[0].type")),
        ({"type": 7}, ("wrong_geometry", "shapes[0].type")),
        ({"id": "a b"}, ("bad_id", "shapes[0].id")),
        ({"id": "x" * 41}, ("bad_id", "shapes[0].id")),
        ({"id": 5}, ("bad_id", "shapes[0].id")),
        ({"rotation": 5}, ("unknown_field", "shapes[0].rotation")),
        ({"attributes": []}, ("malformed", "shapes[0].attributes")),
        ({"attributes": {}}, ("missing", "shapes[0].attributes.state")),
    ],
)
def test_a_shape_with_a_fault(change: dict[str, Any], fault: tuple[str, str]) -> None:
    assert refusal(payload({**board(), **change})) == fault


def test_a_class_is_drawn_as_the_schema_says() -> None:
    shape = {"id": "a", "class": "board", "type": "polygon", "polygon": [], "attributes": {"state": "new"}}
    assert refusal(payload(shape)) == ("wrong_geometry", "shapes[0].type")


@pytest.mark.parametrize(
    ("attributes", "fault"),
    [
        ({"colour": "red"}, ("unknown_attribute", "shapes[0].attributes.colour")),
        ({"state": "used"}, ("unknown_option", "shapes[0].attributes.state")),
        ({"state": ""}, ("missing", "shapes[0].attributes.state")),
        ({"occluded": "yes"}, ("malformed", "shapes[0].attributes.occluded")),
        ({"count": 10}, ("above_maximum", "shapes[0].attributes.count")),
        ({"count": -1}, ("below_minimum", "shapes[0].attributes.count")),
        ({"count": True}, ("malformed", "shapes[0].attributes.count")),
        ({"count": math.nan}, ("not_finite", "shapes[0].attributes.count")),
        ({"count": 10**400}, ("above_maximum", "shapes[0].attributes.count")),
        ({"note": "x" * 2001}, ("too_long", "shapes[0].attributes.note")),
        ({"note": "a\0b"}, ("unprintable", "shapes[0].attributes.note")),
        ({"note": "\ud800"}, ("unprintable", "shapes[0].attributes.note")),
    ],
)
def test_an_attribute_with_a_fault(attributes: dict[str, Any], fault: tuple[str, str]) -> None:
    assert refusal(payload(board(**attributes))) == fault


@pytest.mark.parametrize(
    ("tags", "fault"),
    [
        ({}, ("missing", "tags.garment")),
        ({"garment": None}, ("missing", "tags.garment")),
        ({"garment": "sock"}, ("unknown_option", "tags.garment")),
        ({"garment": ["hat"]}, ("malformed", "tags.garment")),
        ({"garment": "hat", "mood": "glad"}, ("unknown_tag", "tags.mood")),
    ],
)
def test_a_tag_with_a_fault(tags: dict[str, Any], fault: tuple[str, str]) -> None:
    assert refusal(payload(**tags), TAG_SPEC) == fault


def test_a_choice_given_twice() -> None:
    assert refusal(payload(flags=["dark", "dark"])) == ("repeated_option", "tags.flags")


def test_two_objects_with_one_id() -> None:
    assert refusal(payload(board(), board())) == ("repeated_id", "shapes[1].id")


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (None, ("malformed", "")),
        ([], ("malformed", "")),
        ({"tags": {}}, ("missing", "shapes")),
        ({"tags": {}, "shapes": {}}, ("malformed", "shapes")),
        ({"tags": [], "shapes": []}, ("malformed", "tags")),
        ({"tags": {}, "shapes": [], "secret": 1}, ("unknown_field", "secret")),
        ({"tags": {}, "shapes": [None]}, ("malformed", "shapes[0]")),
    ],
)
def test_a_document_that_is_no_answer(value: object, fault: tuple[str, str]) -> None:
    assert refusal(value) == fault


def test_ten_thousand_objects_are_the_limit() -> None:
    shapes = [board(id=str(i)) for i in range(MAX_SHAPES + 1)]
    assert len(check(payload(*shapes[:-1]))["shapes"]) == MAX_SHAPES
    assert refusal(payload(*shapes)) == ("too_many_shapes", "shapes")


def test_the_detail_speaks_the_callers_language() -> None:
    with pytest.raises(PayloadRefused) as caught:
        check(payload(board(0, 0, 2000, 10)))
    with override("en"):
        assert str(caught.value.detail) == "The object lies outside the image."

"""A label schema is taken whole or refused with the place of each fault."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from annotator.errors import Invalid
from tasks.schemas import check_schema
from tests.factories import BOX_SPEC, TAG_SPEC

NAMES = {"en": "x"}
CLASS: dict[str, Any] = {"key": "cat", "names": NAMES}
SELECT: dict[str, Any] = {
    "key": "state",
    "kind": "select",
    "names": NAMES,
    "options": [{"key": "new", "names": NAMES}, {"key": "old", "names": NAMES}],
}

OPTIONS = SELECT["options"]
DEFAULT = "classes[0].attributes[0].default"


def faults(spec: object) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        check_schema(spec)
    assert all(fault["detail"] for fault in caught.value.extra["errors"])
    return [(fault["where"], fault["code"]) for fault in caught.value.extra["errors"]]


def with_attribute(**fields: Any) -> dict[str, Any]:
    return {"classes": [{**CLASS, "attributes": [{"key": "a", "names": NAMES, **fields}]}]}


@pytest.mark.parametrize("spec", [BOX_SPEC, TAG_SPEC])
def test_full_schema_is_kept_as_it_is(spec: dict[str, Any]) -> None:
    given = copy.deepcopy(spec)
    checked = check_schema(given)
    assert given == spec
    assert check_schema(checked) == checked
    assert [c["key"] for c in checked["classes"]] == [c["key"] for c in spec["classes"]]


def test_what_is_left_out_is_filled_in() -> None:
    checked = check_schema({"classes": [CLASS]})
    assert checked["tags"] == []
    assert checked["classes"][0]["geometries"] == ["box"]
    assert checked["classes"][0]["color"].startswith("#")
    assert checked["classes"][0]["attributes"] == []


@pytest.mark.parametrize(
    "attribute",
    [
        {"kind": "checkbox", "default": True},
        {**SELECT, "key": "a", "default": "new", "required": True},
        {"kind": "number", "minimum": 0, "maximum": 9, "default": 4},
        {"kind": "text", "default": "none"},
    ],
)
def test_each_kind_of_attribute_is_taken(attribute: dict[str, Any]) -> None:
    kept = check_schema(with_attribute(**attribute))["classes"][0]["attributes"][0]
    assert attribute.items() <= kept.items()


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ([], [("", "malformed")]),
        ({}, [("", "nothing_asked")]),
        ({"classes": [], "tags": [], "more": 1}, [("", "malformed")]),
        ({"classes": [{"names": NAMES}]}, [("classes[0]", "malformed")]),
        ({"classes": [{**CLASS, "key": "Cat"}]}, [("classes[0].key", "malformed")]),
        ({"classes": [{**CLASS, "key": "cat\n"}]}, [("classes[0].key", "malformed")]),
        ({"classes": [{**CLASS, "key": 3}]}, [("classes[0].key", "malformed")]),
        ({"classes": [{**CLASS, "names": {}}]}, [("classes[0].names", "malformed")]),
        ({"classes": [{**CLASS, "names": {"de": "Katze"}}]}, [("classes[0].names", "malformed")]),
        ({"classes": [{**CLASS, "names": {"en": "a\0b"}}]}, [("classes[0].names[...]", "malformed")]),
        ({"classes": [{**CLASS, "names": {"en": "\ud800"}}]}, [("classes[0].names[...]", "malformed")]),
        ({"classes": [{**CLASS, "color": "red"}]}, [("classes[0].color", "malformed")]),
        ({"classes": [{**CLASS, "geometries": ["blob"]}]}, [("classes[0].geometries[0]", "malformed")]),
        ({"classes": [CLASS, {**CLASS}]}, [("classes[1].key", "repeated_key")]),
        (with_attribute(kind="select"), [("classes[0].attributes[0].options", "no_options")]),
        (with_attribute(kind="text", minimum=1), [("classes[0].attributes[0]", "needless_bounds")]),
        (with_attribute(kind="checkbox", default="yes"), [(DEFAULT, "default_unfit")]),
        (with_attribute(kind="number", default=True), [(DEFAULT, "default_unfit")]),
        (
            with_attribute(kind="number", minimum=5, maximum=1),
            [("classes[0].attributes[0].maximum", "bounds_crossed")],
        ),
        ({"tags": [{"key": "t", "names": NAMES, "kind": "single"}]}, [("tags[0].options", "no_options")]),
        (
            {"tags": [{"key": "t", "names": NAMES, "kind": "text", "options": SELECT["options"]}]},
            [("tags[0].options", "needless_options")],
        ),
        (
            {"classes": [CLASS, CLASS], "tags": [{**SELECT, "kind": "single", "options": OPTIONS * 2}]},
            [("classes[1].key", "repeated_key"), ("tags[0].options[2].key", "repeated_key"),
             ("tags[0].options[3].key", "repeated_key")],
        ),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_place(spec: object, expected: list[tuple[str, str]]) -> None:
    assert faults(spec) == expected

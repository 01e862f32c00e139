"""What a schema may ask for beyond boxes and plain choices: kinds of geometry, skeletons, trees, scales."""

from __future__ import annotations

from typing import Any

import pytest

from annotator.errors import Invalid
from tasks.schemas import MAX_DEPTH, MAX_NODES, check_schema

NAMES = {"en": "x"}
KINDS = ["box", "rotated_box", "ellipse", "polygon", "polyline", "point", "skeleton", "mask"]
SKELETON = {
    "points": [{"key": key, "names": NAMES} for key in ("head", "hip", "tail")],
    "edges": [[0, 1], [1, 2]],
}
LEAF = {"key": "tabby", "names": NAMES}
TREE: dict[str, Any] = {
    "key": "animal",
    "names": NAMES,
    "kind": "tree",
    "options": [{"key": "cat", "names": NAMES, "options": [LEAF]}, {"key": "dog", "names": NAMES}],
}


def drawn(**fields: Any) -> dict[str, Any]:
    return {"classes": [{"key": "cat", "names": NAMES, **fields}]}


def asked(**fields: Any) -> dict[str, Any]:
    return {"tags": [{**TREE, **fields}]}


def faults(spec: object) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        check_schema(spec)
    assert all(fault["detail"] for fault in caught.value.extra["errors"])
    return [(fault["where"], fault["code"]) for fault in caught.value.extra["errors"]]


def nested(depth: int) -> dict[str, Any]:
    node: dict[str, Any] = {"key": "n0", "names": NAMES}
    for i in range(1, depth):
        node = {"key": f"n{i}", "names": NAMES, "options": [node]}
    return node


def test_every_kind_of_geometry_is_taken() -> None:
    checked = check_schema(drawn(geometries=KINDS, skeleton=SKELETON))
    assert checked["classes"][0]["geometries"] == KINDS
    assert checked["classes"][0]["skeleton"] == SKELETON
    assert check_schema(checked) == checked


def test_a_point_may_say_where_it_lies_in_the_template() -> None:
    points = [{**point, "at": [0.25, 1.0]} for point in SKELETON["points"]]
    checked = check_schema(drawn(geometries=["skeleton"], skeleton={"points": points, "edges": []}))
    assert checked["classes"][0]["skeleton"]["points"] == points
    for wrong in ([0.5], [0.5, 1.1], [-0.1, 0], ["a", 0], 0.5):
        broken = {"points": [{**points[0], "at": wrong}]}
        with pytest.raises(Invalid) as refused:
            check_schema(drawn(geometries=["skeleton"], skeleton=broken))
        assert refused.value.extra["errors"][0]["where"].startswith("classes[0].skeleton.points[0].at")


def test_a_skeleton_may_have_no_edges() -> None:
    checked = check_schema(drawn(geometries=["skeleton"], skeleton={"points": SKELETON["points"]}))
    assert checked["classes"][0]["skeleton"] == {"points": SKELETON["points"], "edges": []}


def test_a_class_without_a_skeleton_has_no_such_key() -> None:
    assert "skeleton" not in check_schema(drawn(geometries=["polygon"]))["classes"][0]


def test_a_tree_is_kept_with_its_branches() -> None:
    checked = check_schema(asked(leaves_only=True))
    assert checked["tags"] == [{**TREE, "required": False, "leaves_only": True}]
    assert check_schema(checked) == checked


def test_a_tree_says_whether_only_leaves_are_answers() -> None:
    assert check_schema(asked())["tags"][0]["leaves_only"] is False


def test_a_scale_and_a_radio_are_taken() -> None:
    options = [{"key": key, "names": NAMES} for key in ("poor", "fair", "good")]
    spec = {
        **drawn(
            attributes=[{"key": "a", "names": NAMES, "kind": "radio", "options": options, "default": "fair"}]
        ),
        "tags": [{"key": "t", "names": NAMES, "kind": "single", "options": options, "ordered": True}],
    }
    checked = check_schema(spec)
    assert checked["tags"][0]["ordered"] is True
    assert checked["classes"][0]["attributes"][0]["default"] == "fair"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (drawn(geometries=["skeleton"]), [("classes[0].skeleton", "no_skeleton")]),
        (drawn(skeleton=SKELETON), [("classes[0].skeleton", "needless_skeleton")]),
        (
            drawn(geometries=["skeleton"], skeleton={"points": []}),
            [("classes[0].skeleton.points", "malformed")],
        ),
        (
            drawn(geometries=["skeleton"], skeleton={**SKELETON, "edges": [[0, 3], [1, 1]]}),
            [("classes[0].skeleton.edges[0]", "bad_edge"), ("classes[0].skeleton.edges[1]", "bad_edge")],
        ),
        (
            drawn(geometries=["skeleton"], skeleton={**SKELETON, "edges": [[0, 1], [1, 0]]}),
            [("classes[0].skeleton.edges[1]", "repeated_edge")],
        ),
        (
            drawn(geometries=["skeleton"], skeleton={**SKELETON, "edges": [[-1, 0]]}),
            [("classes[0].skeleton.edges[0][0]", "malformed")],
        ),
        (
            drawn(geometries=["skeleton"], skeleton={"points": SKELETON["points"] * 2}),
            [(f"classes[0].skeleton.points[{i}].key", "repeated_key") for i in (3, 4, 5)],
        ),
        (asked(kind="single"), [("tags[0].options[0].options", "needless_options")]),
        (asked(options=[]), [("tags[0].options", "no_options")]),
        (
            asked(options=[{"key": "cat", "names": NAMES, "options": [{**LEAF, "key": "cat"}]}]),
            [("tags[0].options[0].options[0].key", "repeated_key")],
        ),
        (asked(ordered=True), [("tags[0].ordered", "needless_order")]),
        (
            {"tags": [{"key": "t", "names": NAMES, "kind": "text", "leaves_only": True}]},
            [("tags[0].leaves_only", "needless_leaves")],
        ),
        (drawn(attributes=[TREE]), [("classes[0].attributes[0].kind", "malformed")]),
        (
            drawn(attributes=[{"key": "a", "names": NAMES, "kind": "radio"}]),
            [("classes[0].attributes[0].options", "no_options")],
        ),
    ],
)
def test_each_fault_is_named_with_its_place(spec: object, expected: list[tuple[str, str]]) -> None:
    assert faults(spec) == expected


def test_a_tree_has_an_end() -> None:
    assert check_schema(asked(options=[nested(MAX_DEPTH)]))
    assert [code for _, code in faults(asked(options=[nested(MAX_DEPTH + 1)]))] == ["too_deep"]
    assert faults(asked(options=[nested(2_000)]))[0][1] in ("too_deep", "malformed")


def test_a_tree_has_a_size() -> None:
    thousand = [{"key": f"k{i}", "names": NAMES} for i in range(1000)]
    branches = [
        {"key": f"b{b}", "names": NAMES, "options": [{**o, "key": f"b{b}-{o['key']}"} for o in thousand]}
        for b in range(MAX_NODES // 1000)
    ]
    assert [code for _, code in faults(asked(options=branches))] == ["too_many_options"]

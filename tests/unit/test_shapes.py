"""Every kind of geometry: what is kept, what is refused, and how the place is called."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import pytest

from tasks.payloads import PayloadRefused, check_payload
from tasks.shapes.rle import compressed

KINDS = ["box", "rotated_box", "ellipse", "polygon", "polyline", "point", "skeleton", "mask"]
SPEC: dict[str, Any] = {
    "classes": [
        {
            "key": "thing",
            "names": {"en": "Thing"},
            "geometries": KINDS,
            "skeleton": {
                "points": [{"key": "head", "names": {}}, {"key": "tail", "names": {}}],
                "edges": [[0, 1]],
            },
            "attributes": [
                {"key": "state", "kind": "radio", "names": {}, "options": [{"key": "new"}, {"key": "old"}]},
                {"key": "text", "kind": "text", "names": {}},
            ],
        },
        {"key": "boxed", "names": {"en": "Boxed"}, "geometries": ["box"], "attributes": []},
    ],
    "tags": [
        {
            "key": "animal",
            "kind": "tree",
            "leaves_only": True,
            "names": {},
            "options": [
                {"key": "cat", "names": {}, "options": [{"key": "tabby", "names": {}}]},
                {"key": "dog", "names": {}},
            ],
        }
    ],
}
SQUARE = [10, 10, 60, 10, 60, 60, 10, 60]
HOLE = [20, 20, 30, 20, 30, 30, 20, 30]
# 4 x 3 pixels, the second column filled: runs 3, 3, 6.
COLUMN = {"size": [3, 4], "counts": "336"}


def thing(kind: str, geometry: object, id: str = "a", **more: object) -> dict[str, Any]:
    return {"id": id, "class": "thing", "type": kind, kind: geometry, "attributes": {}, **more}


def check(*shapes: object, width: int = 100, height: int = 80, **tags: object) -> dict[str, Any]:
    return check_payload(
        payload={"tags": tags, "shapes": list(shapes)}, spec=SPEC, width=width, height=height
    )


def refusal(*shapes: object, width: int = 100, height: int = 80, **tags: object) -> tuple[str, str]:
    with pytest.raises(PayloadRefused) as caught:
        check(*shapes, width=width, height=height, **tags)
    return caught.value.code, caught.value.where


@pytest.mark.parametrize(
    ("kind", "geometry"),
    [
        ("box", [10, 10, 20, 20]),
        ("rotated_box", [50, 40, 30, 10, 33.5]),
        ("rotated_box", [0, 0, 200, 90, 359.9]),
        ("ellipse", [50, 40, 30, 0.5, 0]),
        ("polygon", [SQUARE]),
        ("polygon", [SQUARE, HOLE]),
        ("polygon", [SQUARE[::-1], HOLE]),
        ("polyline", [0, 0, 100, 80, 0, 80, 100, 0]),
        ("point", [100, 80]),
        ("skeleton", [10, 10, 2, 20, 20, 1]),
        ("skeleton", [10, 10, 2, 0, 0, 0]),
    ],
)
def test_a_fitting_geometry_is_kept_as_it_is(kind: str, geometry: list[Any]) -> None:
    (shape,) = check(thing(kind, geometry))["shapes"]
    assert shape[kind] == geometry


def test_a_mask_is_kept_as_it_is() -> None:
    (shape,) = check(thing("mask", COLUMN), width=4, height=3)["shapes"]
    assert shape["mask"] == COLUMN


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "box"])
def test_a_class_that_is_only_boxed_takes_no_other_kind(kind: str) -> None:
    shape = {"id": "a", "class": "boxed", "type": kind, kind: [1, 1], "attributes": {}}
    assert refusal(shape) == ("wrong_geometry", "shapes[0].type")


@pytest.mark.parametrize(
    ("kind", "geometry", "fault"),
    [
        ("box", [90, 70, 20, 5], ("outside", "box")),
        ("rotated_box", [101, 40, 5, 5, 0], ("outside", "rotated_box")),
        ("rotated_box", [50, 40, 5, 0.5, 0], ("too_small", "rotated_box")),
        ("rotated_box", [50, 40, 5, 1e6, 0], ("too_large", "rotated_box")),
        ("rotated_box", [50, 40, 5, 5, 360], ("bad_angle", "rotated_box")),
        ("rotated_box", [50, 40, 5, 5, -1], ("bad_angle", "rotated_box")),
        ("rotated_box", [50, 40, 5, 5], ("malformed", "rotated_box")),
        ("rotated_box", [50, 40, 5, 5, math.nan], ("not_finite", "rotated_box")),
        ("ellipse", [50, 40, 0.4, 5, 0], ("too_small", "ellipse")),
        ("ellipse", [-1, 40, 5, 5, 0], ("outside", "ellipse")),
        ("polygon", [], ("malformed", "polygon")),
        ("polygon", SQUARE, ("malformed", "polygon[0]")),
        ("polygon", [SQUARE[:4]], ("too_few_points", "polygon[0]")),
        ("polygon", [SQUARE[:7]], ("malformed", "polygon[0]")),
        ("polygon", [[*SQUARE[:7], "60"]], ("malformed", "polygon[0]")),
        ("polygon", [[*SQUARE[:7], math.inf]], ("not_finite", "polygon[0]")),
        ("polygon", [[*SQUARE[:7], 10**400]], ("not_finite", "polygon[0]")),
        ("polygon", [[10, 10, 60, 60, 60, 10, 10, 60]], ("self_crossing", "polygon[0]")),
        ("polygon", [[10, 10, 60, 10, 30, 10]], ("self_crossing", "polygon[0]")),
        ("polygon", [[10, 10, 11, 10, 11, 10.9]], ("too_small", "polygon[0]")),
        ("polygon", [[10, 10, 120, 10, 60, 60]], ("outside", "polygon[0]")),
        ("polygon", [SQUARE, [50, 20, 70, 20, 70, 30, 50, 30]], ("hole_outside", "polygon[1]")),
        ("polygon", [SQUARE, HOLE, [70, 70, 75, 70, 75, 75]], ("hole_outside", "polygon[2]")),
        ("polygon", [SQUARE, HOLE, [25, 25, 40, 25, 40, 40, 25, 40]], ("holes_meet", "polygon")),
        ("polygon", [SQUARE, [20, 20, 30, 30, 30, 20, 20, 30]], ("self_crossing", "polygon[1]")),
        ("polygon", [[0, 0] + [1, 1] * 2000], ("too_many_points", "polygon[0]")),
        ("polyline", [10, 10], ("too_few_points", "polyline")),
        ("polyline", [10, 10, 20], ("malformed", "polyline")),
        ("polyline", [10, 10, 20, 81], ("outside", "polyline")),
        ("polyline", [1, 1] * 2001, ("too_many_points", "polyline")),
        ("point", [10], ("malformed", "point")),
        ("point", [101, 1], ("outside", "point")),
        ("point", [True, 1], ("malformed", "point")),
        ("skeleton", [10, 10, 2], ("wrong_length", "skeleton")),
        ("skeleton", [10, 10, 2, 20, 20, 1, 5, 5, 2], ("wrong_length", "skeleton")),
        ("skeleton", [10, 10, 2, 20, 20, 3], ("bad_visibility", "skeleton[5]")),
        ("skeleton", [10, 10, 2, 20, 20, 0.5], ("bad_visibility", "skeleton[5]")),
        ("skeleton", [10, 10, 2, 20, 90, 1], ("outside", "skeleton[3]")),
        ("skeleton", [0, 0, 0, 0, 0, 0], ("no_points", "skeleton")),
        ("mask", "336", ("malformed", "mask")),
        ("mask", {"size": [3, 4]}, ("malformed", "mask")),
        ("mask", {"size": [80.0, 100], "counts": "336"}, ("malformed", "mask.size")),
        ("mask", {"size": [100, 80], "counts": "336"}, ("wrong_size", "mask.size")),
        ("mask", {"size": [80, 100], "counts": [3, 3, 6]}, ("malformed", "mask.counts")),
        ("mask", {"size": [80, 100], "counts": ""}, ("malformed", "mask.counts")),
        ("mask", {"size": [80, 100], "counts": "336é"}, ("malformed", "mask.counts")),
        ("mask", {"size": [80, 100], "counts": "33\x7f6"}, ("malformed", "mask.counts")),
        ("mask", {"size": [80, 100], "counts": "33 6"}, ("malformed", "mask.counts")),
        ("mask", {"size": [80, 100], "counts": "33P"}, ("malformed", "mask.counts")),
        ("mask", {"size": [80, 100], "counts": "3" + "o" * 9 + "0"}, ("malformed", "mask.counts")),
        ("mask", {"size": [80, 100], "counts": "336"}, ("wrong_runs", "mask.counts")),
    ],
)
def test_a_geometry_that_is_none(kind: str, geometry: object, fault: tuple[str, str]) -> None:
    code, where = fault
    assert refusal(thing("box", [1, 1, 5, 5], id="first"), thing(kind, geometry)) == (
        code,
        f"shapes[1].{where}",
    )


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ("3306", "wrong_runs"),  # 3 + 3 + 0 + (6 + 3) are 15 pixels
        ("3N6", "wrong_runs"),  # a run of -2
        ("<", "too_small"),  # nothing but outside
    ],
)
def test_a_mask_whose_runs_do_not_fill_its_image(counts: str, code: str) -> None:
    shape = thing("mask", {"size": [3, 4], "counts": counts})
    assert refusal(shape, width=4, height=3) == (code, "shapes[0].mask.counts")


def test_points_a_little_outside_are_clipped() -> None:
    shapes = [
        thing("polygon", [[-0.4, 10, 50, 10, 50, 80.5]], id="a"),
        thing("point", [100.5, -0.5], id="b"),
        thing("skeleton", [100.2, 3, 2, 0, 0, 0], id="c"),
    ]
    polygon, point, skeleton = check(*shapes)["shapes"]
    assert polygon["polygon"] == [[0.0, 10, 50, 10, 50, 80.0]]
    assert point["point"] == [100.0, 0.0]
    assert skeleton["skeleton"] == [100.0, 3, 2, 0, 0, 0]


def test_a_closed_ring_is_kept_open() -> None:
    (shape,) = check(thing("polygon", [[*SQUARE, 10, 10]]))["shapes"]
    assert shape["polygon"] == [SQUARE]


def test_an_absent_point_lies_nowhere() -> None:
    (shape,) = check(thing("skeleton", [10, 10, 2, 55, 900, 0]))["shapes"]
    assert shape["skeleton"] == [10, 10, 2, 0.0, 0.0, 0]


def test_relations_and_flags_are_kept_where_they_say_something() -> None:
    first = thing("point", [1, 1], id="a", occluded=True, group=9999, parent="b")
    second = thing("point", [2, 2], id="b", occluded=False)
    kept = check(first, second)["shapes"]
    assert kept[0] == first
    assert kept[1] == thing("point", [2, 2], id="b")


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"occluded": "yes"}, ("malformed", "shapes[0].occluded")),
        ({"group": 0}, ("bad_group", "shapes[0].group")),
        ({"group": 10_000}, ("bad_group", "shapes[0].group")),
        ({"group": 1.0}, ("bad_group", "shapes[0].group")),
        ({"group": True}, ("bad_group", "shapes[0].group")),
        ({"parent": 5}, ("malformed", "shapes[0].parent")),
        ({"parent": None}, ("malformed", "shapes[0].parent")),
        ({"parent": "nobody"}, ("unknown_parent", "shapes[0].parent")),
        ({"parent": "a"}, ("parent_cycle", "shapes[0].parent")),
        ({"layer": 3}, ("unknown_field", "shapes[0].layer")),
    ],
)
def test_a_relation_that_is_none(more: dict[str, Any], fault: tuple[str, str]) -> None:
    assert refusal(thing("point", [1, 1], **more)) == fault


def test_parents_that_go_round_in_a_circle() -> None:
    ring = [thing("point", [1, 1], id=str(i), parent=str((i + 1) % 3)) for i in range(3)]
    tail = thing("point", [1, 1], id="tail", parent="0")
    assert refusal(tail, *ring)[0] == "parent_cycle"


def test_ten_thousand_generations_are_a_line_and_no_circle() -> None:
    shapes = [thing("point", [1, 1], id=str(i), parent=str(i + 1)) for i in range(9_999)]
    assert len(check(*shapes, thing("point", [1, 1], id="9999"))["shapes"]) == 10_000


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("cat", ("not_a_leaf", "tags.animal")),
        ("bird", ("unknown_option", "tags.animal")),
        (["dog"], ("malformed", "tags.animal")),
    ],
)
def test_a_choice_that_the_tree_does_not_have(value: object, fault: tuple[str, str]) -> None:
    assert refusal(animal=value) == fault


def test_a_leaf_at_any_depth_is_an_answer() -> None:
    assert check(animal="tabby")["tags"] == {"animal": "tabby"}
    assert check(animal="dog")["tags"] == {"animal": "dog"}


def test_a_radio_attribute_takes_one_of_its_options() -> None:
    assert check(thing("point", [1, 1], attributes={"state": "old"}))["shapes"][0]["attributes"] == {
        "state": "old"
    }
    shape = thing("point", [1, 1], attributes={"state": "used"})
    assert refusal(shape) == ("unknown_option", "shapes[0].attributes.state")


def _least_seconds(shapes: list[dict[str, Any]]) -> float:
    """The processor's time, which other work on the machine does not lengthen much; the best of five."""
    taken = []
    for _ in range(5):
        start = time.process_time()
        check(*shapes)
        taken.append(time.process_time() - start)
    return min(taken)


def test_a_box_among_ten_thousand_costs_about_what_one_among_a_hundred_does() -> None:
    shapes = [thing("box", [i % 90, i % 70, 5.5, 6.5], id=str(i)) for i in range(10_000)]
    assert _least_seconds(shapes) < 400 * _least_seconds(shapes[:100])  # by pairs: 10,000 times


def test_ten_times_the_points_of_an_outline_cost_about_ten_times_as_much() -> None:
    def outlines(points: int) -> list[dict[str, Any]]:
        turns = [2 * math.pi * i / points for i in range(points)]
        ring = [c for turn in turns for c in (50 + 30 * math.cos(turn), 40 + 30 * math.sin(turn))]
        return [thing("polygon", [ring], id=str(i)) for i in range(100)]

    assert _least_seconds(outlines(2000)) < 40 * _least_seconds(outlines(200))  # by pairs: 100 times


def test_huge_runs_whose_sum_comes_round_to_the_images_size() -> None:
    up_and_down = [*range(1, 1 << 15), *range(1 << 15, 0, -1)]
    runs = [0]
    for n in up_and_down:
        runs += [n * ((1 << 33) - 1), n * ((1 << 33) + 1)]
    runs += [4000, 4000]
    assert sum(runs) == (1 << 64) + 80 * 100
    counts = compressed(np.array(runs, np.int64))
    assert refusal(thing("mask", {"size": [80, 100], "counts": counts}))[0] == "wrong_runs"

"""Every kind of geometry: what several people drew becomes better than what the best of them drew."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
import numpy as np
import pytest

from review.consensus import (
    Answer,
    Asked,
    Consensus,
    conclude,
    conclude_many,
    estimate_crowd,
    judge,
    parse_answer,
    parse_spec,
)
from review.consensus.answers import Shape
from review.consensus.kinds import KINDS
from review.consensus.likeness import match_shapes
from tasks.shapes.rle import pack_mask
from tests.unit.simulated import Scene, crew, fruit, look, people

PEOPLE = 5
SIZE = (640, 480)


def as_shapes(scene: Scene) -> list[Shape]:
    return [msgspec.convert(shape, Shape) for shape in scene.shapes]


def redrawn(kind: str, make: Callable[[np.ndarray], Any]) -> list[Scene]:
    """The fruit, each outline (points x 2) made into another kind."""
    return [
        Scene(
            scene.name,
            scene.size,
            [
                {"id": s["id"], "class": s["class"], "attributes": {}, "type": kind}
                | {kind: make(np.array(s["polygon"][0]).reshape(-1, 2))}
                for s in scene.shapes
            ],
        )
        for scene in fruit()
    ]


def box_of(outline: np.ndarray) -> list[float]:
    low, high = outline.min(axis=0), outline.max(axis=0)
    return [float(v) for v in (*low, *(high - low))]


def turned_of(outline: np.ndarray, share: float) -> list[float]:
    x, y, width, height = box_of(outline)
    angle = 360.0 * ((x * 7.3 + y) % 1.0)
    return [x + width / 2, y + height / 2, width * share, 0.6 * height * share, angle]


SCENES: dict[str, Callable[[], list[Scene]]] = {
    "box": lambda: redrawn("box", box_of),
    "rotated_box": lambda: redrawn("rotated_box", lambda o: turned_of(o, 1.0)),
    "ellipse": lambda: redrawn("ellipse", lambda o: turned_of(o, 0.5)),
    "polygon": fruit,
    "polyline": lambda: redrawn("polyline", lambda o: o[: len(o) // 2 + 1].ravel().tolist()),
    "point": lambda: redrawn("point", lambda o: o.mean(axis=0).tolist()),
    "skeleton": people,
}


@cache
def world(kind: str) -> tuple[list[Scene], list[list[Answer]], list[Consensus]]:
    scenes = SCENES[kind]()
    hands, numbers = crew(PEOPLE, random.Random(3)), np.random.default_rng(3)
    classes = sorted({s["class"] for scene in scenes for s in scene.shapes})
    tasks = [
        [
            parse_answer(
                submission=f"u{r}", annotator=r, skill=0.85, payload=look(scene, hand, numbers, classes)
            )
            for r, hand in enumerate(hands)
        ]
        for scene in scenes
    ]
    spec, crowd = parse_spec({"classes": [{"key": c} for c in classes]}), estimate_crowd(tasks=tasks)
    found = [
        conclude(answers=answers, spec=spec, size=scene.size, crowd=crowd)
        for answers, scene in zip(tasks, scenes, strict=True)
    ]
    return scenes, tasks, found


def score(scenes: list[Scene], drawn: list[list[Shape]]) -> tuple[float, float]:
    """F1 of shapes of the right class at similarity 0.5, and the mean similarity, an unmatched shape 0."""
    hits = shapes = objects = 0
    likeness = 0.0
    for scene, mine in zip(scenes, drawn, strict=True):
        truth = as_shapes(scene)
        pairs = match_shapes(truth, mine, size=scene.size)
        hits += sum(value >= 0.5 and truth[i].label == mine[j].label for i, j, value in pairs)
        shapes += len(truth) + len(mine)
        objects += len(truth) + len(mine) - len(pairs)
        likeness += sum(value for *_, value in pairs)
    return 2 * hits / shapes, likeness / objects


@pytest.mark.parametrize("kind", SCENES)
def test_the_consensus_beats_the_best_person(kind: str) -> None:
    scenes, tasks, found = world(kind)
    alone = [score(scenes, [list(answers[r].shapes) for answers in tasks]) for r in range(PEOPLE)]
    together = score(scenes, [[shape.drawn() for shape in c.shapes] for c in found])
    print(f"{kind}: together {together}, alone {alone}")
    best = max(f1 for f1, _ in alone)
    # Of a few persons the best one may have missed nobody.
    assert together[0] > best or together[0] == best == 1.0
    assert together[1] > max(likeness for _, likeness in alone)


@pytest.mark.parametrize("kind", SCENES)
def test_the_stated_similarity_is_near_the_true_one(kind: str) -> None:
    scenes, _, found = world(kind)
    stated = [shape.expected_iou for c in found for shape in c.shapes]
    true = [
        value
        for scene, c in zip(scenes, found, strict=True)
        for *_, value in match_shapes(as_shapes(scene), [s.drawn() for s in c.shapes], size=scene.size)
    ]
    assert np.mean(stated) == pytest.approx(np.mean(true), abs=0.1)


@pytest.mark.parametrize("kind", SCENES)
def test_neither_the_order_of_people_nor_the_company_of_other_images_changes_a_byte(kind: str) -> None:
    _, tasks, found = world(kind)
    spec = parse_spec({"classes": [{"key": key} for key in sorted({s.label for s in found[0].shapes})]})
    alone = [conclude(answers=answers[::-1], spec=spec, size=SIZE).json() for answers in tasks]
    together = conclude_many([Asked(answers, spec, SIZE) for answers in tasks])
    assert [consensus.json() for consensus in together] == alone


def given(r: int, *shapes: dict[str, Any], skill: float = 0.85) -> Answer:
    numbered = [{"id": f"s{i}", "class": "cat", "attributes": {}, **s} for i, s in enumerate(shapes)]
    return parse_answer(submission=f"u{r}", annotator=r, skill=skill, payload={"shapes": numbered})


CATS = parse_spec({"classes": [{"key": "cat"}, {"key": "dog"}]})


def test_a_rotated_box_written_four_ways_is_one_box() -> None:
    written = [[100, 80, 60, 20, 30], [100, 80, 20, 60, 120], [100, 80, 60, 20, 210], [100, 80, 60, 20, 30]]
    answers = [given(r, {"type": "rotated_box", "rotated_box": v}) for r, v in enumerate(written)]
    (found,) = conclude(answers=answers, spec=CATS, size=SIZE).shapes
    assert found.geometry == pytest.approx([100, 80, 60, 20, 30], abs=0.1)
    assert len(found.agreed) == 4


def test_a_round_ellipse_has_no_angle_to_quarrel_about() -> None:
    answers = [
        given(r, {"type": "ellipse", "ellipse": [100, 80, 30, 30 - r * 0.1, angle]})
        for r, angle in enumerate((0, 45, 90))
    ]
    (found,) = conclude(answers=answers, spec=CATS, size=SIZE).shapes
    assert found.geometry[2:4] == pytest.approx([30, 30], abs=0.3)
    assert found.expected_iou > 0.9


def test_a_line_may_be_drawn_from_either_end() -> None:
    lines = [[0, 0, 50, 1, 100, 0], [100, 2, 0, 2], [0, -2, 40, -1, 100, -2]]
    answers = [given(r, {"type": "polyline", "polyline": line}) for r, line in enumerate(lines)]
    (found,) = conclude(answers=answers, spec=CATS, size=SIZE).shapes
    points = np.array(found.geometry).reshape(-1, 2)
    assert sorted((points[0, 0], points[-1, 0])) == pytest.approx([0, 100], abs=1)
    assert np.abs(points[:, 1]).max() < 1.5


def test_a_hole_that_most_people_drew_is_in_the_polygon_and_one_that_one_drew_is_not() -> None:
    outer = [10, 10, 210, 10, 210, 210, 10, 210]
    hole, other = [60, 60, 60, 120, 120, 120, 120, 60], [150, 150, 150, 180, 180, 180, 180, 150]
    rings = [[outer, hole], [outer, hole, other], [outer]]
    answers = [given(r, {"type": "polygon", "polygon": drawn}) for r, drawn in enumerate(rings)]
    (found,) = conclude(answers=answers, spec=CATS, size=SIZE).shapes
    assert len(found.geometry) == 2
    assert np.array(found.geometry[1]).reshape(-1, 2).mean(axis=0) == pytest.approx([90, 90], abs=2)


def test_a_keypoint_is_voted_and_a_slip_does_not_move_it() -> None:
    poses = [[50, 50, 2, 80, 80, 1], [51, 50, 2, 81, 80, 1], [49, 51, 2, 0, 0, 0], [200, 190, 2, 80, 81, 2]]
    answers = [given(r, {"type": "skeleton", "skeleton": pose}) for r, pose in enumerate(poses[:3])]
    slip = given(3, {"type": "skeleton", "skeleton": [120, 50, 2, 80, 81, 1]})
    (found, *_) = conclude(answers=[*answers, slip], spec=CATS, size=SIZE).shapes
    assert found.geometry[:2] == pytest.approx([50, 50], abs=2)
    assert found.geometry[5] == 1


DRAWN: dict[str, Any] = {
    "box": [10.0, 10.0, 30.0, 40.0],
    "rotated_box": [60.0, 60.0, 30.0, 20.0, 45.0],
    "ellipse": [60.0, 60.0, 30.0, 20.0, 45.0],
    "polygon": [[10.0, 10.0, 50.0, 10.0, 30.0, 50.0]],
    "polyline": [10.0, 10.0, 50.0, 10.0],
    "point": [10.0, 10.0],
    "skeleton": [10.0, 10.0, 2, 90.0, 80.0, 1, 0.0, 0.0, 0],
    "mask": pack_mask(np.eye(12, 16) + np.eye(12, 16, 1) > 0),
    "track": [[0, 10.0, 10.0, 30.0, 40.0], [1, 25.0, 10.0, 30.0, 40.0], [7, 12.0, 10.0, 30.0, 40.0]],
}
# The same some way off, but near enough to be the same object.
OFF: dict[str, Any] = {
    "box": [14.0, 13.0, 32.0, 38.0],
    "rotated_box": [63.0, 61.0, 28.0, 22.0, 40.0],
    "ellipse": [63.0, 61.0, 28.0, 22.0, 40.0],
    "polygon": [[13.0, 11.0, 52.0, 12.0, 31.0, 47.0]],
    "polyline": [10.0, 12.0, 50.0, 12.0],
    "point": [12.0, 11.0],
    "skeleton": [12.0, 11.0, 2, 91.0, 82.0, 1, 0.0, 0.0, 0],
    "mask": pack_mask(np.eye(12, 16) + np.eye(12, 16, 1) + np.eye(12, 16, 2) > 0),
    "track": [[0, 13.0, 12.0, 30.0, 42.0], [1, 27.0, 12.0, 30.0, 40.0], [7, 15.0, 12.0, 30.0, 40.0]],
}


def likeness_to(truth: Any, shape: Any, kind: str) -> float:
    true = given(0, {"type": kind, kind: truth}).shapes
    pairs = match_shapes(true, [shape.drawn()], size=SIZE)
    return pairs[0][2] if pairs else 0.0


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_copy_of_who_draws_the_truth_never_lowers_confidence_in_it(kind: str) -> None:
    truth, off = DRAWN[kind], OFF[kind]
    drawn = [truth, off, truth]
    answers = [given(r, {"type": kind, kind: one}) for r, one in enumerate(drawn)]
    (before,) = conclude(answers=answers[:2], spec=CATS, size=SIZE).shapes
    (after,) = conclude(answers=answers, spec=CATS, size=SIZE).shapes
    assert after.existence >= before.existence
    assert after.class_confidence >= before.class_confidence
    assert likeness_to(truth, after, kind) >= likeness_to(truth, before, kind) - 1e-6


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_number_that_is_none_is_refused(kind: str) -> None:
    def spoilt(value: Any) -> Any:
        if isinstance(value, list):
            return [*value[:-1], spoilt(value[-1])]
        return {"size": [12, float("nan")]} if isinstance(value, dict) else float("nan")

    with pytest.raises(ValueError, match="shapes"):
        given(1, {"type": kind, kind: spoilt(DRAWN[kind])})


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_one_answer_alone_stands_as_it_was_drawn(kind: str) -> None:
    drawn = DRAWN[kind]
    answer = given(1, {"type": kind, kind: drawn})
    (found,) = conclude(answers=[answer], spec=CATS, size=SIZE).shapes
    assert found.geometry == drawn
    verdict = {"tags": {}, "shapes": [{"id": "v", "class": "cat", "type": kind, kind: drawn}]}
    judged = judge(payload=verdict, answers=[answer], spec=CATS)
    assert judged.agreement == {"u1": 1.0}
    assert judged.payload()["shapes"][0][kind] == drawn


def test_kinds_do_not_mix_and_everyone_apart_is_no_error() -> None:
    answers = [
        given(0, {"type": "box", "box": [10, 10, 50, 50]}),
        given(1, {"type": "polygon", "polygon": [[10, 10, 60, 10, 60, 60, 10, 60]]}),
        given(2),
    ]
    consensus = conclude(answers=answers, spec=CATS, size=SIZE)
    assert sorted(shape.kind for shape in (*consensus.shapes, *consensus.rejected)) == ["box", "polygon"]


def test_parents_groups_and_occlusion_stand_where_most_people_said_so() -> None:
    def scene(r: int, *, parent: bool, group: bool, occluded: bool) -> Answer:
        car: dict[str, Any] = {"type": "box", "box": [10, 10, 200, 100]}
        wheel: dict[str, Any] = {"type": "box", "box": [30, 80, 30, 30]}
        if parent:
            wheel["parent"] = "s0"
        if group:
            car["group"] = wheel["group"] = 4
        if occluded:
            wheel["occluded"] = True
        return given(r, car, wheel)

    answers = [
        scene(0, parent=True, group=True, occluded=True),
        scene(1, parent=True, group=True, occluded=True),
        scene(2, parent=False, group=False, occluded=False),
    ]
    car, wheel = conclude(answers=answers, spec=CATS, size=SIZE).payload()["shapes"]
    assert wheel["parent"] == car["id"]
    assert wheel["group"] == car["group"] == 1
    assert wheel["occluded"] is True
    assert "occluded" not in car

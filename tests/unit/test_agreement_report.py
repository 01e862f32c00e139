"""What is said of a sample's agreement: questions, objects, people, pairs, sites, days."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from review.agreement.pairs import pair_up
from review.agreement.report import Sample, SampledTask, report
from review.consensus import Answer, parse_answer, parse_spec
from review.consensus.crowd import UNKNOWN_CROWD
from review.consensus.lots import Case

SPEC = parse_spec(
    {
        "classes": [{"key": "cat"}, {"key": "dog"}],
        "tags": [
            {"key": "scene", "kind": "single", "options": [{"key": "in"}, {"key": "out"}]},
            {
                "key": "size",
                "kind": "single",
                "ordered": True,
                "options": [{"key": "s"}, {"key": "m"}, {"key": "l"}],
            },
            {"key": "count", "kind": "number"},
        ],
    }
)


def given(person: int, task: int, tags: dict[str, Any], boxes: list[tuple[str, list[float]]]) -> Answer:
    shapes = [
        {"id": str(i), "class": label, "type": "box", "box": box, "attributes": {}}
        for i, (label, box) in enumerate(boxes)
    ]
    payload = {"tags": tags, "shapes": shapes}
    return parse_answer(submission=f"{task}-{person}", annotator=person, skill=0.8, payload=payload)


def sample(tasks: int = 40) -> Sample:
    """Persons 1 and 2 agree; person 3 says the opposite scene and draws elsewhere, from another site."""
    rng, found = random.Random(3), []
    for task in range(tasks):
        scene, size = rng.choice(["in", "out"]), rng.choice(["s", "m", "l"])
        x = rng.uniform(0, 500)
        alike = {"scene": scene, "size": size, "count": task}
        other = {"scene": "out" if scene == "in" else "in", "size": "m", "count": task + 1}
        answers = (
            given(1, task, alike, [("cat", [x, 10, 100, 100])]),
            given(2, task, alike, [("dog" if task % 4 == 0 else "cat", [x + 5, 10, 100, 100])]),
            given(3, task, other, [("cat", [x, 300, 100, 100])]),
        )
        tag = {"value": scene, "confidence": 0.9}
        agreement = {f"{task}-1": 1.0, f"{task}-2": 1.0, f"{task}-3": 0.0}
        settled = {"tags": {"scene": tag}, "shapes": [], "agreement": agreement}
        day = date(2026, 11, 1 + task % 2)
        found.append(SampledTask(task=100 + task, answers=answers, settled=settled, day=day, size=(640, 480)))
    return Sample(spec=SPEC, tasks=found, sites={1: "Guiyang", 2: "Guiyang", 3: "Datong"})


def test_each_question_is_measured_on_its_own_scale() -> None:
    questions = {one["key"]: one for one in report(sample())["questions"]}
    assert [questions[key]["scale"] for key in ("scene", "size", "count")] == [
        "nominal",
        "ordinal",
        "interval",
    ]
    assert -0.5 < questions["scene"]["alpha"]["value"] < 0.0
    assert questions["size"]["alpha"]["value"] > 0.2
    assert questions["count"]["alpha"]["value"] > 0.99
    for one in questions.values():
        assert one["alpha"]["low"] <= one["alpha"]["value"] <= one["alpha"]["high"]


def test_a_cell_of_the_confusion_leads_to_its_tasks() -> None:
    (scene, *_) = report(sample())["questions"]
    cells = {(cell["row"], cell["column"]): cell for cell in scene["confusion"]}
    wrong = cells["in", "out"]
    assert cells["in", "in"]["count"] == 2 * wrong["count"]
    assert len(wrong["tasks"]) == wrong["count"]
    assert wrong["tasks"] == sorted(wrong["tasks"], reverse=True)
    assert all(task >= 100 for task in wrong["tasks"])


def test_objects_are_compared_two_people_at_a_time() -> None:
    shapes = report(sample())["shapes"]
    assert shapes["mean_iou"]["value"] == pytest.approx((95 / 105) / 3, abs=0.001)
    assert shapes["f1_50"]["value"] == pytest.approx(1 / 3, abs=0.001)
    assert 0.25 < shapes["alpha"]["value"] < 0.4
    by_class = {one["key"]: one for one in shapes["classes"]}
    assert by_class["cat"]["shapes"] > by_class["dog"]["shapes"]
    assert by_class["dog"]["f1_50"]["value"] == 0.0
    assert {(cell["row"], cell["column"]): cell["count"] for cell in shapes["confusion"]} == {
        ("cat", "cat"): 30,
        ("cat", "dog"): 10,
    }


def test_who_stands_apart_shows_in_people_pairs_and_sites() -> None:
    found = report(sample())
    people = {one["person"]: one for one in found["people"]}
    assert people[1]["kappa"]["value"] > people[3]["kappa"]["value"]
    assert people[3]["settled"]["value"] == 0.0
    assert people[1]["f1_50"]["value"] == pytest.approx(0.5)
    pairs = {tuple(one["people"]): one for one in found["pairs"]}
    assert pairs[1, 2]["kappa"]["value"] == 1.0
    assert pairs[1, 2]["tasks"] == 40
    assert pairs[1, 3]["kappa"]["value"] < 0
    assert [one["key"] for one in found["sites"]] == ["Datong", "Guiyang"]
    assert [one["key"] for one in found["days"]] == ["2026-11-01", "2026-11-02"]


def test_nothing_is_made_of_nothing() -> None:
    empty = report(Sample(spec=SPEC, tasks=[], sites={}))
    assert (empty["tasks"], empty["questions"], empty["shapes"], empty["people"]) == (0, [], None, [])


def test_matching_keeps_to_one_object_for_one() -> None:
    one = given(1, 0, {}, [("cat", [0, 0, 10, 10]), ("cat", [8, 0, 10, 10])])
    two = given(2, 0, {}, [("cat", [1, 0, 10, 10])])
    (pair,) = pair_up([Case(answers=(one, two), spec=SPEC, crowd=UNKNOWN_CROWD, size=(100, 100))])
    assert [round(iou, 2) for iou, _, _ in pair.matches] == [0.82]
    assert pair.f1(0.5) == pytest.approx(2 / 3)
    assert pair.mean_iou() == pytest.approx(9 / 11 / 2)
    (none,) = pair_up([Case((given(1, 0, {}, []), given(2, 0, {}, [])), SPEC, UNKNOWN_CROWD, (9, 9))])
    assert (none.f1(0.5), none.mean_iou()) == (1.0, 1.0)

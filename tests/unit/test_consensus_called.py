"""Which class an object has, by what a full pass knows of how people name and overlook."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest

from review.consensus import UNKNOWN_CROWD, Answer, Crowd, conclude, parse_spec
from review.consensus.called import MISSED, QUESTION, called, class_habits
from review.consensus.habits import Habits
from tests.unit.consensus_cases import answer, shape

CLASSES = ("cat", "lynx", "bird")
SPEC = parse_spec({"classes": [{"key": key, "geometries": ["box"]} for key in CLASSES], "tags": []})
BOX = (100.0, 100.0, 80.0, 60.0)
# Person 1 knows all; 2 and 3 take most lynxes for cats; 4 overlooks two birds in three, and nothing else.
NAMES = {1: {}, 2: {"lynx": ("cat", 0.8)}, 3: {"lynx": ("cat", 0.8)}, 4: {"bird": ("", 0.67)}}


def said(person: int, truth: str, rng: random.Random) -> str:
    other, chance = NAMES[person].get(truth, ("", 0.0))
    return other if rng.random() < chance else truth


SKILLS = {1: 0.9, 2: 0.8, 3: 0.8}


def scene(names: dict[int, str]) -> list[Answer]:
    return [
        answer(person, *([shape(BOX, name)] if name else []), skill=SKILLS.get(person, 0.85))
        for person, name in names.items()
    ]


def scenes(count: int = 400, seed: int = 3) -> tuple[list[list[Answer]], list[str]]:
    rng = random.Random(seed)
    truth = [rng.choice(CLASSES) for _ in range(count)]
    return [scene({person: said(person, name, rng) for person in NAMES}) for name in truth], truth


def learned(tasks: Sequence[Sequence[Answer]]) -> Habits:
    return class_habits(called(tasks, classes=CLASSES), classes=CLASSES)


def crowd(habits: Habits | None = None) -> Crowd:
    return Crowd(habits={QUESTION: habits or learned(scenes()[0])})


def label(names: dict[int, str], crowd: Crowd = UNKNOWN_CROWD) -> str:
    return conclude(answers=scene(names), spec=SPEC, crowd=crowd).shapes[0].label


def test_planted_ways_of_naming_and_of_overlooking_are_found() -> None:
    habits = learned(scenes()[0])
    assert habits.options == (*CLASSES, MISSED)
    cat, lynx, bird, missed = range(4)
    rows = {person: np.array(habits.people[person]) for person in NAMES}
    assert rows[1][lynx, lynx] > 0.85
    assert rows[2][lynx, cat] == pytest.approx(0.8, abs=0.15)
    assert rows[4][bird, missed] == pytest.approx(0.67, abs=0.12)
    assert rows[4][cat, missed] < 0.1


def test_one_who_knows_lynxes_stands_against_two_who_do_not() -> None:
    names = {1: "lynx", 2: "cat", 3: "cat"}
    assert label(names) == "cat"
    assert label(names, crowd()) == "lynx"


def test_who_overlooks_birds_says_bird_by_overlooking() -> None:
    names = {1: "bird", 2: "cat", 4: ""}
    seen = conclude(answers=scene({1: "bird", 2: "cat"}), spec=SPEC, crowd=crowd()).shapes[0]
    missed = conclude(answers=scene(names), spec=SPEC, crowd=crowd()).shapes[0]
    assert missed.label == "bird"
    assert seen.label != "bird" or missed.class_confidence > seen.class_confidence


def test_over_a_crowd_it_is_right_more_often_than_the_vote() -> None:
    """Of three people two take lynxes for cats."""
    tasks, truth = scenes(seed=8)
    tasks = [[one for one in task if one.annotator < 4] for task in tasks]
    known = crowd()
    by_habits = [conclude(answers=task, spec=SPEC, crowd=known).shapes[0].label for task in tasks]
    by_vote = [conclude(answers=task, spec=SPEC).shapes[0].label for task in tasks]
    right, voted = (
        np.mean([a == b for a, b in zip(found, truth, strict=True)]) for found in (by_habits, by_vote)
    )
    assert right > voted + 0.05


def test_neither_the_order_of_people_nor_of_tasks_changes_a_bit() -> None:
    tasks, _ = scenes(60)
    habits = learned(tasks)
    assert learned([task[::-1] for task in tasks]) == habits
    again = learned(tasks[::-1])
    assert np.array(again.crowd) == pytest.approx(np.array(habits.crowd), abs=1e-3)
    answers = scene({1: "lynx", 2: "cat", 3: "cat", 4: ""})
    known = crowd(habits)
    first = conclude(answers=answers, spec=SPEC, crowd=known).payload()
    assert conclude(answers=answers[::-1], spec=SPEC, crowd=known).payload() == first


def test_a_copy_of_one_who_is_always_right_never_lowers_confidence_in_the_truth() -> None:
    known = crowd()
    for names in ({1: "lynx"}, {1: "bird", 2: "cat"}, {1: "cat", 4: ""}):
        before = conclude(answers=scene(names), spec=SPEC, crowd=known).shapes[0]
        copy = Crowd(habits={QUESTION: copied(known.habits[QUESTION])})
        after = conclude(answers=scene({**names, 9: names[1]}), spec=SPEC, crowd=copy).shapes[0]
        assert after.label == names[1]
        assert before.label != names[1] or after.class_confidence >= before.class_confidence - 1e-9


def copied(habits: Habits) -> Habits:
    return Habits(
        habits.options, habits.prior, habits.crowd, habits.rho, {**habits.people, 9: habits.people[1]}
    )


def test_a_class_the_pass_did_not_know_is_voted_on_plainly() -> None:
    names = {1: "dog", 2: "dog", 3: "cat"}
    assert label(names, crowd()) == "dog"


def test_nothing_is_known_of_tasks_that_nobody_shares() -> None:
    assert not len(called([], classes=CLASSES).label)
    assert not len(called([scene({1: "cat"})], classes=CLASSES).label)

"""Signs of copying and of answering without looking; and honest people, who show none."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from review.signals import Given, Sign, signs_of

ME, OTHER, THIRD = 1, 2, 3
TASKS = range(40)


def boxes(*corners: tuple[float, float], label: str = "cat") -> dict[str, Any]:
    shapes = [
        {"id": f"s{i}", "class": label, "type": "box", "box": [x, y, 50.0, 40.0]}
        for i, (x, y) in enumerate(corners)
    ]
    return {"tags": {}, "shapes": shapes}


def honest(person: int, seed: int) -> list[Given]:
    """Everybody draws the same objects, each with a hand of their own."""
    hand = Random(seed)
    return [
        Given(task, person, 8000 + hand.randrange(4000), boxes((10 * task + hand.gauss(0, 2), 30.0)), 0.9)
        for task in TASKS
    ]


def kinds(own: list[Given], *others: list[Given]) -> list[str]:
    return [sign.kind for sign in signs_of(own=own, others=[g for one in others for g in one])]


def changed(answers: list[Given], **fields: Any) -> list[Given]:
    return [replace(given, **fields) for given in answers]


def test_honest_people_show_no_sign() -> None:
    assert kinds(honest(ME, 1), honest(OTHER, 2), honest(THIRD, 3)) == []


def test_answers_drawn_exactly_alike_are_copies_and_name_their_source() -> None:
    copied = changed(honest(OTHER, 2), person=ME)
    (sign,) = signs_of(own=copied, others=[*honest(OTHER, 2), *honest(THIRD, 3)])
    assert sign == Sign("copies", {"person": OTHER, "count": 40})


def test_a_draft_that_both_took_over_is_no_copy() -> None:
    own = changed(honest(OTHER, 2), person=ME, as_drafted=True)
    assert kinds(own, changed(honest(OTHER, 2), as_drafted=True)) == []


def test_two_empty_images_are_no_copies() -> None:
    empty = [Given(task, ME, 9000, boxes()) for task in TASKS]
    assert kinds(empty, changed(empty, person=OTHER)) == []


def test_who_takes_a_fraction_of_the_others_time_is_too_quick() -> None:
    assert kinds(changed(honest(ME, 1), active_ms=900), honest(OTHER, 2)) == ["quick"]
    assert kinds(changed(honest(ME, 1), active_ms=4000), honest(OTHER, 2)) == []


def test_boxes_that_agree_with_nothing_are_random() -> None:
    assert kinds(changed(honest(ME, 1), agreement=0.05), honest(OTHER, 2)) == ["random"]
    assert kinds(changed(honest(ME, 1)[:10], agreement=0.05), honest(OTHER, 2)) == []


def test_always_the_same_choice_is_a_sign_only_where_others_vary() -> None:
    def tagged(person: int, values: list[str]) -> list[Given]:
        return [
            Given(task, person, 9000, {"tags": {"light": values[task % len(values)]}, "shapes": []})
            for task in TASKS
        ]

    assert kinds(tagged(ME, ["day"]), tagged(OTHER, ["day", "night"])) == ["same"]
    assert kinds(tagged(ME, ["day"]), tagged(OTHER, ["day"])) == []
    assert kinds(tagged(ME, ["day", "night"]), tagged(OTHER, ["day", "night"])) == []


def test_few_answers_prove_nothing() -> None:
    assert kinds(changed(honest(ME, 1)[:5], active_ms=100), honest(OTHER, 2)) == []


def test_the_order_of_answers_changes_nothing() -> None:
    own, others = changed(honest(OTHER, 2), person=ME, active_ms=500), [*honest(OTHER, 2), *honest(THIRD, 3)]
    assert signs_of(own=own, others=others) == signs_of(own=own[::-1], others=others[::-1])

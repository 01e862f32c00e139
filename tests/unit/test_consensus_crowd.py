"""The crowd's habits, planted in a simulation, are found again from the answers alone."""

from __future__ import annotations

import random

import numpy as np
import pytest

from review.agreement import mean_iou
from review.consensus import UNKNOWN_CROWD, Answer, conclude, estimate_crowd
from tests.unit.consensus_cases import BOXES_ONLY, answer, shape

HITS = (0.98, 0.95, 0.9, 0.75, 0.95)
BIAS = (0.0, 0.0, 0.0, 0.0, 0.15)  # the last draws the left edge too far right
SPREAD = (0.02, 0.03, 0.03, 0.12, 0.03)  # the fourth is careless
INVENTED = 0.1
IMAGES = 250


def simulated(rng: random.Random) -> tuple[list[list[list[float]]], list[list[Answer]]]:
    """True boxes and answers by image: four objects in the quarters of 800 x 800 pixels."""
    truth = [
        [[x + rng.uniform(20, 120), y + rng.uniform(20, 120), rng.uniform(60, 200), rng.uniform(60, 200)]
         for x in (0, 400) for y in (0, 400)]
        for _ in range(IMAGES)
    ]  # fmt: skip
    return truth, [[_look(r, boxes, rng) for r in range(len(HITS))] for boxes in truth]


def _look(r: int, boxes: list[list[float]], rng: random.Random) -> Answer:
    drawn = []
    for x, y, width, height in boxes:
        if rng.random() < HITS[r]:
            x1, x2 = (x + width * rng.gauss(BIAS[r], SPREAD[r]), x + width * (1 + rng.gauss(0, SPREAD[r])))
            y1, y2 = (edge + height * rng.gauss(0, SPREAD[r]) for edge in (y, y + height))
            drawn.append(shape((x1, y1, max(x2 - x1, 1), max(y2 - y1, 1))))
    if rng.random() < INVENTED:
        drawn.append(shape((rng.uniform(900, 2000), rng.uniform(900, 2000), 50, 50)))
    return answer(r, *drawn)


@pytest.fixture(scope="module")
def world() -> tuple[list[list[list[float]]], list[list[Answer]]]:
    return simulated(random.Random(5))


def corners(boxes: list[list[float]]) -> np.ndarray:
    array = np.array(boxes, dtype=float).reshape(-1, 4)
    array[:, 2:] += array[:, :2]
    return array


def test_planted_habits_are_recovered(world: tuple[list[list[list[float]]], list[list[Answer]]]) -> None:
    crowd = estimate_crowd(tasks=world[1])
    profiles = [crowd.profiles[r] for r in range(len(HITS))]
    assert max(range(5), key=lambda r: profiles[r].spread[0]) == 3
    assert profiles[3].spread[2] == pytest.approx(SPREAD[3], rel=0.25)
    assert min(range(5), key=lambda r: profiles[r].hits[2]) == 3
    others = np.mean([profiles[r].bias[0] for r in range(4)])
    # A bias all people share cannot be seen; what can is how one differs from the others.
    assert profiles[4].bias[0] - others == pytest.approx(BIAS[4], abs=0.04)


def test_consensus_beats_the_best_person_and_a_known_crowd_beats_an_unknown(
    world: tuple[list[list[list[float]]], list[list[Answer]]],
) -> None:
    truth, tasks = world
    alone = [
        np.mean(
            [
                mean_iou(corners([list(s.box) for s in answers[r].shapes]), corners(boxes))
                for answers, boxes in zip(tasks, truth, strict=True)
            ]
        )
        for r in range(len(HITS))
    ]
    unknown, known = (
        np.mean(
            [
                mean_iou(
                    corners([list(s.box) for s in conclude(answers=a, spec=BOXES_ONLY, crowd=crowd).shapes]),
                    corners(boxes),
                )
                for a, boxes in zip(tasks, truth, strict=True)
            ]
        )
        for crowd in (UNKNOWN_CROWD, estimate_crowd(tasks=tasks))
    )
    print(f"mean IoU: people {np.round(alone, 3)}, unknown crowd {unknown:.3f}, known {known:.3f}")
    assert max(alone) < unknown < known


def test_a_pass_over_nothing_leaves_what_was_believed() -> None:
    assert estimate_crowd(tasks=[]) == UNKNOWN_CROWD
    assert estimate_crowd(tasks=[[answer(1), answer(2)]]) == UNKNOWN_CROWD


def test_the_order_of_answers_does_not_move_the_estimate(
    world: tuple[list[list[list[float]]], list[list[Answer]]],
) -> None:
    tasks = world[1][:40]
    assert estimate_crowd(tasks=tasks) == estimate_crowd(tasks=[answers[::-1] for answers in tasks])

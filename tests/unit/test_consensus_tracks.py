"""Tracks of several people in one clip become one: the same objects, in the same frames, on one course."""

from __future__ import annotations

import math
import random
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from review.consensus import Answer, conclude, parse_answer, parse_spec
from review.consensus.kinds.track import _tube, in_view, smooth, tube_iou

SPEC = parse_spec({"classes": [{"key": "car"}, {"key": "dog"}], "tags": []})
SIZE = (640.0, 360.0)
Course = dict[int, list[float]]


def course(
    start: tuple[float, float], speed: tuple[float, float], frames: range, bend: float = 0.0
) -> Course:
    """A box of 60 x 40 on its way, by frame."""
    return {
        t: [start[0] + speed[0] * t, start[1] + speed[1] * t + bend * math.sin(t / 9.0), 60.0, 40.0]
        for t in frames
    }


def drawn(course: Course, rng: random.Random, *, shake: float = 3.0, forgets: float = 0.05) -> Course:
    return {
        t: [side + rng.gauss(0, shake) for side in box] for t, box in course.items() if rng.random() > forgets
    }


def given(person: int, *courses: Course, label: str = "car") -> Answer:
    tracks = [[[t, *box] for t, box in sorted(one.items())] for one in courses]
    shapes = [{"id": f"s{i}", "class": label, "type": "track", "track": one} for i, one in enumerate(tracks)]
    return parse_answer(
        submission=f"u{person}", annotator=person, skill=0.85, payload={"tags": {}, "shapes": shapes}
    )


def tube(course: Course) -> Any:
    return _tube([[t, *box] for t, box in sorted(course.items())])


def found(*answers: Answer) -> list[Course]:
    shapes = conclude(answers=answers, spec=SPEC, size=SIZE).shapes
    return [{int(t): box for t, *box in shape.geometry} for shape in shapes]


def error(one: Course, truth: Course) -> float:
    return float(np.mean([np.abs(np.array(one[t]) - truth[t]).mean() for t in set(one) & set(truth)]))


def test_similarity_is_shared_volume_over_joint_volume() -> None:
    a = {0: [0.0, 0.0, 10.0, 10.0], 1: [0.0, 0.0, 10.0, 10.0]}
    b = {1: [5.0, 0.0, 10.0, 10.0], 2: [5.0, 0.0, 10.0, 10.0]}
    assert tube_iou(tube(a), tube(b)) == pytest.approx(50 / 350)
    assert tube_iou(tube(a), tube(a)) == 1.0
    assert tube_iou(tube({0: a[0]}), tube({1: a[1]})) == 0.0


def test_planted_courses_are_found_better_than_the_best_hand_draws_them() -> None:
    rng = random.Random(1)
    truth = [course((20, 40), (4, 0.5), range(60), bend=15), course((500, 250), (-5, -1), range(20, 80))]
    answers = [given(r, *(drawn(one, rng) for one in truth)) for r in range(4)]
    merged = found(*answers)
    assert len(merged) == 2
    for one in truth:
        mine = max(merged, key=lambda m: tube_iou(tube(m), tube(one)))
        hands = [{int(t): list(box) for t, *box in s.track or ()} for a in answers for s in a.shapes]
        best = max(tube_iou(tube(hand), tube(one)) for hand in hands)
        assert tube_iou(tube(mine), tube(one)) > max(best, 0.9)


def test_who_cross_paths_do_not_change_bodies() -> None:
    rng = random.Random(2)
    truth = [course((20, 150), (5, 0), range(80)), course((420, 150), (-5, 0), range(80))]
    merged = found(*(given(r, *(drawn(one, rng) for one in truth)) for r in range(3)))
    assert len(merged) == 2
    for one in merged:
        steps = [b[0] - a[0] for a, b in pairwise([one[t] for t in sorted(one)])]
        assert np.median(steps) == pytest.approx(5, abs=0.5) or np.median(steps) == pytest.approx(-5, abs=0.5)
        assert min(np.sign(steps).mean(), -np.sign(steps).mean()) < -0.9  # always the same way


def test_a_forgotten_frame_does_not_tear_a_track_and_a_tail_does_not_lengthen_it() -> None:
    rng = random.Random(3)
    truth = course((20, 40), (4, 0), range(10, 50))
    hands = [drawn(truth, rng, forgets=0.0) for _ in range(3)]
    del hands[0][30], hands[1][31]
    hands[2] |= {t: [20.0 + 4 * t, 40.0, 60.0, 40.0] for t in range(50, 65)}
    (merged,) = found(*(given(r, hand) for r, hand in enumerate(hands)))
    assert set(range(10, 50)) <= set(merged)
    assert max(merged) < 53


def test_who_left_the_view_and_came_back_is_out_of_view_between() -> None:
    rng = random.Random(4)
    truth = course((20, 40), (2, 0), range(20)) | course((20, 200), (2, 0), range(60, 80))
    (merged,) = found(*(given(r, drawn(truth, rng, forgets=0.0)) for r in range(3)))
    assert set(merged) == set(truth)
    assert error(merged, truth) < 3  # the two courses are not drawn together


def test_the_course_is_calmer_than_the_mean_of_the_hands() -> None:
    rng = random.Random(5)
    truth = course((20, 40), (4, 1), range(80), bend=10)
    hands = [drawn(truth, rng, forgets=0.0) for _ in range(3)]
    (merged,) = found(*(given(r, hand) for r, hand in enumerate(hands)))
    mean = {t: np.mean([hand[t] for hand in hands], axis=0).tolist() for t in truth}
    assert error(merged, truth) < 0.95 * error(mean, truth)


def test_a_slip_in_one_frame_does_not_move_the_track() -> None:
    rng = random.Random(6)
    truth = course((20, 40), (4, 0), range(40))
    hands = [drawn(truth, rng, forgets=0.0) for _ in range(3)]
    hands[1][20] = [400.0, 300.0, 60.0, 40.0]
    (merged,) = found(*(given(r, hand) for r, hand in enumerate(hands)))
    assert np.abs(np.array(merged[20]) - truth[20]).max() < 10


def test_the_order_of_people_and_of_their_tracks_changes_nothing() -> None:
    rng = random.Random(7)
    truth = [course((20, 40), (4, 0), range(30)), course((300, 40), (0, 5), range(40))]
    hands = [[drawn(one, rng) for one in truth] for _ in range(3)]
    straight = found(*(given(r, *hand) for r, hand in enumerate(hands)))
    turned = found(*(given(r, *hand[::-1]) for r, hand in reversed(list(enumerate(hands)))))
    assert straight == turned


def test_one_more_who_draws_perfectly_brings_the_track_no_further_from_the_truth() -> None:
    rng = random.Random(8)
    truth = course((20, 40), (4, 0), range(40))
    hands = [drawn(truth, rng), truth]
    before = conclude(answers=[given(r, h) for r, h in enumerate(hands)], spec=SPEC, size=SIZE).shapes[0]
    hands.append(truth)
    after = conclude(answers=[given(r, h) for r, h in enumerate(hands)], spec=SPEC, size=SIZE).shapes[0]
    near = [tube_iou(_tube(shape.geometry), tube(truth)) for shape in (before, after)]
    assert near[1] >= near[0]
    assert after.existence >= before.existence


def test_everyone_elsewhere_is_no_error() -> None:
    answers = [given(r, course((20 + 150 * r, 40), (1, 0), range(5))) for r in range(3)]
    consensus = conclude(answers=answers, spec=SPEC, size=SIZE)
    assert len(consensus.shapes) + len(consensus.rejected) == 3


@pytest.mark.parametrize(
    "track",
    [
        [],
        [[0, 1.0, 1.0, float("nan"), 5.0]],
        [[0, 1.0, 1.0, 5.0]],
        [[0, 1.0, 1.0, 0.0, 5.0]],
        [[3, 1.0, 1.0, 5.0, 5.0], [3, 1.0, 1.0, 5.0, 5.0]],
    ],
    ids=["empty", "NaN", "too few numbers", "no width", "a frame twice"],
)
def test_what_is_no_track_is_refused(track: list[list[float]]) -> None:
    shape = {"id": "s", "class": "car", "type": "track", "track": track}
    with pytest.raises(ValueError, match="track"):
        parse_answer(submission="u", annotator=1, skill=0.8, payload={"tags": {}, "shapes": [shape]})


def test_presence_and_course_by_themselves() -> None:
    seen = np.array([[1, 1, 1], [1, 0, 0], [1, 1, 1], [0, 0, 1], [0, 0, 1], [0, 0, 1], [0, 0, 1]], dtype=bool)
    chances = in_view(seen)
    assert chances[1] > 0.5 > chances[5]
    straight = np.linspace(0, 100, 20)[:, None] * np.ones(4)
    assert smooth(np.arange(20), straight, weight=np.ones((20, 4))) == pytest.approx(straight, abs=1e-6)
    assert smooth(np.arange(2), straight[:2], weight=np.ones((2, 4))) == pytest.approx(straight[:2])

"""Boxes: matched, believed or not, classed and fused."""

from __future__ import annotations

import math
import random
import time

import pytest

from review.consensus import Answer, conclude, decide, parse_answer
from tests.unit.consensus_cases import BOXES_ONLY, SPEC, answer, shape

BOX = (100.0, 100.0, 80.0, 60.0)


def moved(box: tuple[float, ...], *by: float) -> tuple[float, ...]:
    return tuple(a + b for a, b in zip(box, by, strict=True))


def test_three_who_agree_settle_with_high_confidence() -> None:
    answers = [answer(i, shape(moved(BOX, i, -i, 0, 0))) for i in range(3)]
    consensus = conclude(answers=answers, spec=BOXES_ONLY)
    (cat,) = consensus.shapes
    assert cat.label == "cat"
    assert cat.box == pytest.approx((101, 99, 80, 60), abs=0.01)
    assert cat.confidence > 0.9
    assert cat.expected_iou > 0.8
    assert cat.agreed == ("u000", "u001", "u002")
    assert cat.differed == ()
    assert decide(consensus=consensus, threshold=0.9).settled


def test_a_slip_of_the_hand_hardly_moves_the_fused_edge() -> None:
    good = [answer(i, shape(moved(BOX, d, d, 0, 0))) for i, d in enumerate((-1, 0, 1))]
    slip = answer(9, shape((100.0, 100.0, 120.0, 60.0)))  # its right edge is 40 pixels off
    (cat,) = conclude(answers=[*good, slip], spec=BOXES_ONLY).shapes
    right = cat.box[0] + cat.box[2]
    assert abs(right - 180) < 4 < abs((180 * 3 + 220) / 4 - 180)  # the mean is 10 off


def test_a_box_only_one_of_three_saw_is_a_rejected_candidate() -> None:
    answers = [answer(0, shape(BOX)), answer(1, shape(BOX)), answer(2, shape(BOX), shape((300, 300, 50, 50)))]
    consensus = conclude(answers=answers, spec=BOXES_ONLY)
    assert len(consensus.shapes) == 1
    (alone,) = consensus.rejected
    assert alone.agreed == ("u002",)
    assert alone.differed == ("u000", "u001")
    verdict = decide(consensus=consensus, threshold=0.9)
    assert (verdict.settled, verdict.reason, verdict.where) == (False, "existence_unsure", "rejected[0]")


def test_neighbours_in_a_crowd_do_not_chain_together() -> None:
    """Ten people side by side, each overlapping the next by two thirds; everybody draws with a tremor."""
    row = [(100.0 + 10 * i, 100.0, 30.0, 90.0) for i in range(10)]
    rng = random.Random(3)
    answers = [answer(r, *(shape([v + rng.uniform(-2, 2) for v in box]) for box in row)) for r in range(5)]
    consensus = conclude(answers=answers, spec=BOXES_ONLY)
    assert [round(found.box[0], -1) for found in sorted(consensus.shapes, key=lambda s: s.box[0])] == [
        box[0] for box in row
    ]
    assert all(len(found.agreed) == 5 for found in consensus.shapes)


def test_class_is_voted_and_a_split_vote_is_a_dispute_about_class() -> None:
    answers = [answer(0, shape(BOX, "cat")), answer(1, shape(BOX, "dog")), answer(2, shape(BOX, "cat"))]
    consensus = conclude(answers=answers, spec=BOXES_ONLY)
    (found,) = consensus.shapes
    assert found.label == "cat"
    assert found.existence > 0.95 > found.class_confidence
    assert found.differed == ("u001",)
    verdict = decide(consensus=consensus, threshold=0.9)
    assert (verdict.reason, verdict.where) == ("class_unsure", "shapes[0]")


def test_one_skilled_person_outweighs_two_unskilled() -> None:
    answers = [
        answer(0, shape(BOX, "dog"), skill=0.98),
        answer(1, shape(BOX, "cat"), skill=0.55),
        answer(2, shape(BOX, "cat"), skill=0.55),
    ]
    (found,) = conclude(answers=answers, spec=BOXES_ONLY).shapes
    assert found.label == "dog"


def test_everyone_disagrees_is_a_dispute_and_not_an_error() -> None:
    answers = [
        answer(i, shape((200.0 * i, 0, 90, 90), label)) for i, label in enumerate(("cat", "dog", "fox"))
    ]
    consensus = conclude(answers=answers, spec=BOXES_ONLY)
    assert not decide(consensus=consensus, threshold=0.8).settled


def test_identical_boxes_of_one_annotator_stay_apart_and_the_rest_fuse() -> None:
    answers = [answer(0, shape(BOX), shape(BOX)), answer(1, shape(BOX)), answer(2, shape(BOX))]
    consensus = conclude(answers=answers, spec=BOXES_ONLY)
    assert len(consensus.shapes) == 1
    assert consensus.shapes[0].box == pytest.approx(BOX)
    assert len(consensus.rejected) == 1


def test_nobody_saw_anything_settles_as_empty() -> None:
    consensus = conclude(answers=[answer(i) for i in range(3)], spec=BOXES_ONLY)
    assert consensus.shapes == ()
    assert consensus.confidence > 0.99
    assert set(consensus.agreement.values()) == {1.0}
    assert decide(consensus=consensus, threshold=0.95).settled


def test_a_single_answer_settles_with_the_confidence_its_skill_gives() -> None:
    weak, strong = (
        conclude(answers=[answer(1, shape(BOX), skill=skill)], spec=BOXES_ONLY) for skill in (0.6, 0.97)
    )
    assert decide(consensus=weak, threshold=0.99).settled
    assert weak.confidence < strong.confidence
    assert strong.shapes[0].box == pytest.approx(BOX)


def test_boxes_stay_inside_the_image() -> None:
    answers = [answer(i, shape((-0.4, 90, 50.0 + i, 20))) for i in range(3)]
    (found,) = conclude(answers=answers, spec=BOXES_ONLY, size=(640, 100)).shapes
    x, y, width, height = found.box
    assert x >= 0
    assert y + height <= 100
    assert width > 0


def test_attributes_are_voted_among_those_who_named_the_class() -> None:
    answers = [
        answer(0, shape(BOX, occluded=True, note="left ear")),
        answer(1, shape(BOX, occluded=True)),
        answer(2, shape(BOX, occluded=False)),
    ]
    consensus = conclude(answers=answers, spec=SPEC)
    (found,) = consensus.shapes
    assert found.attributes["occluded"] is True
    verdict = decide(consensus=consensus, threshold=0.9)
    assert verdict.reason == "attribute_unsure"


def test_agreement_falls_with_missed_invented_and_sloppy_boxes() -> None:
    other = (300.0, 300.0, 60.0, 60.0)
    careful = [answer(i, shape(BOX), shape(other)) for i in range(4)]
    missed = answer(7, shape(BOX))
    invented = answer(8, shape(BOX), shape(other), shape((500.0, 10.0, 40.0, 40.0)))
    sloppy = answer(9, shape(moved(BOX, 20, 0, 0, 0)), shape(other))
    scores = conclude(answers=[*careful, missed, invented, sloppy], spec=BOXES_ONLY).agreement
    assert scores["u000"] > 0.99
    assert scores["u007"] == pytest.approx(2 / 3, abs=0.01)
    assert scores["u008"] == pytest.approx(4 / 5, abs=0.01)
    assert scores["u007"] < scores["u009"] < 0.99


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_numbers_no_arithmetic_survives_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match=r"shapes\[0\]\.box"):
        answer(1, shape((0.0, number, 10.0, 10.0)))
    with pytest.raises(ValueError, match=r"tags\.count"):
        answer(1, tags={"count": number})
    with pytest.raises(ValueError, match="skill"):
        parse_answer(submission="a", annotator=1, skill=number, payload={})


def test_no_answers_or_two_of_one_person_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        conclude(answers=[], spec=BOXES_ONLY)
    with pytest.raises(ValueError, match="one answer"):
        conclude(answers=[answer(1), answer(1)], spec=BOXES_ONLY)


def _people_draw(boxes: int) -> list[Answer]:
    rng = random.Random(0)
    truth = [
        [rng.uniform(0, 4000), rng.uniform(0, 3000), *(rng.uniform(20, 200) for _ in "wh")]
        for _ in range(boxes)
    ]
    return [
        answer(r, *(shape([v + rng.gauss(0, 2) for v in box]) for box in truth if rng.random() < 0.95))
        for r in range(5)
    ]


def test_ten_times_the_boxes_take_about_ten_times_as_long() -> None:
    def least_seconds(boxes: int) -> float:
        answers, taken = _people_draw(boxes), []
        for _ in range(3):
            start = time.process_time()
            consensus = conclude(answers=answers, spec=BOXES_ONLY, size=(4300, 3300))
            taken.append(time.process_time() - start)
            assert len(consensus.shapes) == boxes
        return min(taken)

    assert least_seconds(500) < 50 * least_seconds(50)  # by pairs: 100 times

"""A reviewer's verdict becomes a certain consensus, and tells who had been right."""

from __future__ import annotations

from typing import Any

import pytest

from review.consensus import conclude, decide, judge
from tests.unit.consensus_cases import BOXES_ONLY, SPEC, answer, shape

BOX = (100.0, 100.0, 80.0, 60.0)


def verdict(*shapes: dict[str, Any], tags: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"tags": tags or {}, "shapes": [{"id": f"v{i}", **drawn} for i, drawn in enumerate(shapes)]}


def test_a_verdict_is_certain_and_settles() -> None:
    consensus = judge(payload=verdict(shape(BOX, "fox")), answers=[answer(1), answer(2)], spec=BOXES_ONLY)
    assert consensus.confidence == 1.0
    assert consensus.shapes[0].box == BOX
    assert consensus.shapes[0].confidence == 1.0
    assert decide(consensus=consensus, threshold=0.999).settled


def test_a_verdict_names_who_was_right_about_a_box() -> None:
    right, wrong_class, missed = answer(1, shape(BOX)), answer(2, shape(BOX, "dog")), answer(3)
    consensus = judge(payload=verdict(shape(BOX)), answers=[missed, wrong_class, right], spec=BOXES_ONLY)
    assert consensus.shapes[0].agreed == ("u001",)
    assert consensus.shapes[0].differed == ("u002", "u003")
    assert consensus.agreement == {"u001": 1.0, "u002": 0.0, "u003": 0.0}


def test_a_verdict_against_the_majority_turns_the_agreement_round() -> None:
    answers = [answer(i, tags={"scene": scene}) for i, scene in enumerate(("in", "in", "out"))]
    voted = conclude(answers=answers, spec=SPEC)
    judged = judge(payload=verdict(tags={"scene": "out"}), answers=answers, spec=SPEC)
    assert voted.agreement["u002"] < voted.agreement["u000"]
    assert judged.agreement["u002"] > judged.agreement["u000"]
    scene = judged.payload()["tags"]["scene"]
    assert (scene["value"], scene["votes"], scene["agreed"]) == ("out", {"in": 2, "out": 1}, ["u002"])


def test_nothing_there_is_a_verdict_too() -> None:
    consensus = judge(payload=verdict(), answers=[answer(1, shape(BOX)), answer(2)], spec=BOXES_ONLY)
    assert consensus.shapes == ()
    assert consensus.agreement == {"u001": 0.0, "u002": 1.0}


def test_part_of_a_multiple_choice_earns_its_part() -> None:
    answers = [answer(1, tags={"flags": ["dark"]}), answer(2, tags={"flags": ["dark", "blurred"]})]
    right = verdict(tags={"flags": ["dark", "blurred"]})
    judged = judge(payload=right, answers=answers, spec=SPEC)
    assert judged.agreement["u001"] == pytest.approx((0.5 + 1.0) / 2)  # half the options; no boxes, rightly
    assert judged.agreement["u002"] == 1.0

"""Scales, trees, text and what is known of a project's people, as tags are settled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from review.consensus import Crowd, conclude, parse_spec
from review.consensus.fields import score_value
from review.consensus.habits import Habits
from review.consensus.rover import distance, rover, similarity
from tests.unit.consensus_cases import SPEC, answer

TREE = {
    "key": "kind",
    "kind": "tree",
    "required": True,
    "options": [
        {"key": "animal", "options": [{"key": "dog", "options": [{"key": "poodle"}]}, {"key": "cat"}]},
        {"key": "thing"},
    ],
}
SCALE = {"key": "size", "kind": "single", "ordered": True, "required": True}
SCALE["options"] = [{"key": k} for k in ("tiny", "small", "large", "huge")]


def tag(group: dict[str, Any], *values: Any, crowd: Crowd | None = None, skill: float = 0.85) -> Any:
    answers = [answer(i, tags={group["key"]: value}, skill=skill) for i, value in enumerate(values)]
    consensus = conclude(answers=answers, spec=parse_spec({"tags": [group]}), crowd=crowd or Crowd())
    return consensus.payload()["tags"][group["key"]]


def test_those_who_agree_on_the_branch_settle_the_branch() -> None:
    assert tag(TREE, "dog", "cat", "animal")["value"] == "animal"
    assert tag(TREE, "poodle", "poodle", "cat")["value"] == "poodle"
    assert tag(TREE, "dog", "poodle", "cat", "thing")["value"] in ("dog", "poodle")
    branch, twig = tag(TREE, "dog", "cat", "dog"), tag(TREE, "dog", "dog", "dog")
    assert branch["confidence"] < twig["confidence"]


def test_where_only_leaves_are_answers_a_leaf_is_given() -> None:
    group = TREE | {"leaves_only": True}
    assert tag(group, "poodle", "cat", "cat", "poodle")["value"] in ("poodle", "cat")


def test_a_coarse_answer_is_partly_right() -> None:
    field = parse_spec({"tags": [TREE]}).tags[0]
    assert score_value(field, "dog", truth="dog") == 1.0
    assert score_value(field, "animal", truth="poodle") == pytest.approx(1 / 3)
    assert score_value(field, "thing", truth="dog") == 0.0


def test_a_scale_settles_in_the_middle_and_near_misses_score() -> None:
    assert tag(SCALE, "tiny", "small", "large")["value"] == "small"
    assert tag(SCALE, "tiny", "tiny", "huge")["value"] == "tiny"
    field = parse_spec({"tags": [SCALE]}).tags[0]
    assert score_value(field, "small", truth="large") == pytest.approx(2 / 3)
    assert score_value(field, "tiny", truth="huge") == 0.0


def test_text_that_nobody_read_quite_right_is_fused() -> None:
    readings = ["粤B 1Z345", "粤B 12345", "粤B 12845", "粤B 12345 "]
    assert tag({"key": "plate", "kind": "text"}, *readings)["value"] == "粤B 12345"
    noisy = ["THE QUICK BROWN FOX", "THE QUICK CROWN FOX", "TEE QUICK BROWN FOX", "THE BROWN FOX"]
    fused = tag({"key": "plate", "kind": "text"}, *noisy)
    assert fused["value"] == "THE QUICK BROWN FOX"
    assert 0.4 < fused["confidence"] < 0.95


def test_fusing_text_counts_what_is_missing_as_an_answer() -> None:
    assert rover(["abcd", "abd", "abxd", "abd"], skills=[0.8] * 4)[0] == "abd"
    assert rover(["a b", "a b c", "a b c"], skills=[0.8] * 3)[0] == "a b c"
    assert distance("kitten", "sitting") == 3
    assert similarity("", "") == 1.0
    assert similarity("abcd", "abce") == pytest.approx(0.75)


def habits(**changes: Any) -> Habits:
    """Person 0 calls every "out" an "in"; the crowd is right in four of five."""
    even = ((0.8, 0.1, 0.1), (0.1, 0.8, 0.1), (0.1, 0.1, 0.8))
    blind = ((0.9, 0.05, 0.05), (0.9, 0.05, 0.05), (0.05, 0.05, 0.9))
    known = Habits(("in", "out", "both"), (0.3, 0.4, 0.3), even, 0.35, {0: blind})
    return replace(known, **changes)


def test_somebodys_habit_is_reckoned_with() -> None:
    scene = {"key": "scene", "kind": "single", "required": True}
    scene["options"] = [{"key": k} for k in ("in", "out", "both")]
    crowd = Crowd(habits={"tags.scene": habits()})
    naive, knowing = tag(scene, "in", "out"), tag(scene, "in", "out", crowd=crowd)
    assert naive["confidence"] == pytest.approx(0.5, abs=0.15)
    assert knowing["value"] == "out"
    assert tag(scene, "in", "in", "both", crowd=crowd)["value"] == "in"


def test_an_option_the_pass_did_not_know_is_voted_on_plainly() -> None:
    scene = {"key": "scene", "kind": "single", "required": True}
    scene["options"] = [{"key": k} for k in ("in", "out", "both", "new")]
    crowd = Crowd(habits={"tags.scene": habits()})
    assert tag(scene, "new", "new", "in", crowd=crowd) == tag(scene, "new", "new", "in")


def honest(known: Habits, names: list[str], *, people: list[int], skills: list[float]) -> dict[str, float]:
    return known.honest(known.untempered(names, people=people, skills=skills)[0], answers=len(names))


def test_a_posterior_by_habits_is_one_and_blind_to_order() -> None:
    known = habits()
    given = honest(known, ["in", "out", "out"], people=[0, 1, 2], skills=[0.9, 0.8, 0.7])
    again = honest(known, ["out", "out", "in"], people=[2, 1, 0], skills=[0.7, 0.8, 0.9])
    assert given == again
    assert sum(given.values()) == pytest.approx(1.0)
    assert np.argmax(list(given.values())) == 0


def test_one_more_voice_of_a_good_eye_never_lowers_confidence() -> None:
    known = habits()
    for names in (["out"], ["out", "in"], ["out", "out", "both"]):
        people = list(range(1, len(names) + 1))
        before = honest(known, names, people=people, skills=[0.8] * len(names))["out"]
        after = honest(known, [*names, "out"], people=[*people, 9], skills=[0.8] * len(names) + [0.99])["out"]
        assert after >= before


def test_each_option_of_several_has_habits_of_its_own() -> None:
    """Person 0 always ticks "dark" and never says anything by it; two others do not."""
    flags = {"key": "flags", "kind": "multiple", "options": [{"key": "dark"}, {"key": "blurred"}]}
    blind, sharp = ((0.02, 0.98), (0.02, 0.98)), ((0.95, 0.05), (0.05, 0.95))
    dark = Habits(("no", "yes"), (0.7, 0.3), sharp, 0.35, {0: blind})
    crowd = Crowd(habits={"tags.flags.dark": dark})
    ticked = tag(flags, ["dark", "blurred"], ["blurred"], crowd=crowd)
    assert ticked["value"] == ["blurred"]
    assert tag(flags, ["dark"], ["dark"], ["dark"], crowd=crowd)["value"] == ["dark"]


def test_nothing_known_changes_nothing() -> None:
    answers = [answer(i, tags={"scene": value}) for i, value in enumerate(("in", "out", "in"))]
    assert conclude(answers=answers, spec=SPEC).payload()["tags"]["scene"]["value"] == "in"


def test_known_habits_decide_in_a_tree_which_branch_and_how_deep() -> None:
    """Two say dog and cat: an animal. Person 9 never sees a cat, so his "dog" says only "animal"."""
    nodes = ("animal", "dog", "poodle", "cat", "thing")
    sharp = tuple(tuple(0.92 if i == j else 0.02 for j in range(5)) for i in range(5))
    no_cats = tuple(sharp[1] if node == "cat" else row for node, row in zip(nodes, sharp, strict=True))
    known = Habits(nodes, (0.2,) * 5, sharp, 0.2, {9: no_cats})
    crowd = Crowd(habits={"tags.kind": known})
    assert tag(TREE, "dog", "cat", crowd=crowd)["value"] == "animal"
    assert tag(TREE, "dog", "dog", "cat", crowd=crowd)["value"] == "dog"
    deep = tag({**TREE, "leaves_only": True}, "dog", "cat", "thing", crowd=crowd)
    assert deep["value"] in ("poodle", "cat", "thing")


def test_on_a_scale_known_habits_settle_on_the_middle() -> None:
    steps = ("tiny", "small", "large", "huge")
    even = tuple(tuple(0.7 if i == j else 0.1 for j in range(4)) for i in range(4))
    crowd = Crowd(habits={"tags.size": Habits(steps, (0.25,) * 4, even, 0.3)})
    assert tag(SCALE, "tiny", "small", "huge", crowd=crowd)["value"] == "small"

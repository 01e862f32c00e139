"""Tags: choices, numbers and text from several people."""

from __future__ import annotations

import math

import pytest

from review.consensus import Answer, Crowd, conclude, crowd_from_json, crowd_to_json, decide, estimate_skill
from review.consensus.votes import posterior
from tests.unit.consensus_cases import SPEC, answer


def tags(*values: dict[str, object], skills: tuple[float, ...] = ()) -> list[Answer]:
    return [answer(i, tags=value, skill=skills[i] if skills else 0.85) for i, value in enumerate(values)]


def test_a_choice_goes_to_the_majority_and_names_both_sides() -> None:
    consensus = conclude(answers=tags({"scene": "in"}, {"scene": "out"}, {"scene": "in"}), spec=SPEC)
    scene = consensus.payload()["tags"]["scene"]
    assert scene["value"] == "in"
    assert scene["votes"] == {"in": 2, "out": 1}
    assert (scene["agreed"], scene["differed"]) == (["u000", "u002"], ["u001"])
    assert 0.5 < scene["confidence"] < 0.9
    assert decide(consensus=consensus, threshold=0.9).where == "tags.scene"


def test_skill_decides_a_tie() -> None:
    answers = tags({"scene": "in"}, {"scene": "out"}, skills=(0.6, 0.9))
    assert conclude(answers=answers, spec=SPEC).payload()["tags"]["scene"]["value"] == "out"


def test_a_single_answer_is_as_sure_as_its_author() -> None:
    consensus = conclude(answers=tags({"scene": "in"}, skills=(0.8,)), spec=SPEC)
    assert consensus.payload()["tags"]["scene"]["confidence"] == pytest.approx(0.8)


def test_each_option_of_a_multiple_choice_is_a_vote_of_its_own() -> None:
    answers = tags({"flags": ["dark"]}, {"flags": ["dark", "blurred"]}, {"flags": ["dark"]})
    flags = conclude(answers=answers, spec=SPEC).payload()["tags"]["flags"]
    assert flags["value"] == ["dark"]
    assert flags["votes"] == {"dark": 3, "blurred": 1}
    assert flags["differed"] == ["u001"]


def test_nothing_chosen_by_all_is_a_sure_answer() -> None:
    flags = conclude(answers=tags(*[{"flags": []}] * 3), spec=SPEC).payload()["tags"]["flags"]
    assert flags["value"] == []
    assert flags["confidence"] > 0.9


def test_a_number_is_the_weighted_median_that_somebody_gave() -> None:
    consensus = conclude(answers=tags({"count": 4}, {"count": 4}, {"count": 400}), spec=SPEC)
    assert consensus.payload()["tags"]["count"]["value"] == 4
    assert consensus.payload()["tags"]["count"]["differed"] == ["u002"]


def test_text_is_compared_by_what_it_says_not_how_it_is_typed() -> None:
    answers = tags(
        {"caption": "Red  Car"}, {"caption": "red car "}, {"caption": "ｒed car"}, {"caption": "bus"}
    )
    caption = conclude(answers=answers, spec=SPEC).payload()["tags"]["caption"]
    assert caption["votes"] == {"red car": 3, "bus": 1}
    assert caption["value"] == "Red  Car"
    assert caption["differed"] == ["u003"]


def test_what_nobody_answered_is_left_out() -> None:
    assert "caption" not in conclude(answers=tags({"scene": "in"}), spec=SPEC).payload()["tags"]


def test_left_open_by_most_is_an_answer() -> None:
    consensus = conclude(answers=tags({"count": 3}, {}, {}), spec=SPEC)
    assert consensus.payload()["tags"]["count"]["value"] is None


def test_posterior_matches_the_model_worked_by_hand() -> None:
    """Two votes against one of skill 0.8 between two options: t (2 - 1) log 4 with t = 1 / (1 + 2 * 0.3)."""
    chance = posterior(["a", "a", "b"], skills=[0.8] * 3, options=2)["a"]
    assert chance == pytest.approx(1 / (1 + math.exp(-math.log(4) / 1.6)))


def test_one_more_agreeing_voice_never_lowers_confidence() -> None:
    for votes in (["a"], ["a", "b"], ["a", "a", "b"], ["a", "a", "a"]):
        before = posterior(votes, skills=[0.85] * len(votes), options=4)["a"]
        after = posterior([*votes, "a"], skills=[0.85] * len(votes) + [0.99], options=4)["a"]
        assert after >= before


def test_skill_starts_from_the_prior_and_follows_the_evidence() -> None:
    newcomer = estimate_skill(agreements=[])
    good = estimate_skill(agreements=[1.0] * 90 + [0.0] * 10)
    bad = estimate_skill(agreements=[0.3] * 100)
    assert newcomer.mean == pytest.approx(0.85)
    assert newcomer.low < newcomer.mean < newcomer.high
    assert bad.mean < 0.4 < 0.85 < good.mean
    assert good.high - good.low < newcomer.high - newcomer.low
    assert estimate_skill(agreements=[0.0], weights=[0.0]) == newcomer
    with pytest.raises(ValueError, match="out of range"):
        estimate_skill(agreements=[math.nan])


def test_a_crowd_survives_its_json() -> None:
    crowd = Crowd(mix=(0.2, 0.3, 0.5), profiles={7: Crowd().typical})
    assert crowd_from_json(crowd_to_json(crowd)) == crowd

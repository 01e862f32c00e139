"""What must hold for any answers at all."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from review.consensus import conclude, decide
from tests.unit.consensus_cases import SPEC, answer, shape

numbers = st.floats(0, 400, width=32)
sizes = st.floats(1, 200, width=32)
shapes = st.builds(
    lambda box, label, occluded: shape(box, label, occluded=occluded),
    st.tuples(numbers, numbers, sizes, sizes),
    st.sampled_from(["cat", "dog", "fox"]),
    st.booleans(),
)
tags = st.fixed_dictionaries(
    {"scene": st.sampled_from(["in", "out", "both"])},
    optional={
        "flags": st.lists(st.sampled_from(["dark", "blurred"]), unique=True),
        "count": st.one_of(st.none(), st.integers(0, 9)),
        "caption": st.text(max_size=5),
    },
)
people = st.lists(st.tuples(st.lists(shapes, max_size=6), tags, st.floats(0, 1)), min_size=1, max_size=5)


def answers_of(crowd: list[Any]) -> list[Any]:
    return [
        answer(i, *drawn, tags=given_tags, skill=skill) for i, (drawn, given_tags, skill) in enumerate(crowd)
    ]


@settings(max_examples=60, deadline=None)
@given(people, st.randoms(use_true_random=False))
def test_the_order_of_answers_and_of_shapes_changes_no_byte(crowd: list[Any], rng: Any) -> None:
    first = conclude(answers=answers_of(crowd), spec=SPEC, size=(640, 640)).payload()
    for drawn, _, _ in crowd:
        rng.shuffle(drawn)
    shuffled = answers_of(crowd)
    rng.shuffle(shuffled)
    again = conclude(answers=shuffled, spec=SPEC, size=(640, 640)).payload()
    # Ids of a person's shapes follow their drawing order here and are not part of a consensus.
    assert json.dumps(again) == json.dumps(first)


@settings(max_examples=60, deadline=None)
@given(people)
def test_every_confidence_is_a_probability_and_every_box_is_inside(crowd: list[Any]) -> None:
    consensus = conclude(answers=answers_of(crowd), spec=SPEC, size=(640, 640))
    document = json.loads(json.dumps(consensus.payload(), allow_nan=False))
    everything = document["shapes"] + document["rejected"]
    for found in everything:
        for key in ("confidence", "class_confidence", "existence", "expected_iou", "attribute_confidence"):
            assert 0 <= found[key] <= 1
        x, y, width, height = found["box"]
        assert x >= 0 <= y
        assert x + width <= 640.01 >= y + height
        assert sorted(found["agreed"] + found["differed"]) == sorted(document["agreement"])
    assert len({found["id"] for found in everything}) == len(everything)
    assert all(0 <= score <= 1 for score in document["agreement"].values())
    assert 0 <= document["confidence"] <= 1
    assert decide(consensus=consensus, threshold=0.0, iou_threshold=0.0).settled


@settings(max_examples=60, deadline=None)
@given(people)
def test_no_box_is_lost_and_none_counted_twice(crowd: list[Any]) -> None:
    """Each drawn box supports exactly one candidate, so there are at most as many as boxes were drawn."""
    consensus = conclude(answers=answers_of(crowd), spec=SPEC)
    drawn = [len(shapes) for shapes, _, _ in crowd]
    candidates = len(consensus.shapes) + len(consensus.rejected)
    assert max(drawn) <= candidates <= sum(drawn)

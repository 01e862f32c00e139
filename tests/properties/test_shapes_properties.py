"""Geometry under values nobody thought of: kept or refused by name, and what is kept stays as it is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from tasks.payloads import PayloadRefused, check_payload
from tasks.shapes import CHECKS, Frame, ShapeFault
from tasks.shapes.masks import run_lengths

WIDTH, HEIGHT = 64, 48
FRAME = Frame(WIDTH, HEIGHT, keypoints=2)
SPEC: dict[str, Any] = {
    "classes": [
        {
            "key": "a",
            "geometries": list(CHECKS),
            "skeleton": {"points": [{"key": "p"}, {"key": "q"}], "edges": []},
            "attributes": [],
        }
    ],
    "tags": [],
}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)
coordinates = st.floats(min_value=-0.5, max_value=49, allow_nan=False) | st.integers(0, 48)
flat = st.lists(coordinates, max_size=16)


def outcome(payload: object) -> dict[str, Any] | PayloadRefused:
    try:
        return check_payload(payload=payload, spec=SPEC, width=WIDTH, height=HEIGHT)
    except PayloadRefused as refused:
        return refused


@given(kind=st.sampled_from(list(CHECKS)), geometry=anything | flat | st.lists(flat, max_size=3))
@settings(max_examples=250, deadline=None)
def test_any_value_is_kept_or_refused_by_name(kind: str, geometry: object) -> None:
    shape = {"id": "x", "class": "a", "type": kind, kind: geometry}
    kept = outcome({"tags": {}, "shapes": [shape]})
    if isinstance(kept, PayloadRefused):
        assert kept.where.startswith(f"shapes[0].{kind}")
    else:
        assert outcome(kept) == kept


@given(value=anything)
@settings(max_examples=150, deadline=None)
def test_any_document_is_kept_or_refused(value: object) -> None:
    for payload in (value, {"tags": value, "shapes": []}, {"tags": {}, "shapes": [value]}):
        kept = outcome(payload)
        assert isinstance(kept, PayloadRefused) or outcome(kept) == kept


@given(
    turns=st.lists(st.floats(0, 2 * math.pi), min_size=3, max_size=40, unique=True),
    far=st.lists(st.floats(5, 20), min_size=40, max_size=40),
)
@settings(max_examples=200, deadline=None)
def test_a_star_round_a_point_never_crosses_itself(turns: list[float], far: list[float]) -> None:
    turns = sorted(turns)
    gaps = [b - a for a, b in zip(turns, [*turns[1:], turns[0] + 2 * math.pi], strict=True)]
    if max(gaps) >= math.pi - 1e-3 or min(gaps) < 1e-3:
        return  # the point is not inside, or two rays fall together
    ring = [
        c
        for turn, r in zip(turns, far, strict=False)
        for c in (32 + r * math.cos(turn), 24 + r * math.sin(turn))
    ]
    assert CHECKS["polygon"]([ring], FRAME) == [ring]


@given(packed=st.binary(min_size=WIDTH * HEIGHT // 8, max_size=WIDTH * HEIGHT // 8))
@settings(max_examples=100, deadline=None)
def test_masks_by_pycocotools_are_read_as_pycocotools_reads_them(packed: bytes) -> None:
    pixels = np.asfortranarray(np.unpackbits(np.frombuffer(packed, np.uint8)).reshape(HEIGHT, WIDTH))
    counts = coco.encode(pixels)["counts"].decode()
    runs = run_lengths(counts)
    values = np.arange(len(runs)) % 2
    assert np.array_equal(np.repeat(values, runs), pixels.flatten(order="F"))
    if pixels.any():
        mask = {"size": [HEIGHT, WIDTH], "counts": counts}
        assert CHECKS["mask"](mask, FRAME) == mask


@given(counts=st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
@settings(max_examples=250, deadline=None)
def test_any_string_is_a_mask_of_the_images_size_or_refused(counts: str) -> None:
    try:
        CHECKS["mask"]({"size": [HEIGHT, WIDTH], "counts": counts}, FRAME)
    except ShapeFault:
        return
    decoded = coco.decode({"size": [HEIGHT, WIDTH], "counts": counts.encode()})
    assert decoded.shape == (HEIGHT, WIDTH)


def test_long_runs_of_continuation_cost_no_more_than_their_length() -> None:
    with pytest.raises(ShapeFault):
        run_lengths("o" * 5_000_000)

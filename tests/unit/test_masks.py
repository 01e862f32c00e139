"""Masks as COCO's run lengths and as outlines, against pycocotools and against themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pycocotools import mask as coco

from tasks.shapes.raster import fill, trace
from tasks.shapes.rle import pack_mask, unpack_mask

masks = arrays.arrays(np.bool_, st.tuples(st.integers(1, 40), st.integers(1, 40)))


@given(mask=masks)
def test_run_lengths_are_those_of_pycocotools_both_ways(mask: np.ndarray) -> None:
    theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    ours = pack_mask(mask)
    assert ours == {"size": list(mask.shape), "counts": theirs["counts"].decode()}
    assert (unpack_mask(ours) == mask).all()


def test_large_masks_with_long_and_short_runs_are_those_of_pycocotools() -> None:
    random = np.random.default_rng(7)
    mask = np.zeros((3000, 4000), np.bool_)
    mask[random.integers(0, 3000, 5000), random.integers(0, 4000, 5000)] = True
    mask[100:2000, 300:3500] ^= True
    theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert pack_mask(mask)["counts"] == theirs["counts"].decode()


@given(mask=masks)
def test_outlines_of_a_mask_enclose_just_its_pixels(mask: np.ndarray) -> None:
    height, width = mask.shape
    assert (fill(trace(mask), width=width, height=height) == mask).all()


def test_outline_of_a_frame_is_an_outer_ring_and_a_hole() -> None:
    mask = np.ones((5, 6), np.bool_)
    mask[2, 2:4] = False
    rings = trace(mask)
    assert {len(ring) for ring in rings} == {8}
    assert sorted(_signed_area(ring) for ring in rings) == [-2, 30]


def test_neighbours_that_share_an_edge_share_no_pixel_and_leave_none_out() -> None:
    left = [0, 0, 7.3, 0, 4.1, 10, 0, 10]
    right = [7.3, 0, 12, 0, 12, 10, 4.1, 10]
    one, other = fill([left], width=12, height=10), fill([right], width=12, height=10)
    assert not (one & other).any()
    assert (one | other).all()


@pytest.mark.parametrize("ring", [[-5, -5, 20, -5, 20, 20, -5, 20]])
def test_outlines_beyond_the_image_are_cut_at_it(ring: list[float]) -> None:
    assert fill([ring], width=8, height=6).all()


def _signed_area(ring: list[float]) -> float:
    points = np.array(ring).reshape(-1, 2)
    (x, y), (nx, ny) = points.T, np.roll(points, -1, axis=0).T
    return float((x * ny - nx * y).sum() / 2)

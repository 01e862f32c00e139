"""Shapes as the server's pages draw them."""

from __future__ import annotations

import numpy as np
import pytest

from review.outlines import FINEST, path_of
from tasks.shapes.rle import pack_mask


def mask(height: int, width: int, *blocks: tuple[int, int, int, int]) -> dict[str, object]:
    """A mask shape with blocks of (top, left, bottom, right)."""
    pixels = np.zeros((height, width), bool)
    for top, left, bottom, right in blocks:
        pixels[top:bottom, left:right] ^= True
    return {"type": "mask", "mask": pack_mask(pixels)}


def test_a_mask_is_outlined_along_its_pixels() -> None:
    path = path_of(mask(20, 30, (5, 4, 10, 12)))
    assert path.count("M") == path.count("Z") == 1
    assert {"4.0 5.0", "12.0 5.0", "12.0 10.0", "4.0 10.0"} == set(path[1:-1].split("L"))


def test_a_hole_has_an_outline_of_its_own() -> None:
    assert path_of(mask(20, 30, (2, 2, 18, 28), (6, 6, 10, 12))).count("M") == 2


def test_an_empty_mask_is_drawn_as_nothing() -> None:
    assert path_of(mask(20, 30)) == ""


def test_a_thin_line_in_a_large_mask_stays_in_sight_at_its_place() -> None:
    step = 5
    path = path_of(mask(FINEST * step, 100, (1000, 20, 2000, 21)))
    corners = [[float(at) for at in corner.split()] for corner in path[1:-1].split("L")]
    (left, top), (right, bottom) = (list(map(edge, zip(*corners, strict=True))) for edge in (min, max))
    assert (top, bottom) == pytest.approx((1000, 2000), abs=step)
    assert left == 20
    assert right == 20 + step


@pytest.mark.parametrize("noise", [0.1, 0.5])
def test_the_path_of_a_noisy_large_mask_stays_small(noise: float) -> None:
    pixels = np.random.default_rng(1).random((3000, 4000)) < noise / 1000
    shape = {"type": "mask", "mask": pack_mask(pixels)}
    assert len(path_of(shape)) < 1_000_000

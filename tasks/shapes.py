"""Geometry of answers, without Django. Pixels of the upright image, origin top-left, x right, y down."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

# Corners may lie this far outside the image, as rounding on a zoomed screen does; they are clipped.
TOLERANCE = 0.5
MIN_SIDE = 1.0


class ShapeFault(ValueError):
    """Why a geometry is refused: malformed, not_finite, too_small, outside."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def check_box(value: object, *, width: int, height: int) -> list[float]:
    """[x, y, width, height] clipped to the image, or ShapeFault."""
    if not isinstance(value, list) or len(value) != 4:
        raise ShapeFault("malformed")
    x, y, w, h = (_number(side) for side in value)
    if w < MIN_SIDE or h < MIN_SIDE:
        raise ShapeFault("too_small")
    right, bottom = x + w, y + h
    if min(x, y) < -TOLERANCE or right > width + TOLERANCE or bottom > height + TOLERANCE:
        raise ShapeFault("outside")
    left, top = max(x, 0.0), max(y, 0.0)
    return [left, top, min(right, float(width)) - left, min(bottom, float(height)) - top]


# The kinds of geometry there are: how each is checked, under the key of the same name.
CHECKS: Mapping[str, Callable[..., list[float]]] = {"box": check_box}


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ShapeFault("malformed")
    try:
        number = float(value)
    except OverflowError:
        raise ShapeFault("not_finite") from None
    if not math.isfinite(number):
        raise ShapeFault("not_finite")
    return number

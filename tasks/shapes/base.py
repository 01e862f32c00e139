"""What every kind of geometry shares: the frame it lies in, and how a fault is named."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain

# Points may lie this far outside the image, as rounding on a zoomed screen does; they are clipped.
TOLERANCE = 0.5
MIN_SIDE = 1.0
MIN_AREA = 1.0
MAX_POINTS = 2_000
_NUMBERS = {int, float}
# A browser's JSON has null for what is no number.
_OR_NONE = {*_NUMBERS, type(None)}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a geometry is checked against: the image in pixels, and its class's skeleton, if it has one."""

    width: int
    height: int
    keypoints: int = 0


class ShapeFault(ValueError):
    """Why a geometry is refused; `at` is the place inside it: "[0]" for a polygon's outer ring."""

    def __init__(self, code: str, at: str = "") -> None:
        self.code = code
        self.at = at
        super().__init__(code, at)


def numbers(value: object, *, at: str = "") -> list[float]:
    """A list of finite numbers, or ShapeFault malformed or not_finite."""
    if not isinstance(value, list):
        raise ShapeFault("malformed", at)
    kinds = {type(number) for number in value}
    if not kinds <= _NUMBERS:
        raise ShapeFault("not_finite" if kinds <= _OR_NONE else "malformed", at)
    try:
        floats = [float(number) for number in value]
    except OverflowError:
        raise ShapeFault("not_finite", at) from None
    # A sum is finite when all its parts are; only then may it be infinite by its size alone.
    if not math.isfinite(sum(floats)) and not all(map(math.isfinite, floats)):
        raise ShapeFault("not_finite", at)
    return floats


def tuple_of(value: object, length: int) -> list[float]:
    if not isinstance(value, list) or len(value) != length:
        raise ShapeFault("malformed")
    return numbers(value)


def points(value: object, frame: Frame, *, least: int, at: str = "") -> list[float]:
    """[x1, y1, x2, y2, ...] of at least so many points, clipped to the image."""
    if not isinstance(value, list) or len(value) % 2:
        raise ShapeFault("malformed", at)
    if len(value) < 2 * least:
        raise ShapeFault("too_few_points", at)
    if len(value) > 2 * MAX_POINTS:
        raise ShapeFault("too_many_points", at)
    return inside(numbers(value, at=at), frame, at=at)


def inside(flat: list[float], frame: Frame, *, at: str = "") -> list[float]:
    """The points clipped to the image, or ShapeFault outside."""
    xs, ys = flat[::2], flat[1::2]
    wide, high = float(frame.width), float(frame.height)
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    if left >= 0.0 and top >= 0.0 and right <= wide and bottom <= high:
        return flat
    if min(left, top) < -TOLERANCE or right > wide + TOLERANCE or bottom > high + TOLERANCE:
        raise ShapeFault("outside", at)
    clipped = ((min(max(x, 0.0), wide), min(max(y, 0.0), high)) for x, y in zip(xs, ys, strict=True))
    return list(chain.from_iterable(clipped))

"""Boxes, upright and rotated, and ellipses."""

from __future__ import annotations

import math

from tasks.shapes.base import MIN_SIDE, TOLERANCE, Frame, ShapeFault, inside, tuple_of


def check_box(value: object, frame: Frame) -> list[float]:
    """[x, y, width, height] clipped to the image."""
    x, y, w, h = tuple_of(value, 4)
    if w < MIN_SIDE or h < MIN_SIDE:
        raise ShapeFault("too_small")
    right, bottom = x + w, y + h
    wide, high = float(frame.width), float(frame.height)
    if x >= 0.0 and y >= 0.0 and right <= wide and bottom <= high:
        return [x, y, w, h]
    if min(x, y) < -TOLERANCE or right > wide + TOLERANCE or bottom > high + TOLERANCE:
        raise ShapeFault("outside")
    left, top = max(x, 0.0), max(y, 0.0)
    return [left, top, min(right, wide) - left, min(bottom, high) - top]


def check_rotated_box(value: object, frame: Frame) -> list[float]:
    """[cx, cy, width, height, angle]: degrees clockwise on the screen; the centre lies in the image."""
    return _turned(value, frame, least=MIN_SIDE, most=_diagonal(frame))


def check_ellipse(value: object, frame: Frame) -> list[float]:
    """[cx, cy, rx, ry, angle] in the same convention."""
    return _turned(value, frame, least=MIN_SIDE / 2, most=_diagonal(frame) / 2)


def _turned(value: object, frame: Frame, *, least: float, most: float) -> list[float]:
    cx, cy, across, down, angle = tuple_of(value, 5)
    if min(across, down) < least:
        raise ShapeFault("too_small")
    if max(across, down) > most:
        raise ShapeFault("too_large")
    if not 0.0 <= angle < 360.0:
        raise ShapeFault("bad_angle")
    return [*inside([cx, cy], frame), across, down, angle]


def _diagonal(frame: Frame) -> float:
    """Twice the image's own: from a centre in its corner a longer side would still end outside of it."""
    return 2 * math.hypot(frame.width, frame.height) + 2 * TOLERANCE

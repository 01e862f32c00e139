"""Polylines and single points."""

from __future__ import annotations

from tasks.shapes.base import Frame, inside, points, tuple_of


def check_polyline(value: object, frame: Frame) -> list[float]:
    """[x1, y1, x2, y2, ...] of at least 2 points, clipped to the image."""
    return points(value, frame, least=2)


def check_point(value: object, frame: Frame) -> list[float]:
    """[x, y], clipped to the image."""
    return inside(tuple_of(value, 2), frame)

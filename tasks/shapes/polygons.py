"""Polygons with holes. GEOS says whether they cross themselves: it does not try each pair of edges."""

from __future__ import annotations

import numpy as np
import shapely

from tasks.shapes.base import MIN_AREA, Frame, ShapeFault, points

Ring = list[float]
_MAX_IN_ALL = 20_000  # points of all rings together


def check_polygon(value: object, frame: Frame) -> list[Ring]:
    """[outer ring, holes...], each [x1, y1, x2, y2, ...] of at least 3 points, not closed, clipped."""
    if not isinstance(value, list) or not value:
        raise ShapeFault("malformed")
    rings = [_ring(ring, frame, at=f"[{i}]") for i, ring in enumerate(value)]
    if sum(map(len, rings)) > 2 * _MAX_IN_ALL:
        raise ShapeFault("too_many_points")
    if len(rings) == 1:
        _check_ring(rings[0], at="[0]")
        return rings
    shape = shapely.polygons(_line(rings[0]), [_line(hole) for hole in rings[1:]])
    if not shape.is_valid:
        raise _fault_of(rings)
    if shape.area < MIN_AREA:
        raise ShapeFault("too_small", "[0]")
    return rings


def _ring(value: object, frame: Frame, *, at: str) -> Ring:
    # Some models close their rings; the same ring is kept open.
    closed = isinstance(value, list) and len(value) > 6 and value[:2] == value[-2:]
    return points(value[:-2] if closed else value, frame, least=3, at=at)  # type: ignore[index]


def _check_ring(ring: Ring, *, at: str) -> None:
    polygon = shapely.polygons(_line(ring))
    if not polygon.is_valid:
        raise ShapeFault("self_crossing", at)
    if polygon.area < MIN_AREA:
        raise ShapeFault("too_small", at)


def _fault_of(rings: list[Ring]) -> ShapeFault:
    """Which ring is at fault: crossing itself, reaching out of the outer one, or meeting another hole."""
    for i, ring in enumerate(rings):
        try:
            _check_ring(ring, at=f"[{i}]")
        except ShapeFault as fault:
            return fault
    outer = shapely.polygons(_line(rings[0]))
    for i, hole in enumerate(rings[1:], start=1):
        if not outer.covers(shapely.polygons(_line(hole))):
            return ShapeFault("hole_outside", f"[{i}]")
    return ShapeFault("holes_meet")


def _line(ring: Ring) -> shapely.LinearRing:
    # By way of an array: eight times faster than from a list of pairs.
    return shapely.linearrings(np.array(ring).reshape(-1, 2))

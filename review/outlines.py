"""Shapes as the `d` of an SVG path, in pixels of the upright image, for pages that the server draws. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tasks.shapes.raster import Mask, trace
from tasks.shapes.rle import unpack_mask

Numbers = Sequence[float]
MARK = 6.0  # half the cross of a point, in pixels
# Masks of larger images are outlined along blocks of pixels, finer than a page shows them.
FINEST = 800


def path_of(shape: Mapping[str, Any]) -> str:
    kind = str(shape["type"])
    draw = _PATHS.get(kind)
    return draw(shape[kind]) if draw else ""


def _line(points: Numbers, *, closed: bool) -> str:
    pairs = zip(points[::2], points[1::2], strict=True)
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in pairs) + ("Z" if closed else "")


def _box(box: Numbers) -> str:
    x, y, width, height = box
    return _line([x, y, x + width, y, x + width, y + height, x, y + height], closed=True)


def _rotated_box(box: Numbers) -> str:
    cx, cy, width, height, angle = box
    turn = math.radians(angle)
    right, down = width / 2, height / 2
    corners = [(-right, -down), (right, -down), (right, down), (-right, down)]
    points = [
        number
        for x, y in corners
        for number in (
            cx + x * math.cos(turn) - y * math.sin(turn),
            cy + x * math.sin(turn) + y * math.cos(turn),
        )
    ]
    return _line(points, closed=True)


def _ellipse(ellipse: Numbers) -> str:
    cx, cy, rx, ry, angle = ellipse
    dx, dy = rx * math.cos(math.radians(angle)), rx * math.sin(math.radians(angle))
    arc = f"A{rx:.1f} {ry:.1f} {angle:.1f} 1 1 "
    start, end = f"{cx + dx:.1f} {cy + dy:.1f}", f"{cx - dx:.1f} {cy - dy:.1f}"
    return f"M{start}{arc}{end}{arc}{start}Z"


def _polygon(rings: Sequence[Numbers]) -> str:
    return "".join(_line(ring, closed=True) for ring in rings)


def _polyline(points: Numbers) -> str:
    return _line(points, closed=False)


def _point(point: Numbers) -> str:
    x, y = point
    cross = [x - MARK, y, x + MARK, y], [x, y - MARK, x, y + MARK]
    return "".join(_line(stroke, closed=False) for stroke in cross)


def _skeleton(triples: Numbers) -> str:
    seen = zip(triples[::3], triples[1::3], triples[2::3], strict=True)
    return "".join(_point((x, y)) for x, y, visible in seen if visible)


def _mask(mask: Mapping[str, Any]) -> str:
    pixels = unpack_mask(mask)
    step = -(-max(pixels.shape) // FINEST)
    if step > 1:
        pixels = _blocks(pixels, step)
    return "".join(_line([at * step for at in ring], closed=True) for ring in trace(pixels))


def _blocks(pixels: Mask, step: int) -> Mask:
    """True for each block of step x step pixels that has any: what is thin stays in sight."""
    height, width = pixels.shape
    rows = np.logical_or.reduceat(pixels, np.arange(0, height, step), axis=0)
    found: Mask = np.logical_or.reduceat(rows, np.arange(0, width, step), axis=1)
    return found


_PATHS: dict[str, Callable[[Any], str]] = {
    "box": _box,
    "rotated_box": _rotated_box,
    "ellipse": _ellipse,
    "polygon": _polygon,
    "polyline": _polyline,
    "point": _point,
    "skeleton": _skeleton,
    "mask": _mask,
}

"""What formats make of a shape of any kind: its bounds, outline, area and pixels.

The geometry stands under the key of its kind, in pixels of the upright image (docs/client.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import cos, pi, radians, sin
from typing import Any

from tasks.shapes.raster import Mask, fill, trace
from tasks.shapes.rle import run_lengths, unpack_mask

Shape = Mapping[str, Any]
Ring = list[float]
Box = tuple[float, float, float, float]  # x, y, width, height

# Kinds that cover an area; formats of boxes and of masks hold these.
AREAL = frozenset({"box", "rotated_box", "ellipse", "polygon", "mask"})
# Corners of the polygon that stands for an ellipse: off by a thousandth of its radius at most.
ELLIPSE_CORNERS = 72


def areal(shapes: Sequence[Shape]) -> list[Shape]:
    return [shape for shape in shapes if shape["type"] in AREAL]


def bounds(shape: Shape) -> Box | None:
    """The upright box around the shape; None when a skeleton shows no point."""
    if shape["type"] == "box":
        x, y, width, height = shape["box"]
        return x, y, width, height
    xs, ys = _extent(shape)
    if not xs:
        return None
    left, top = min(xs), min(ys)
    return left, top, max(xs) - left, max(ys) - top


def area(shape: Shape) -> float:
    """Square pixels; 0 for points and lines, that of its bounds for a skeleton (as COCO's tools take it)."""
    kind = shape["type"]
    if kind in {"box", "rotated_box"}:
        return float(shape[kind][2] * shape[kind][3])
    if kind == "ellipse":
        return float(pi * shape[kind][2] * shape[kind][3])
    if kind == "polygon":
        outer, *holes = (abs(_signed_area(ring)) for ring in shape[kind])
        return outer - sum(holes)
    if kind == "mask":
        return float(run_lengths(shape[kind]["counts"])[1::2].sum())
    around = bounds(shape) if kind == "skeleton" else None
    return around[2] * around[3] if around else 0.0


def outlines(shape: Shape) -> list[Ring]:
    """The rings of an areal shape; a mask's lie along the edges of its pixels."""
    kind = shape["type"]
    if kind == "polygon":
        return [list(ring) for ring in shape["polygon"]]
    if kind == "mask":
        return trace(unpack_mask(shape["mask"]))
    if kind == "box":
        x, y, width, height = shape["box"]
        return [[x, y, x + width, y, x + width, y + height, x, y + height]]
    cx, cy, a, b, angle = shape[kind]
    if kind == "rotated_box":
        half = ((-a / 2, -b / 2), (a / 2, -b / 2), (a / 2, b / 2), (-a / 2, b / 2))
        return [_turned(half, cx, cy, angle)]
    steps = (2 * pi * step / ELLIPSE_CORNERS for step in range(ELLIPSE_CORNERS))
    return [_turned([(a * cos(step), b * sin(step)) for step in steps], cx, cy, angle)]


def outer_rings(shape: Shape) -> list[Ring]:
    """The outlines without holes, for formats that know none."""
    if shape["type"] == "mask":
        return [ring for ring in outlines(shape) if _signed_area(ring) > 0]
    return outlines(shape)[:1]


def pixels(shape: Shape, *, width: int, height: int) -> Mask:
    """(height, width) booleans of an areal shape."""
    if shape["type"] == "mask":
        return unpack_mask(shape["mask"])
    return fill(outlines(shape), width=width, height=height)


def points(shape: Shape) -> list[tuple[float, float, int]]:
    """A skeleton's points as (x, y, visibility)."""
    flat = shape["skeleton"]
    return list(zip(flat[::3], flat[1::3], flat[2::3], strict=True))


def ring_box(ring: Sequence[float]) -> list[float]:
    """[x, y, width, height] around a ring."""
    xs, ys = ring[::2], ring[1::2]
    return [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]


def _extent(shape: Shape) -> tuple[Sequence[float], Sequence[float]]:
    kind = shape["type"]
    if kind == "point":
        return shape[kind][:1], shape[kind][1:]
    if kind == "polyline":
        return shape[kind][::2], shape[kind][1::2]
    if kind == "skeleton":
        shown = [(x, y) for x, y, seen in points(shape) if seen]
        return [x for x, _ in shown], [y for _, y in shown]
    if kind == "ellipse":
        cx, cy, a, b, angle = shape[kind]
        turn = radians(angle)
        reach_x = ((a * cos(turn)) ** 2 + (b * sin(turn)) ** 2) ** 0.5
        reach_y = ((a * sin(turn)) ** 2 + (b * cos(turn)) ** 2) ** 0.5
        return [cx - reach_x, cx + reach_x], [cy - reach_y, cy + reach_y]
    if kind == "mask":
        rows, columns = unpack_mask(shape[kind]).nonzero()
        return [float(columns.min()), float(columns.max()) + 1], [float(rows.min()), float(rows.max()) + 1]
    rings = outlines(shape)
    return [x for ring in rings for x in ring[::2]], [y for ring in rings for y in ring[1::2]]


def _turned(corners: Sequence[tuple[float, float]], cx: float, cy: float, angle: float) -> Ring:
    """Corners around the origin, turned by degrees clockwise on the screen and moved to the centre."""
    c, s = cos(radians(angle)), sin(radians(angle))
    return [number for x, y in corners for number in (cx + x * c - y * s, cy + x * s + y * c)]


def _signed_area(ring: Ring) -> float:
    """Positive when the ring runs clockwise on the screen."""
    xs, ys = ring[::2], ring[1::2]
    return (
        sum(x * ny - nx * y for x, y, nx, ny in zip(xs, ys, [*xs[1:], xs[0]], [*ys[1:], ys[0]], strict=True))
        / 2
    )

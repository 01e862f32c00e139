"""Geometry of answers, without Django. Pixels of the upright image, origin top-left, x right, y down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tasks.shapes.base import Frame, ShapeFault
from tasks.shapes.boxes import check_box, check_ellipse, check_rotated_box
from tasks.shapes.lines import check_point, check_polyline
from tasks.shapes.masks import check_mask
from tasks.shapes.polygons import check_polygon
from tasks.shapes.skeletons import check_skeleton

# The kinds of geometry there are: how each is checked, under the key of the same name. Each gives the
# geometry as it is kept, or raises ShapeFault.
CHECKS: Mapping[str, Callable[[object, Frame], Any]] = {
    "box": check_box,
    "rotated_box": check_rotated_box,
    "ellipse": check_ellipse,
    "polygon": check_polygon,
    "polyline": check_polyline,
    "point": check_point,
    "skeleton": check_skeleton,
    "mask": check_mask,
}

__all__ = ["CHECKS", "Frame", "ShapeFault"]

"""Kinds that are outlines to each other: exact IoU of polygons by GEOS."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from review.consensus.matching import Floats, Ints

Outlines = npt.NDArray[np.object_]


def outlines(rings: Sequence[Sequence[Floats]]) -> Outlines:
    """Polygons from rings of points (n x 2), the outer one first; what crosses itself is mended."""
    made = np.array([shapely.Polygon(outer, holes) for outer, *holes in rings], dtype=np.object_)
    return np.asarray(np.where(shapely.is_valid(made), made, shapely.make_valid(made)))


def overlap(shapes: Outlines, a: Ints, b: Ints) -> Floats:
    """IoU of the pairs shapes[a[i]], shapes[b[i]]."""
    inside = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    area = shapely.area(shapes)
    union = area[a] + area[b] - inside
    return np.asarray(np.divide(inside, union, out=np.zeros_like(inside), where=union > 0))

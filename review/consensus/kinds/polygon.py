"""Polygons with holes: exact IoU, and the robust mean of each ring along its boundary."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from review.consensus.kinds.areas import Outlines, outlines, overlap
from review.consensus.kinds.curves import mean_curve
from review.consensus.kinds.one_by_one import OneByOne
from review.consensus.matching import Floats, Ints, Pairs, cluster
from review.consensus.results import PIXEL_DIGITS

Rings = list[Floats]  # each n x 2, the outer one first
SLACK = 0.002  # of the object's size: points that bend the outline by less are left out


@dataclass(frozen=True, slots=True)
class Drawings:
    rings: list[Rings]
    shapes: Outlines


class Polygons(OneByOne[Drawings]):
    name = "polygon"
    layered = True

    def read(self, geometries: Sequence[Any], *, extent: Floats) -> Drawings:
        rings = [
            [np.array(ring, dtype=np.float64).reshape(-1, 2) for ring in geometry] for geometry in geometries
        ]
        return Drawings(rings, outlines(rings))

    def bounds(self, items: Drawings) -> Floats:
        return np.asarray(shapely.bounds(items.shapes))

    def similarity(self, items: Drawings, a: Ints, b: Ints) -> Floats:
        return overlap(items.shapes, a, b)

    def pick(self, items: Drawings, numbers: Sequence[int]) -> Drawings:
        return Drawings([items.rings[n] for n in numbers], items.shapes[numbers])

    def join(self, items: Drawings, more: Drawings) -> Drawings:
        return Drawings(items.rings + more.rings, np.concatenate([items.shapes, more.shapes]))

    def write(self, items: Drawings) -> list[list[float]]:
        return [np.round(ring, PIXEL_DIGITS).ravel().tolist() for ring in items.rings[0]]

    def merge(self, items: Drawings, *, weight: Floats) -> list[list[float]]:
        outer = [rings[0] for rings in items.rings]
        fused = [_mean_ring(outer, weight)]
        for holes, weights in _holes(items.rings, weight):
            fused.append(_mean_ring(holes, weights))
        made = shapely.Polygon(fused[0], fused[1:])
        if not made.is_valid:
            made = _mended(made)
        made = shapely.simplify(made, SLACK * np.sqrt(made.area))
        rings = [made.exterior, *made.interiors]
        return [np.round(ring.coords[:-1], PIXEL_DIGITS).ravel().tolist() for ring in rings]


def _mean_ring(rings: Rings, weight: Floats) -> Floats:
    return mean_curve(rings, weight=weight, first=_central(rings, weight), closed=True)


def _central(rings: Rings, weight: Floats) -> int:
    """The ring most like all the others."""
    shapes = outlines([[ring] for ring in rings])
    a, b = (side.ravel() for side in np.indices((len(rings), len(rings))))
    like = overlap(shapes, a, b).reshape(len(rings), -1) @ weight
    return int(np.argmax(np.round(like, 9)))


def _holes(drawn: Sequence[Rings], weight: Floats) -> list[tuple[Rings, Floats]]:
    """The holes that more than half of the people (by weight) drew."""
    holes = [(ring, r) for r, (_, *inner) in enumerate(drawn) for ring in inner]
    if not holes:
        return []
    seat = np.array([r for _, r in holes])
    a, b = (side.ravel() for side in np.indices((len(holes), len(holes))))
    pairs = (a < b) & (seat[a] != seat[b])
    a, b = a[pairs], b[pairs]
    value = overlap(outlines([[ring] for ring, _ in holes]), a, b)
    members = cluster(Pairs(a, b, value), seat=seat, seats=len(drawn), least=Polygons.least)
    found = []
    for row in members:
        (seats,) = np.nonzero(row >= 0)
        if 2.0 * weight[seats].sum() > weight.sum():
            found.append(([holes[n][0] for n in row[seats]], weight[seats]))
    return found


def _mended(polygon: shapely.Polygon) -> shapely.Polygon:
    """The greatest part of an outline that crossed itself."""
    parts = shapely.get_parts(shapely.make_valid(polygon))
    areas = [part for part in parts if part.geom_type == "Polygon"]
    return max(areas, key=lambda part: (part.area, part.wkb))

"""Single points, and skeletons of named points (object keypoint similarity, as COCO measures it)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from review.consensus.kinds.base import UNKNOWN_EXTENT
from review.consensus.kinds.one_by_one import OneByOne
from review.consensus.kinds.robust import geometric_median
from review.consensus.matching import Floats, Ints
from review.consensus.results import PIXEL_DIGITS

OF_IMAGE = 0.015  # a point's spread as a share of the image's longer side
OF_OBJECT = 0.1  # a keypoint's spread as a share of the square root of the object's area
MARGIN = 3.0  # spreads beyond which two points have nothing to do with each other
LEAST_SIDE = 10.0  # pixels: the least size an object is taken to have


@dataclass(frozen=True, slots=True)
class Spots:
    """`places` (n x 2) and the `spread` in pixels that makes a difference, by point."""

    places: Floats
    spread: Floats


class Points(OneByOne[Spots]):
    """Similarity exp(-d^2 / 2 s^2); the weighted geometric median is the consensus."""

    name = "point"

    def read(self, geometries: Sequence[Any], *, extent: Floats) -> Spots:
        spread = OF_IMAGE * np.where(extent > 0, extent, UNKNOWN_EXTENT)
        return Spots(np.array(geometries, dtype=np.float64).reshape(-1, 2), spread)

    def bounds(self, items: Spots) -> Floats:
        margin = MARGIN / 2.0 * items.spread[:, None]
        return np.concatenate([items.places - margin, items.places + margin], axis=1)

    def similarity(self, items: Spots, a: Ints, b: Ints) -> Floats:
        squared = np.square(items.places[a] - items.places[b]).sum(axis=1)
        return np.asarray(np.exp(-squared / (2.0 * items.spread[a] * items.spread[b])))

    def pick(self, items: Spots, numbers: Sequence[int]) -> Spots:
        return Spots(items.places[numbers], items.spread[numbers])

    def join(self, items: Spots, more: Spots) -> Spots:
        return Spots(np.concatenate([items.places, more.places]), np.concatenate([items.spread, more.spread]))

    def write(self, items: Spots) -> list[float]:
        return [round(number, PIXEL_DIGITS) for number in items.places[0].tolist()]

    def merge(self, items: Spots, *, weight: Floats) -> list[float]:
        place = geometric_median(items.places, weight=weight)
        return [round(number, PIXEL_DIGITS) for number in place.tolist()]


class Skeletons(OneByOne[list[Floats]]):
    """Items: points x (x, y, visibility); 0 absent, 1 hidden, 2 visible.

    Similarity: the mean over the points that either has of exp(-d^2 / 2 s^2 k^2), s^2 the object's area, 0
    for a point only one has. A point's visibility is voted, its place is the geometric median of those
    who placed it.
    """

    name = "skeleton"

    def read(self, geometries: Sequence[Any], *, extent: Floats) -> list[Floats]:
        return [np.array(geometry, dtype=np.float64).reshape(-1, 3) for geometry in geometries]

    def bounds(self, items: list[Floats]) -> Floats:
        return np.array([_bounds(points) for points in items]).reshape(-1, 4)

    def similarity(self, items: list[Floats], a: Ints, b: Ints) -> Floats:
        bounds = self.bounds(items)
        side = np.maximum(bounds[:, 2:] - bounds[:, :2], LEAST_SIDE)
        area = np.prod(side, axis=1)
        return np.array(
            [
                _oks(items[i], items[j], area=float(np.sqrt(area[i] * area[j])))
                for i, j in zip(a.tolist(), b.tolist(), strict=True)
            ]
        )

    def pick(self, items: list[Floats], numbers: Sequence[int]) -> list[Floats]:
        return [items[n] for n in numbers]

    def join(self, items: list[Floats], more: list[Floats]) -> list[Floats]:
        return items + more

    def write(self, items: list[Floats]) -> list[float]:
        return [number for point in items[0] for number in _point(point[:2], int(point[2]))]

    def merge(self, items: list[Floats], *, weight: Floats) -> list[float]:
        # A skeleton of another number of points has no similarity with these and is in no cluster with them.
        points = np.stack(items)
        flat: list[float] = []
        for k in range(points.shape[1]):
            seen = points[:, k, 2].astype(int)
            votes = np.round(np.bincount(seen, weights=weight, minlength=3), 9)
            if votes[0] > votes[1] + votes[2]:
                flat += _point(np.zeros(2), 0)
                continue
            placed = seen > 0
            place = geometric_median(points[placed, k, :2], weight=weight[placed])
            flat += _point(place, 2 if votes[2] >= votes[1] else 1)
        return flat


def _bounds(points: Floats) -> list[float]:
    placed = points[points[:, 2] > 0, :2] if (points[:, 2] > 0).any() else points[:, :2]
    low, high = placed.min(axis=0) - LEAST_SIDE / 2.0, placed.max(axis=0) + LEAST_SIDE / 2.0
    return [*low.tolist(), *high.tolist()]


def _oks(a: Floats, b: Floats, *, area: float) -> float:
    if a.shape != b.shape:
        return 0.0
    either, both = (a[:, 2] > 0) | (b[:, 2] > 0), (a[:, 2] > 0) & (b[:, 2] > 0)
    if not either.any():
        return 1.0
    squared = np.square(a[both, :2] - b[both, :2]).sum(axis=1)
    return float(np.exp(-squared / (2.0 * area * OF_OBJECT**2)).sum() / either.sum())


def _point(place: Floats, visibility: int) -> list[float]:
    return [*(round(number, PIXEL_DIGITS) for number in place.tolist()), visibility]

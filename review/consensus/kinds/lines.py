"""Polylines: mean distance between the lines (chamfer), and their robust mean along the course."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from review.consensus.kinds.base import UNKNOWN_EXTENT
from review.consensus.kinds.curves import densify, mean_curve, nearest_on
from review.consensus.kinds.one_by_one import OneByOne
from review.consensus.matching import Floats, Ints
from review.consensus.results import PIXEL_DIGITS

# The mean distance at which two lines are 1/e similar: of their length, and of the image's longer side.
OF_LENGTH, OF_IMAGE = 0.02, 0.005


@dataclass(frozen=True, slots=True)
class Lines:
    """`scale`: the distance in pixels that makes a difference, by line."""

    points: list[Floats]
    scale: Floats


class Polylines(OneByOne[Lines]):
    """Similarity exp(-d / s) with d the mean distance from each line's points to the other, both ways; lines
    may run in either direction."""

    name = "polyline"

    def read(self, geometries: Sequence[Any], *, extent: Floats) -> Lines:
        points = [np.array(geometry, dtype=np.float64).reshape(-1, 2) for geometry in geometries]
        length = np.array([np.hypot(*np.diff(line, axis=0).T).sum() for line in points])
        return Lines(points, OF_LENGTH * length + OF_IMAGE * np.where(extent > 0, extent, UNKNOWN_EXTENT))

    def bounds(self, items: Lines) -> Floats:
        low = np.array([line.min(axis=0) for line in items.points]) - items.scale[:, None]
        high = np.array([line.max(axis=0) for line in items.points]) + items.scale[:, None]
        return np.concatenate([low, high], axis=1)

    def similarity(self, items: Lines, a: Ints, b: Ints) -> Floats:
        dense = {i: densify(items.points[i], closed=False) for i in {*a.tolist(), *b.tolist()}}
        distance = np.array(
            [
                (_distance(dense[i], items.points[j]) + _distance(dense[j], items.points[i])) / 2.0
                for i, j in zip(a.tolist(), b.tolist(), strict=True)
            ]
        )
        return np.asarray(np.exp(-distance / ((items.scale[a] + items.scale[b]) / 2.0)))

    def pick(self, items: Lines, numbers: Sequence[int]) -> Lines:
        return Lines([items.points[n] for n in numbers], items.scale[numbers])

    def join(self, items: Lines, more: Lines) -> Lines:
        return Lines(items.points + more.points, np.concatenate([items.scale, more.scale]))

    def write(self, items: Lines) -> list[float]:
        return _written(items.points[0])

    def merge(self, items: Lines, *, weight: Floats) -> list[float]:
        a, b = (side.ravel() for side in np.indices((len(weight), len(weight))))
        like = self.similarity(items, a, b).reshape(len(weight), -1) @ weight
        course = mean_curve(
            items.points, weight=weight, first=int(np.argmax(np.round(like, 9))), closed=False
        )
        line = shapely.simplify(shapely.LineString(course), 0.1 * float(items.scale.mean()))
        return _written(np.array(line.coords))


def _distance(points: Floats, line: Floats) -> float:
    return float(np.hypot(*(nearest_on(line, points, closed=False) - points).T).mean())


def _written(points: Floats) -> list[float]:
    flat: list[float] = np.round(points, PIXEL_DIGITS).ravel().tolist()
    return flat

"""Masks: IoU and vote over run lengths."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from review.consensus.answers import Mask
from review.consensus.kinds.mask_vote import vote
from review.consensus.kinds.one_by_one import OneByOne
from review.consensus.kinds.runs import (
    bounds_of,
    columns,
    covered_at,
    from_lengths,
    shared_pixels,
    stack,
    to_lengths,
    union_of,
)
from review.consensus.matching import Floats, Ints
from tasks.shapes.rle import compressed, run_lengths

IDLE = 0.05  # pairs that cannot be more alike are not looked at


@dataclass(frozen=True, slots=True)
class Drawings:
    """`masks`: run ends, and `covered`, the pixels up to each (runs.py); `heights` of their images;
    `bounds`: n x 4; `area`: pixels."""

    masks: list[Ints]
    covered: list[Floats]
    heights: list[int]
    widths: list[int]
    bounds: Floats
    area: Floats


class Masks(OneByOne[Drawings]):
    name = "mask"
    layered = True

    def read(self, geometries: Sequence[Any], *, extent: Floats) -> Drawings:
        parts = [_parts(geometry) for geometry in geometries]
        masks = [from_lengths(run_lengths(counts)) for _, counts in parts]
        heights, widths = [int(size[0]) for size, _ in parts], [int(size[1]) for size, _ in parts]
        covered = [covered_at(mask) for mask in masks]
        return Drawings(
            masks=masks,
            covered=covered,
            heights=heights,
            widths=widths,
            bounds=np.array([bounds_of(m, height=h) for m, h in zip(masks, heights, strict=True)]),
            area=np.array([ends[-1] if len(ends) else 0.0 for ends in covered]),
        )

    def bounds(self, items: Drawings) -> Floats:
        return items.bounds

    def similarity(self, items: Drawings, a: Ints, b: Ints) -> Floats:
        # Cheaply, what the IoU cannot exceed: all that the bounds share, of the greater area.
        low = np.maximum(items.bounds[a, :2], items.bounds[b, :2])
        shared = np.prod(np.minimum(items.bounds[a, 2:], items.bounds[b, 2:]) - low, axis=1)
        most = np.minimum(shared, np.minimum(items.area[a], items.area[b]))
        values = np.zeros(len(a))
        for k in np.flatnonzero(most > IDLE * np.maximum(items.area[a], items.area[b])).tolist():
            i, j = int(a[k]), int(b[k])
            inside = shared_pixels(items.masks[i], items.masks[j], covered=items.covered[j])
            values[k] = inside / (items.area[i] + items.area[j] - inside)
        return values

    def pick(self, items: Drawings, numbers: Sequence[int]) -> Drawings:
        return Drawings(
            masks=[items.masks[n] for n in numbers],
            covered=[items.covered[n] for n in numbers],
            heights=[items.heights[n] for n in numbers],
            widths=[items.widths[n] for n in numbers],
            bounds=items.bounds[numbers],
            area=items.area[numbers],
        )

    def join(self, items: Drawings, more: Drawings) -> Drawings:
        return Drawings(
            masks=items.masks + more.masks,
            covered=items.covered + more.covered,
            heights=items.heights + more.heights,
            widths=items.widths + more.widths,
            bounds=np.concatenate([items.bounds, more.bounds]),
            area=np.concatenate([items.area, more.area]),
        )

    def write(self, items: Drawings) -> dict[str, Any]:
        return _written(items.masks[0], items.heights[0], items.widths[0])

    def merge(self, items: Drawings, *, weight: Floats) -> dict[str, Any]:
        stacked = stack(items.masks)
        found = columns(stacked)
        chosen = vote(found, trust=weight)
        return _written(union_of(stacked, chosen[found.column]), items.heights[0], items.widths[0])


def _parts(geometry: Any) -> tuple[Sequence[int], str]:
    if isinstance(geometry, Mask):
        return geometry.size, geometry.counts
    assert isinstance(geometry, Mapping)
    return geometry["size"], geometry["counts"]


def _written(mask: Ints, height: int, width: int) -> dict[str, Any]:
    lengths = to_lengths(mask, pixels=height * width)
    return {"size": [height, width], "counts": compressed(lengths)}

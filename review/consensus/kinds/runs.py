"""Sets of pixels as runs, and several of them laid over each other without unpacking one.

A mask is its sorted run ends [start, end, start, end ...] along the columns. Several masks cut the image
into stretches in which nobody begins or ends; what the people say of a stretch is one column of bits, and
of at most 2^R distinct columns. Every count below is a sum of lengths of stretches: it costs what the
outlines cost, however many pixels they hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from review.consensus.matching import Bools, Floats, Ints

FEW = 12  # people whose columns are counted in a table of all there can be


@dataclass(frozen=True, slots=True)
class Stack:
    """Masks of R people: stretches from `ends[i]` to `ends[i + 1]`, and who covers them (R x stretches)."""

    ends: Ints
    covers: Bools

    @property
    def length(self) -> Ints:
        return np.diff(self.ends)


@dataclass(frozen=True, slots=True)
class Columns:
    """The distinct columns of a stack: `says` (R x columns), how many pixels say so, and each stretch's."""

    says: Bools
    pixels: Floats
    column: Ints


def stack(masks: Sequence[Ints]) -> Stack:
    ends = np.sort(np.concatenate([np.zeros(1, dtype=np.int64), *masks]))
    ends = ends[np.concatenate([[True], ends[1:] > ends[:-1]])]
    covers = np.stack([np.searchsorted(mask, ends[:-1], side="right") % 2 == 1 for mask in masks])
    return Stack(ends, covers)


def columns(stacked: Stack) -> Columns:
    people = len(stacked.covers)
    code = (1 << np.arange(people, dtype=np.int64)) @ stacked.covers
    if people <= FEW:
        used = np.bincount(code, minlength=1 << people) > 0
        codes, column = np.flatnonzero(used), (np.cumsum(used) - 1)[code]
    else:
        codes, column = np.unique(code, return_inverse=True)
    pixels = np.bincount(column, weights=stacked.length, minlength=len(codes)).astype(np.float64)
    says = (codes[None] >> np.arange(people)[:, None]) & 1 == 1
    return Columns(says, pixels, column)


def union_of(stacked: Stack, chosen: Bools) -> Ints:
    """The runs of the chosen stretches."""
    edge = np.diff(np.concatenate([[False], chosen, [False]]).astype(np.int8))
    starts, stops = stacked.ends[np.flatnonzero(edge == 1)], stacked.ends[np.flatnonzero(edge == -1)]
    return np.stack([starts, stops], axis=1).ravel()


def shared_pixels(a: Ints, b: Ints, *, covered: Floats) -> float:
    """How many pixels two masks share; `covered` is covered_at(b)."""
    if not len(a) or not len(b):
        return 0.0
    # How much of b lies before a place grows evenly inside its runs and rests between them.
    before = np.interp(a, b, covered)
    return float((before[1::2] - before[::2]).sum())


def covered_at(mask: Ints) -> Floats:
    """The pixels of the mask up to each of its run ends."""
    lengths = np.diff(mask, prepend=mask[:1]).astype(np.float64)
    lengths[::2] = 0.0
    return np.cumsum(lengths)


def from_lengths(lengths: Ints) -> Ints:
    """Run ends from alternating run lengths, first of those outside (as COCO writes masks)."""
    ends = np.cumsum(lengths)
    return ends[: len(ends) // 2 * 2]


def to_lengths(mask: Ints, *, pixels: int) -> Ints:
    ends = np.concatenate([[0], mask, [pixels]])
    lengths = np.diff(ends)
    return lengths[:-1] if lengths[-1] == 0 else lengths


def bounds_of(mask: Ints, *, height: int) -> list[float]:
    """x1, y1, x2, y2 of a mask that runs down columns of that height."""
    if not len(mask):
        return [0.0, 0.0, 0.0, 0.0]
    first, last = mask[::2] // height, (mask[1::2] - 1) // height
    whole = (first != last).any()
    top = 0 if whole else int((mask[::2] % height).min())
    bottom = height if whole else int(((mask[1::2] - 1) % height).max()) + 1
    return [float(first.min()), float(top), float(last.max()) + 1.0, float(bottom)]

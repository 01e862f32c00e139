"""COCO's compressed run lengths: to masks and back, in linear time. Without Django.

A mask is read down its columns; runs alternate, the first counts what lies outside. Each character holds
five bits from 48 on, its sixth bit says that more follow, the highest of the last five is the sign. From
the fourth run on, each is the difference to the one two before (pycocotools, rleToString).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.shapes.base import ShapeFault

# Seven characters of five bits hold more than any image has pixels.
_LONGEST = 7


def run_lengths(counts: str) -> npt.NDArray[np.int64]:
    """The runs of a compressed string; ShapeFault malformed when it is none."""
    codes = np.frombuffer(counts.encode("ascii"), np.uint8).astype(np.int64) - 48
    if codes.size == 0 or int(codes.min()) < 0 or int(codes.max()) > 63:
        raise ShapeFault("malformed", ".counts")
    (ends,) = np.nonzero(codes < 32)
    if ends.size == 0 or int(ends[-1]) != codes.size - 1:
        raise ShapeFault("malformed", ".counts")
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts + 1
    if int(lengths.max()) > _LONGEST:
        raise ShapeFault("malformed", ".counts")
    shifts = 5 * (np.arange(codes.size) - np.repeat(starts, lengths))
    values: npt.NDArray[np.int64] = np.add.reduceat((codes & 31) << shifts, starts)
    values -= np.where(codes[ends] & 16, np.int64(1) << (5 * lengths), 0)
    # Two interleaved sums: runs 1, 3, 5 ... and 2, 4, 6 ...; the first run stands by itself.
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values


def compressed(runs: npt.NDArray[np.int64]) -> str:
    """The string of these runs, as pycocotools writes it."""
    values = runs.astype(np.int64)
    values[3:] -= runs[1:-2]
    # Characters a value takes: the fewest groups of five bits that hold it with its sign.
    lengths = np.ones(values.size, np.int64)
    for groups in range(1, _LONGEST):
        reach = np.int64(1) << (5 * groups - 1)
        lengths += (values < -reach) | (values >= reach)
    ends = np.cumsum(lengths)
    place = np.arange(int(ends[-1])) - np.repeat(ends - lengths, lengths)
    codes = (np.repeat(values, lengths) >> (5 * place)) & 31
    codes[place < np.repeat(lengths, lengths) - 1] |= 32
    return (codes + 48).astype(np.uint8).tobytes().decode("ascii")


def unpack_mask(value: Mapping[str, Any]) -> npt.NDArray[np.bool_]:
    """(height, width) booleans of a checked {"size", "counts"}."""
    height, width = value["size"]
    runs = run_lengths(value["counts"])
    inside = np.arange(runs.size) % 2 == 1
    return np.repeat(inside, runs).reshape(width, height).T


def pack_mask(mask: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """{"size": [height, width], "counts": string} of (height, width) booleans."""
    height, width = mask.shape
    flat = np.ascontiguousarray(mask.T).reshape(-1)
    (changes,) = np.nonzero(flat[1:] != flat[:-1])
    # The first run counts what lies outside, be it nothing.
    bounds = np.concatenate(([0] if not flat[:1].any() else [0, 0], changes + 1, [flat.size]))
    return {"size": [height, width], "counts": compressed(np.diff(bounds))}

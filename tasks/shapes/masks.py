"""Masks: COCO's compressed run lengths, decoded in linear time and without unpacking a pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.shapes.base import MIN_AREA, Frame, ShapeFault

# Seven characters of five bits hold more than any image has pixels.
_LONGEST = 7


def check_mask(value: object, frame: Frame) -> dict[str, Any]:
    """{"size": [height, width], "counts": string}: of the image's size, and not empty."""
    if not isinstance(value, dict) or value.keys() != {"size", "counts"}:
        raise ShapeFault("malformed")
    size, counts = value["size"], value["counts"]
    if not isinstance(size, list) or [type(side) for side in size] != [int, int]:
        raise ShapeFault("malformed", ".size")
    if size != [frame.height, frame.width]:
        raise ShapeFault("wrong_size", ".size")
    if not isinstance(counts, str) or not counts.isascii():
        raise ShapeFault("malformed", ".counts")
    runs = run_lengths(counts)
    if int(runs.min()) < 0 or int(runs.sum()) != frame.height * frame.width:
        raise ShapeFault("wrong_runs", ".counts")
    if int(runs[1::2].sum()) < MIN_AREA:
        raise ShapeFault("too_small", ".counts")
    return {"size": size, "counts": counts}


def run_lengths(counts: str) -> npt.NDArray[np.int64]:
    """Runs down the columns, first of those outside; ShapeFault malformed when the string is none.

    Each character gives five bits from 48 on, its sixth bit says that more follow, the highest of the last
    five is the sign. From the fourth run on, each is the difference to the one two before (pycocotools,
    rleToString).
    """
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

"""Masks: COCO's compressed run lengths, checked without unpacking a pixel."""

from __future__ import annotations

from typing import Any

from tasks.shapes.base import MIN_AREA, Frame, ShapeFault
from tasks.shapes.rle import run_lengths


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
    runs, pixels = run_lengths(counts), frame.height * frame.width
    # Each by itself first: a sum of huge runs comes round to the right one, and unpacking writes them all.
    if int(runs.min()) < 0 or int(runs.max()) > pixels or int(runs.sum()) != pixels:
        raise ShapeFault("wrong_runs", ".counts")
    if int(runs[1::2].sum()) < MIN_AREA:
        raise ShapeFault("too_small", ".counts")
    return {"size": size, "counts": counts}

"""Boxes: IoU, and a robust estimate of each edge (geometry.py)."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from review.consensus import geometry
from review.consensus.kinds.base import Drawn, Fused, Kind
from review.consensus.matching import Floats, Ints, iou
from review.consensus.results import PIXEL_DIGITS


class Boxes(Kind[Floats]):
    """Items: corners x1, y1, x2, y2, n x 4."""

    name = "box"

    def read(self, geometries: Sequence[Any], *, extent: Floats) -> Floats:
        boxes = np.array(geometries, dtype=np.float64).reshape(-1, 4)
        boxes[:, 2:] += boxes[:, :2]
        return boxes

    def bounds(self, items: Floats) -> Floats:
        return items

    def similarity(self, items: Floats, a: Ints, b: Ints) -> Floats:
        return iou(items[a], items[b])

    def fuse(self, drawn: Drawn[Floats]) -> Fused:
        stacked = np.where(drawn.seen[:, :, None], drawn.items[drawn.members], np.nan)
        fused = geometry.fuse(stacked, bias=drawn.bias, spread=drawn.spread)
        limit = np.where(drawn.size > 0, drawn.size, np.inf)
        boxes = np.clip(fused.boxes, 0.0, np.tile(limit, 2)) if np.isfinite(limit).all() else fused.boxes
        low, high = boxes[:, :2], boxes[:, 2:]
        return Fused(
            geometries=np.round(np.concatenate([low, high - low], axis=1), PIXEL_DIGITS).tolist(),
            expected=fused.expected_iou,
            similarity=iou(boxes[:, None], stacked),
        )

"""Video tracks: one object's box in each frame of a clip in which it is in view.

A geometry is [[frame, x, y, width, height], ...], frames rising; where the object is out of view it has no
entry. Nothing is interpolated on reading: who draws key frames writes out what lies between.

*The same object*: tubes' IoU (Gkioxari and Malik, "Finding action tubes", CVPR 2015), over all frames t

    IoU(a, b) = sum over t of |a_t and b_t| / sum over t of |a_t or b_t|          |a_t| = 0 out of view

with one track of a person in a cluster (matching.py), so two people who cross paths do not change bodies.

*In view*: a two-state hidden Markov chain along the frames (Rabiner, Proc. IEEE 77, 1989). The state stays
with chance STAYS; in view each person of the cluster has a box with chance SEES, out of view with IMAGINES.
Frames whose smoothed posterior is above a half are kept. So a frame that one person forgot does not tear the
track, and one that only one person drew past its end does not lengthen it.

*Where*: in each frame the robust fusion of edges (geometry.py), y_t with information w_t. Objects move
smoothly while hands tremble anew in each frame: with D the second divided differences along the frames,

    z = argmin  sum of w_t (y_t - z_t)^2 + |D z|^2 / ACCELERATION^2,    (W + D'D / ACCELERATION^2) z = W y

(Whittaker 1923; Eilers, "A perfect smoother", Anal. Chem. 75, 2003), the most likely course under random
accelerations of so much of the object's size a frame squared. Where it left the view a new course begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import solveh_banded
from scipy.sparse import diags_array

from review.consensus import geometry
from review.consensus.kinds.base import Drawn, Fused, Kind
from review.consensus.kinds.robust import expected_similarity
from review.consensus.matching import Bools, Floats, Ints
from review.consensus.results import PIXEL_DIGITS

STAYS, SEES, IMAGINES = 0.95, 0.9, 0.1
ACCELERATION = 0.02
LEFT = 3.0  # so many usual steps between two frames without a box: it was out of view


@dataclass(frozen=True, slots=True)
class Tube:
    """`frames`: rising; `corners`: x1, y1, x2, y2 in each."""

    frames: Ints
    corners: Floats

    @property
    def volume(self) -> float:
        return float(np.prod(self.corners[:, 2:] - self.corners[:, :2], axis=1).sum())


class Tracks(Kind[list[Tube]]):
    name = "track"

    def read(self, geometries: Sequence[Any], *, extent: Floats) -> list[Tube]:
        return [_tube(geometry) for geometry in geometries]

    def bounds(self, items: list[Tube]) -> Floats:
        """Of the whole course: who never were at one place have no similarity."""
        low = [tube.corners[:, :2].min(axis=0) for tube in items]
        return np.concatenate([low, [tube.corners[:, 2:].max(axis=0) for tube in items]], axis=1)

    def similarity(self, items: list[Tube], a: Ints, b: Ints) -> Floats:
        pairs = zip(a.tolist(), b.tolist(), strict=True)
        return np.array([tube_iou(items[i], items[j]) for i, j in pairs], dtype=np.float64)

    def fuse(self, drawn: Drawn[list[Tube]]) -> Fused:
        geometries, similarity = [], np.zeros(drawn.members.shape)
        for c, row in enumerate(drawn.members):
            (seats,) = np.nonzero(row >= 0)
            tubes = [drawn.items[n] for n in row[seats].tolist()]
            fused = tubes[0]
            if len(tubes) > 1:
                fused = merge(tubes, bias=drawn.bias[c, seats], spread=drawn.spread[c, seats])
            similarity[c, seats] = [tube_iou(tube, fused) for tube in tubes]
            geometries.append(_written(fused, size=drawn.size[c]))
        return Fused(geometries, expected_similarity(drawn, similarity), similarity)


def tube_iou(a: Tube, b: Tube) -> float:
    """0 where they share no frame."""
    _, i, j = np.intersect1d(a.frames, b.frames, assume_unique=True, return_indices=True)
    p, q = a.corners[i], b.corners[j]
    sides = np.clip(np.minimum(p[:, 2:], q[:, 2:]) - np.maximum(p[:, :2], q[:, :2]), 0.0, None)
    inside = float(np.prod(sides, axis=1).sum())
    return inside / max(a.volume + b.volume - inside, 1e-9)


def merge(tubes: Sequence[Tube], *, bias: Floats, spread: Floats) -> Tube:
    """One course from two people's or more (bias, spread: people x 4, in units of the object's size)."""
    frames = np.unique(np.concatenate([tube.frames for tube in tubes]))
    stacked = np.full((len(frames), len(tubes), 4), np.nan)
    for seat, tube in enumerate(tubes):
        stacked[np.searchsorted(frames, tube.frames), seat] = tube.corners
    seen = ~np.isnan(stacked[:, :, 0])
    kept = in_view(seen) > 0.5
    if not kept.any():  # in each frame another few: where most of them are
        kept = seen.sum(axis=1) == seen.sum(axis=1).max()
    frames, stacked = frames[kept], stacked[kept]
    found = geometry.fuse(stacked, bias=bias[None], spread=spread[None])
    step = np.diff(frames)
    usual = np.median(step) if len(step) else 0.0
    courses = np.split(np.arange(len(frames)), np.flatnonzero(step > LEFT * usual) + 1)
    boxes = [smooth(frames[c], found.boxes[c], weight=found.information[c]) for c in courses]
    return Tube(frames, np.concatenate(boxes))


def in_view(seen: Bools) -> Floats:
    """P(in view) by frame, from who has a box there (frames x people): forward and backward."""
    says, count = np.array([IMAGINES, SEES]), seen.sum(axis=1, keepdims=True)
    said = count * np.log(says) + (seen.shape[1] - count) * np.log1p(-says)
    chances = np.exp(said - said.max(axis=1, keepdims=True))
    turn = np.array([[STAYS, 1.0 - STAYS], [1.0 - STAYS, STAYS]])
    ahead, back = np.full_like(chances, 0.5), np.full_like(chances, 0.5)
    for t in range(1, len(chances)):
        ahead[t] = (ahead[t - 1] * chances[t - 1]) @ turn
        ahead[t] /= ahead[t].sum()
        back[-t - 1] = turn @ (back[-t] * chances[-t])
        back[-t - 1] /= back[-t - 1].sum()
    both = ahead * chances * back
    return np.asarray(both[:, 1] / both.sum(axis=1))


def smooth(frames: Ints, corners: Floats, *, weight: Floats) -> Floats:
    """The most likely course through fused corners (frames x 4), `weight` the information about each."""
    n = len(frames)
    if n < 3:
        return corners
    step = np.diff(frames).astype(np.float64)
    reach = (step[:-1] + step[1:]) / 2.0
    # An acceleration over a longer stretch counts for as many frames as the stretch has.
    rows = np.stack([1.0 / step[:-1], -1.0 / step[:-1] - 1.0 / step[1:], 1.0 / step[1:]]) / np.sqrt(reach)
    bends = diags_array(list(rows), offsets=[0, 1, 2], shape=(n - 2, n))
    rough = (bends.T @ bends).todia()
    bands = np.zeros((3, n))
    for k in range(3):
        bands[2 - k, k:] = rough.diagonal(k) / ACCELERATION**2
    found = np.empty_like(corners)
    for edge in range(4):
        system = bands.copy()
        system[2] += weight[:, edge]
        found[:, edge] = solveh_banded(system, weight[:, edge] * corners[:, edge])
    return found


def _tube(geometry: Any) -> Tube:
    rows = np.array(geometry, dtype=np.float64).reshape(-1, 5)
    frames = rows[:, 0].astype(np.int64)
    return Tube(frames, np.concatenate([rows[:, 1:3], rows[:, 1:3] + rows[:, 3:]], axis=1))


def _written(tube: Tube, *, size: Floats) -> list[list[float]]:
    limit = np.where(size > 0, size, np.inf)
    low = np.clip(tube.corners[:, :2], 0.0, limit)
    sides = np.maximum(np.clip(tube.corners[:, 2:], 0.0, limit) - low, 10.0**-PIXEL_DIGITS)
    boxes = np.round(np.concatenate([low, sides], axis=1), PIXEL_DIGITS).tolist()
    return [[frame, *box] for frame, box in zip(tube.frames.tolist(), boxes, strict=True)]

"""The robust mean of several outlines or lines, taken along the boundary.

The curve most like the others lends its course. Each of its points moves to the weighted mean of the
nearest points on all curves, those far from where they should be losing their weight (Student's t), and
again from there (iterated closest points, Besl and McKay 1992, without a motion). What one person drew
off somewhere hardly shows; corners that people share stay.
"""

from collections.abc import Sequence

import numpy as np

from review.consensus.geometry import FREEDOM
from review.consensus.matching import Floats

ROUNDS = 4
POINTS = 96  # about so many points carry the mean


def mean_curve(curves: Sequence[Floats], *, weight: Floats, first: int, closed: bool) -> Floats:
    """The mean of curves (each n x 2), begun from curves[first]; closed curves do not repeat their start."""
    moving = densify(curves[first], closed=closed)
    ends = None if closed else _ends(curves, weight=weight, first=first)
    for _ in range(ROUNDS):
        nearest = np.stack([nearest_on(curve, moving, closed=closed) for curve in curves])
        distance = np.hypot(*np.moveaxis(nearest - moving, -1, 0))
        scale = max(float(np.median(distance)), 0.5)
        credible = weight[:, None] / (FREEDOM + np.square(distance / scale))
        moving = (credible[:, :, None] * nearest).sum(axis=0) / credible.sum(axis=0)[:, None]
        if ends is not None:
            moving[0], moving[-1] = ends
    return np.asarray(moving)


def _ends(curves: Sequence[Floats], *, weight: Floats, first: int) -> tuple[Floats, Floats]:
    """Where the lines begin and end on the whole, each taken in the direction of the first one."""
    turned = [aligned(curve, curves[first]) for curve in curves]
    start = np.average([curve[0] for curve in turned], axis=0, weights=weight)
    return start, np.average([curve[-1] for curve in turned], axis=0, weights=weight)


def aligned(curve: Floats, to: Floats) -> Floats:
    """The line as it is or backwards, whichever begins and ends nearer to where `to` does."""
    forth = np.hypot(*(curve[0] - to[0])) + np.hypot(*(curve[-1] - to[-1]))
    back = np.hypot(*(curve[-1] - to[0])) + np.hypot(*(curve[0] - to[-1]))
    return curve[::-1] if back < forth else curve


def densify(curve: Floats, *, closed: bool) -> Floats:
    """The curve's own points, with more between those that lie far apart."""
    ends = np.roll(curve, -1, axis=0) if closed else curve[1:]
    starts = curve if closed else curve[:-1]
    length = np.hypot(*(ends - starts).T)
    parts = np.maximum(np.ceil(length / max(length.sum() / POINTS, 1e-9)), 1).astype(int)
    which = np.repeat(np.arange(len(starts)), parts)
    along = (np.arange(len(which)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[which]
    dense = starts[which] + along[:, None] * (ends - starts)[which]
    return dense if closed else np.concatenate([dense, curve[-1:]])


def nearest_on(curve: Floats, points: Floats, *, closed: bool) -> Floats:
    """The point of the curve nearest to each of `points`: n x 2."""
    starts = curve if closed else curve[:-1]
    along = (np.roll(curve, -1, axis=0) if closed else curve[1:]) - starts
    length = np.maximum(np.square(along).sum(axis=1), 1e-12)
    share = ((points[:, None] - starts) * along).sum(axis=2) / length
    foot = starts + np.clip(share, 0.0, 1.0)[:, :, None] * along
    best = np.square(points[:, None] - foot).sum(axis=2).argmin(axis=1)
    return np.asarray(foot[np.arange(len(points)), best])

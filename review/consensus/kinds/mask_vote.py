"""One mask from several: an IoU-weighted vote without outliers.

Person r has the weight g_r = (mean IoU with the others)^2, people far below the rest have none; a pixel
belongs where sum g_r d_r > sum g_r / 2. Then g_r is the IoU with that mask, and once more, until nothing
changes: what people make together is a better guide than each of those who err.
"""

import numpy as np

from review.consensus.kinds.runs import Columns
from review.consensus.matching import Bools, Floats

OUTLIER = 0.6  # of the median: below it a mask is of something else
ROUNDS = 10


def vote(columns: Columns, *, trust: Floats) -> Bools:
    """By column, whether its pixels belong; `trust` weighs the people beforehand."""
    chosen = weighted(columns, _without_outliers(likeness(columns)) * trust)
    for _ in range(ROUNDS):
        before = chosen
        chosen = weighted(columns, _without_outliers(_iou_with(columns, chosen)) * trust)
        if (chosen == before).all():
            break
    return chosen


def likeness(columns: Columns) -> Floats:
    """Each person's mean IoU with the others."""
    says = columns.says.astype(np.float64)
    inside = (says * columns.pixels) @ says.T
    area = np.diag(inside)
    union = area[:, None] + area[None] - inside
    like = np.divide(inside, union, out=np.zeros_like(inside), where=union > 0)
    return np.asarray((like.sum(axis=1) - np.diag(like)) / max(len(like) - 1, 1))


def _iou_with(columns: Columns, chosen: Bools) -> Floats:
    inside = ((columns.says & chosen) * columns.pixels).sum(axis=1)
    union = ((columns.says | chosen) * columns.pixels).sum(axis=1)
    return np.asarray(np.divide(inside, union, out=np.zeros_like(inside), where=union > 0))


def _without_outliers(weight: Floats) -> Floats:
    kept = weight >= OUTLIER * np.median(weight)
    return np.where(kept, np.square(weight), 0.0)


def weighted(columns: Columns, weight: Floats) -> Bools:
    """The columns that more than half of the weight covers."""
    score = (columns.says * weight[:, None]).sum(axis=0) - weight.sum() / 2.0
    return np.asarray(score > 1e-9 * weight.sum())

"""Which boxes of different annotators are the same object.

Cannot-link clustering: a cluster holds at most one box of an annotator, so neighbours in a crowd never
chain together (density clustering does, and loses 5 points of F1 by it). Annotators are taken one after
the other; each one's boxes are assigned to the clusters so far by the Hungarian method (Kuhn 1955), the
value of a pair being the IoU with the cluster's running mean. Then every annotator is taken out and
assigned again to what the others say, until nothing moves: the first annotator's view stops mattering.
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
MATCH_IOU = 0.3
ROUNDS = 4


def iou(a: Floats, b: Floats) -> Floats:
    """IoU of corner boxes [x1, y1, x2, y2], element by element with broadcasting; NaN counts as apart."""
    low, high = np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:])
    inside = np.prod(np.clip(high - low, 0.0, None), axis=-1)
    union = np.prod(a[..., 2:] - a[..., :2], axis=-1) + np.prod(b[..., 2:] - b[..., :2], axis=-1) - inside
    return np.asarray(np.divide(inside, union, out=np.zeros_like(inside), where=union > 0))


def iou_matrix(a: Floats, b: Floats) -> Floats:
    """IoU of each corner box of `a` (n x 4) with each of `b` (m x 4): n x m."""
    return iou(a[:, None], b[None])


def assign(values: Floats, *, least: float) -> list[tuple[int, int]]:
    """Pairs (row, column) of the best one-to-one assignment, pairs below `least` never made."""
    if values.size == 0:
        return []
    # A forbidden pair is worth nothing: it may fill the assignment but displaces no real pair.
    rows, columns = linear_sum_assignment(np.where(values >= least, values, 0.0), maximize=True)
    return [(r, c) for r, c in zip(rows.tolist(), columns.tolist(), strict=True) if values[r, c] >= least]


def cluster(views: list[Floats], *, least: float = MATCH_IOU) -> npt.NDArray[np.int64]:
    """Cluster the annotators' corner boxes (`views[r]`: n_r x 4).

    Returns members, clusters x annotators: the index into `views[r]`, or -1 where r has no box there.
    """
    members = np.full((0, len(views)), -1, dtype=np.int64)
    for r in range(len(views)):
        members = _place(members, views, r, least)
    for _ in range(ROUNDS):
        before = members.copy()
        for r in range(len(views)):
            members[:, r] = -1
            members = _place(members[(members >= 0).any(axis=1)], views, r, least)
        if members.shape == before.shape and (_canonical(members) == _canonical(before)).all():
            break
    return _canonical(members)


def _place(
    members: npt.NDArray[np.int64], views: list[Floats], r: int, least: float
) -> npt.NDArray[np.int64]:
    """Assign annotator r's boxes to the clusters, or to new ones; column r of `members` is all -1."""
    if len(views[r]) == 0:
        return members
    free = set(range(len(views[r])))
    for row, box in assign(iou_matrix(means(members, views), views[r]), least=least):
        members[row, r] = box
        free.discard(box)
    fresh = np.full((len(free), len(views)), -1, dtype=np.int64)
    fresh[:, r] = sorted(free)
    return np.concatenate([members, fresh])


def means(members: npt.NDArray[np.int64], views: list[Floats]) -> Floats:
    """The mean corner box of each cluster: clusters x 4."""
    stacked = stack(members, views)
    count = np.maximum((members >= 0).sum(axis=1), 1)
    return np.asarray(np.nansum(stacked, axis=1) / count[:, None])


def stack(members: npt.NDArray[np.int64], views: list[Floats]) -> Floats:
    """Boxes by cluster and annotator: clusters x annotators x 4, NaN where an annotator has none."""
    boxes = np.full((*members.shape, 4), np.nan)
    for r, view in enumerate(views):
        seen = members[:, r] >= 0
        boxes[seen, r] = view[members[seen, r]]
    return boxes


def _canonical(members: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return members[np.lexsort(members.T[::-1])] if len(members) else members

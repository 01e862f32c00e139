"""Which shapes of different annotators are the same object.

Cannot-link clustering: a cluster holds at most one shape of an annotator, so neighbours in a crowd never
chain together (density clustering does, and loses 5 points of F1 by it). Where everybody's shapes lie
apart from all others that is plain: a set of shapes that are all similar to each other, one of a person,
is a cluster. Only what is tangled is worked out: annotators are taken one after the other; each one's
shapes are assigned to the clusters so far by the Hungarian method (Kuhn 1955), the value of a pair being
the mean similarity with the cluster's members. Then every annotator is taken out and assigned again to
what the others say, until nothing moves: the first annotator's view stops mattering.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
ROUNDS = 4
BLOCK = 2_000_000  # pairs looked at in one go: some hundred MiB at most


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


@dataclass(frozen=True, slots=True)
class Pairs:
    """Shapes `a[i]` and `b[i]` of two people at one image, and how similar they are."""

    a: Ints
    b: Ints
    value: Floats


def near(bounds: Floats, *, image: Ints, seat: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of shapes of two people at one image whose bounds (n x 4 corners) overlap; a block at a time."""
    if not len(bounds):
        return
    # Every image on a stretch of its own: one sweep along x serves all.
    stretch = float(bounds[:, 2].max() - bounds[:, 0].min()) + 1.0
    left, right = bounds[:, 0] + image * stretch, bounds[:, 2] + image * stretch
    order = np.lexsort((seat, left))
    last = np.searchsorted(left[order], right[order], side="right")
    count = last - np.arange(1, len(order) + 1)
    for rows in _blocks(count):
        first = np.repeat(rows, count[rows])
        step = np.arange(len(first)) - np.repeat(np.cumsum(count[rows]) - count[rows], count[rows])
        a, b = order[first], order[first + 1 + step]
        meet = (bounds[a, 1] <= bounds[b, 3]) & (bounds[b, 1] <= bounds[a, 3]) & (seat[a] != seat[b])
        yield a[meet], b[meet]


def _blocks(count: Ints) -> Iterator[Ints]:
    """Row numbers in runs of at most BLOCK pairs (a single row may have more)."""
    total = np.cumsum(count)
    start = 0
    while start < len(count):
        before = total[start - 1] if start else 0
        end = max(int(np.searchsorted(total, before + BLOCK, side="right")), start + 1)
        yield np.arange(start, end)
        start = end


def cluster(pairs: Pairs, *, seat: Ints, seats: int, least: float) -> Ints:
    """Cluster shapes (numbered as in `seat`, which says whose each is) by the similar pairs among them.

    Returns members, clusters x seats: the shape's number, or -1 where that person has none there; in the
    order of each cluster's first shape.
    """
    linked = pairs.value >= least
    a, b, n = pairs.a[linked], pairs.b[linked], len(seat)
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(n, n))
    number, part = connected_components(graph, directed=False)
    size, edges = np.bincount(part, minlength=number), np.bincount(part[a], minlength=number)
    # Nobody is similar to themself here: all pairs similar means one shape of a person.
    plain = edges == size * (size - 1) // 2
    members = np.full((number, seats), -1, dtype=np.int64)
    clear = plain[part]
    members[part[clear], seat[clear]] = np.flatnonzero(clear)
    tangled = _tangled(part, plain, pairs, seat=seat, seats=seats, least=least)
    members = np.concatenate([members[plain], *tangled])
    return members[np.argsort(np.where(members < 0, n, members).min(axis=1), kind="stable")]


def _tangled(
    part: Ints, plain: Bools, pairs: Pairs, *, seat: Ints, seats: int, least: float
) -> Iterator[Ints]:
    """Clusters of the parts that are not plain, worked out one part at a time."""
    if plain.all():
        return
    # Pairs below `least` count too: they lower the mean similarity with a cluster.
    inner = part[pairs.a] == part[pairs.b]
    a, b, value = pairs.a[inner], pairs.b[inner], pairs.value[inner]
    nodes = np.argsort(part, kind="stable")
    start = np.searchsorted(part[nodes], np.arange(len(plain) + 1))
    links = np.argsort(part[a], kind="stable")
    first = np.searchsorted(part[a][links], np.arange(len(plain) + 1))
    local = np.empty(len(part), dtype=np.int64)
    for p in np.flatnonzero(~plain).tolist():
        shapes, edges = nodes[start[p] : start[p + 1]], links[first[p] : first[p + 1]]
        local[shapes] = np.arange(len(shapes))
        likeness = np.zeros((len(shapes), len(shapes)))
        likeness[local[a[edges]], local[b[edges]]] = value[edges]
        likeness += likeness.T
        rows = _untangle(likeness, seat[shapes], least=least)
        members = np.full((len(rows), seats), -1, dtype=np.int64)
        for row, found in zip(members, rows, strict=True):
            row[seat[shapes[found]]] = shapes[found]
        yield members


def _untangle(likeness: Floats, seat: Ints, *, least: float) -> list[list[int]]:
    """Clusters (lists of shapes) of one part by repeated assignment."""
    people = [np.flatnonzero(seat == s) for s in np.unique(seat)]
    home = np.arange(len(seat))  # the cluster each shape is in: at first one of its own
    placed = np.zeros(len(seat), dtype=bool)
    for turn in range(ROUNDS + 1):
        before = home.copy()
        for mine in people:
            placed[mine] = False
            _place(likeness, home, placed, mine, least=least)
        if turn and _same(home, before):
            break
    return [np.flatnonzero(home == c).tolist() for c in np.unique(home)]


def _place(likeness: Floats, home: Ints, placed: Bools, mine: Ints, *, least: float) -> None:
    """Assign one person's shapes to the clusters of those placed so far, or to clusters of their own."""
    clusters, inverse = np.unique(home[placed], return_inverse=True)
    belongs = np.zeros((int(placed.sum()), len(clusters)))
    belongs[np.arange(len(inverse)), inverse] = 1.0
    mean = likeness[np.ix_(mine, placed)] @ belongs / np.maximum(belongs.sum(axis=0), 1.0)
    fresh = int(home.max()) + 1
    home[mine] = np.arange(fresh, fresh + len(mine))
    for i, c in assign(mean, least=least):
        home[mine[i]] = clusters[c]
    placed[mine] = True


def _same(a: Ints, b: Ints) -> bool:
    """Whether two labellings make the same clusters."""
    pairs = len({*zip(a.tolist(), b.tolist(), strict=True)})
    return pairs == len(np.unique(a)) == len(np.unique(b))

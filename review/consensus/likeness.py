"""How similar the shapes of two answers are, and which of them are the same object."""

from collections.abc import Sequence

import numpy as np

from review.consensus.answers import Shape
from review.consensus.kinds import KINDS
from review.consensus.matching import Floats, assign, near


def likeness(a: Sequence[Shape], b: Sequence[Shape], *, size: tuple[float, float] | None = None) -> Floats:
    """Similarity of each shape of `a` with each of `b`: n x m; shapes of two kinds have none. `size`: the
    image's width and height, by which points and lines are measured."""
    matrix = np.zeros((len(a), len(b)))
    for name in {shape.kind for shape in a} & {shape.kind for shape in b}:
        kind = KINDS[name]
        rows = [i for i, shape in enumerate(a) if shape.kind == name]
        columns = [i for i, shape in enumerate(b) if shape.kind == name]
        geometries = [a[i].geometry for i in rows] + [b[i].geometry for i in columns]
        items = kind.read(geometries, extent=np.full(len(geometries), max(size or (0.0, 0.0))))
        numbers, seat = np.array(rows + columns), np.repeat([0, 1], [len(rows), len(columns)])
        for i, j in near(kind.bounds(items), image=np.zeros_like(seat), seat=seat):
            i, j = np.where(seat[i] == 0, i, j), np.where(seat[i] == 0, j, i)
            matrix[numbers[i], numbers[j]] = kind.similarity(items, i, j)
    return matrix


def match_shapes(
    a: Sequence[Shape], b: Sequence[Shape], *, size: tuple[float, float] | None = None
) -> list[tuple[int, int, float]]:
    """Pairs (index in a, index in b, similarity) that may be one object, each shape in one pair at most."""
    matrix = likeness(a, b, size=size)
    least = np.array([KINDS[shape.kind].least for shape in a]).reshape(-1, 1)
    pairs = assign(np.where(matrix >= least, matrix, -1.0), least=0.0)
    return [(i, j, float(matrix[i, j])) for i, j in pairs]

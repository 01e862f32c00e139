"""What hangs together: the parent each object belongs to, and objects that are parts of one, by vote.

Among the people who drew an object, a relation stands that more than half of them drew.
"""

from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from review.consensus.answers import Answer, Shape
from review.consensus.results import ShapeConsensus

Drawn = Sequence[Shape | None]  # what each answer drew of one object


def relate(
    shapes: Sequence[ShapeConsensus], drawn: Sequence[Drawn], answers: Sequence[Answer]
) -> tuple[ShapeConsensus, ...]:
    """The shapes with their parents and groups; `drawn[i]` are the people's shapes that became shapes[i]."""
    if not any(s and (s.parent or s.group) for row in drawn for s in row):
        return tuple(shapes)
    parents, groups = _parents(drawn, answers), _groups(drawn)
    return tuple(
        msgspec.structs.replace(shape, parent=shapes[parent].id if parent is not None else None, group=group)
        for shape, parent, group in zip(shapes, parents, groups, strict=True)
    )


def _parents(drawn: Sequence[Drawn], answers: Sequence[Answer]) -> list[int | None]:
    home = [
        {row[r].id: i for i, row in enumerate(drawn) if row[r] is not None}  # type: ignore[union-attr]
        for r in range(len(answers))
    ]
    parents: list[int | None] = []
    for i, row in enumerate(drawn):
        named = [home[r].get(s.parent or "") for r, s in enumerate(row) if s is not None]
        parent, votes = Counter(named).most_common(1)[0]
        # A circle of parents has no first: votes that make one are dropped.
        parents.append(parent if parent is not None and 2 * votes > len(named) and parent != i else None)
    for i in range(len(parents)):
        seen, at = {i}, parents[i]
        while at is not None and at not in seen:
            seen.add(at)
            at = parents[at]
        if at is not None:
            parents[i] = None
    return parents


def _groups(drawn: Sequence[Drawn]) -> list[int | None]:
    """Numbers from 1 for the sets of objects that most people who drew both put together."""
    n = len(drawn)
    links = []
    for i in range(n):
        for j in range(i):
            both = [(a, b) for a, b in zip(drawn[i], drawn[j], strict=True) if a and b]
            if 2 * sum(a.group is not None and a.group == b.group for a, b in both) > len(both):
                links.append((i, j))
    if not links:
        return [None] * n
    rows, columns = zip(*links, strict=True)
    graph = coo_array((np.ones(len(links)), (rows, columns)), shape=(n, n))
    _, part = connected_components(graph, directed=False)
    size = Counter(part.tolist())
    numbers: dict[int, int] = {}
    return [numbers.setdefault(p, len(numbers) + 1) if size[p] > 1 else None for p in part.tolist()]

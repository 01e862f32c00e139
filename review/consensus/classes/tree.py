"""Classes in a tree: who says "dog" has also said "animal".

A node's chance is that of all nodes below it (and its own: "an animal, no more is known"). The answer is
found from the root down, into the likeliest branch as long as it holds more than half (or, where only
leaves are answers, to the end): top-down selective classification (Silla and Freitas, "A survey of
hierarchical classification", Data Mining and Knowledge Discovery 2011). So people who agree on the branch
and differ on the twig settle the branch.
"""

from __future__ import annotations

import numpy as np

from review.consensus.classes.table import Floats, Ints

HALF = 0.5


def roll_up(posterior: Floats, parents: Ints) -> Floats:
    """Chance of each node with all below it: tasks x nodes.

    `parents[n]` is n's parent, -1 for a root; a parent stands before its children."""
    _check(parents)
    total = np.array(posterior, dtype=np.float64)
    for node in range(len(parents) - 1, -1, -1):
        if parents[node] >= 0:
            total[:, parents[node]] += total[:, node]
    return total


def deepest(posterior: Floats, parents: Ints, *, leaves_only: bool = False) -> Ints:
    """The node each task settles on; -1 where no root holds more than half."""
    total = roll_up(posterior, parents)
    found = np.full(len(posterior), -1)
    children = [np.flatnonzero(parents == node) for node in range(-1, len(parents))]
    for task, chances in enumerate(total):
        below = children[0]
        while len(below):
            best = int(below[chances[below].argmax()])
            if chances[best] <= HALF and not leaves_only:
                break
            found[task], below = best, children[best + 1]
    return found


def _check(parents: Ints) -> None:
    if (parents >= np.arange(len(parents))).any() or (parents < -1).any():
        raise ValueError("a parent stands before its children")

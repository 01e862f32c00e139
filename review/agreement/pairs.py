"""Every two people's answers to the same task, side by side: which of their shapes are one object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from review.consensus.lots import Case, Lot, gather_lots
from review.consensus.matching import assign, near

SAME_OBJECT = 0.5


@dataclass(slots=True)
class Pair:
    """Answers `first` and `second` (their places in the case) to one image, and their matched shapes: IoU (or
    the kind's own similarity) and both classes; `drawn` counts the shapes of both by class."""

    image: int
    first: int
    second: int
    matches: list[tuple[float, str, str]] = field(default_factory=list)
    drawn: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def f1(self, least: float) -> float:
        """2 matched / all drawn, whatever the class; 1 where neither drew anything."""
        shapes = sum(self.drawn.values())
        return 2.0 * sum(iou >= least for iou, _, _ in self.matches) / shapes if shapes else 1.0

    def mean_iou(self) -> float:
        """Over the objects either drew, one without a partner counting 0; 1 where neither drew anything."""
        objects = sum(self.drawn.values()) - len(self.matches)
        return sum(iou for iou, _, _ in self.matches) / objects if objects else 1.0

    def same_class(self, label: str) -> int:
        return sum(iou >= SAME_OBJECT and a == b == label for iou, a, b in self.matches)


def pair_up(cases: Sequence[Case]) -> list[Pair]:
    """All pairs of answers of each case, by image and then by their places; shapes matched one to one within
    their kind of geometry so that the sum of similarities is greatest."""
    pairs = {
        (i, a, b): Pair(i, a, b)
        for i, case in enumerate(cases)
        for a in range(len(case.answers))
        for b in range(a + 1, len(case.answers))
    }
    for (i, a, b), pair in pairs.items():
        for answer in (cases[i].answers[a], cases[i].answers[b]):
            for shape in answer.shapes:
                pair.drawn[shape.label] += 1
    for lot in gather_lots(cases) if cases else ():
        _match(lot, pairs)
    return list(pairs.values())


def _match(lot: Lot, pairs: dict[tuple[int, int, int], Pair]) -> None:
    bounds = lot.kind.bounds(lot.items)
    found: dict[tuple[int, int, int], list[tuple[int, int, float]]] = defaultdict(list)
    for a, b in near(bounds, image=lot.image, seat=lot.seat):
        swap = lot.seat[a] > lot.seat[b]
        first, second = np.where(swap, b, a), np.where(swap, a, b)
        value = lot.kind.similarity(lot.items, first, second)
        for x, y, similarity in zip(first.tolist(), second.tolist(), value.tolist(), strict=True):
            found[int(lot.image[x]), int(lot.seat[x]), int(lot.seat[y])].append((x, y, similarity))
    for key, near_ones in found.items():
        for x, y, similarity in _best(near_ones):
            pairs[key].matches.append((similarity, lot.shapes[x].label, lot.shapes[y].label))


def _best(near_ones: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    rows = {x: i for i, x in enumerate(sorted({x for x, _, _ in near_ones}))}
    columns = {y: i for i, y in enumerate(sorted({y for _, y, _ in near_ones}))}
    values: npt.NDArray[np.float64] = np.zeros((len(rows), len(columns)))
    for x, y, similarity in near_ones:
        values[rows[x], columns[y]] = similarity
    lines, places = list(rows), list(columns)
    matched = assign(values, least=float(np.finfo(np.float64).tiny))
    return [(lines[r], places[c], float(values[r, c])) for r, c in matched]

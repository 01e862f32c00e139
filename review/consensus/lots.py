"""The answers of many images as arrays: the shapes of each kind, and the people who drew them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from review.consensus.answers import Answer, Shape, Spec
from review.consensus.crowd import Crowd, Profile
from review.consensus.kinds import KINDS, Kind
from review.consensus.matching import Floats, Ints, Pairs, cluster, near


@dataclass(frozen=True, slots=True)
class Case:
    """One image: its answers (each of another person), what is asked, and who its people are.

    `size`: the image's width and height, to keep shapes inside; (0, 0) where unknown.
    """

    answers: tuple[Answer, ...]
    spec: Spec
    crowd: Crowd
    size: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Lot:
    """All shapes of one kind: `image[i]` and `seat[i]` say where shape i was drawn and by whom, `layers`
    its place among the person's shapes, `items` are the geometries as the kind reads them; `occluded`:
    whether any shape is said to be."""

    kind: Kind[Any]
    shapes: list[Shape]
    items: Any
    layers: Floats
    image: Ints
    seat: Ints
    occluded: bool

    def group(self, *, seats: int) -> Ints:
        """The lot's candidates: clusters x seats, the shape's number or -1."""
        bounds = self.kind.bounds(self.items)
        found = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))]
        for a, b in near(bounds, image=self.image, seat=self.seat):
            found.append((a, b, self.kind.similarity(self.items, a, b)))
        a, b, value = (np.concatenate(part) for part in zip(*found, strict=True))
        return cluster(Pairs(a, b, value), seat=self.seat, seats=seats, least=self.kind.least)

    def labels(self) -> tuple[list[str], Ints]:
        """The classes named, in the order of their keys, and each shape's number among them."""
        names = sorted({shape.label for shape in self.shapes})
        number = {name: n for n, name in enumerate(names)}
        return names, np.array([number[shape.label] for shape in self.shapes], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class People:
    """Who answers what: tables by person (`hits` n x 3, `bias` and `spread` n x 4, `skill` n), and each
    image's people (`who`, images x seats: a row of the tables, -1 for an empty seat)."""

    who: Ints
    hits: Floats
    bias: Floats
    spread: Floats
    skill: Floats


def gather_lots(cases: Sequence[Case]) -> list[Lot]:
    """The shapes of all cases by kind, in the order of the cases, their answers and their shapes."""
    rows: dict[str, list[tuple[Shape, float, int, int]]] = defaultdict(list)
    for i, case in enumerate(cases):
        for r, answer in enumerate(case.answers):
            for shape, layer in zip(answer.shapes, answer.layers, strict=True):
                rows[shape.kind].append((shape, layer, i, r))
    extent = np.array([max(case.size) for case in cases])
    return [_lot(KINDS[name], rows[name], extent) for name in sorted(rows)]


def _lot(kind: Kind[Any], rows: list[tuple[Shape, float, int, int]], extent: Floats) -> Lot:
    shapes, layers, image, seat = zip(*rows, strict=True)
    return Lot(
        kind=kind,
        shapes=list(shapes),
        items=kind.read([getattr(shape, kind.name) for shape in shapes], extent=extent[list(image)]),
        layers=np.array(layers, dtype=np.float64),
        image=np.array(image, dtype=np.int64),
        seat=np.array(seat, dtype=np.int64),
        occluded=any(shape.occluded for shape in shapes),
    )


def gather_people(cases: Sequence[Case]) -> People:
    who = np.full((len(cases), max((len(case.answers) for case in cases), default=0)), -1, dtype=np.int64)
    rows: dict[tuple[int, int, float], int] = {}
    profiles: list[Profile] = []
    for i, case in enumerate(cases):
        for r, answer in enumerate(case.answers):
            key = (id(case.crowd), answer.annotator, answer.skill)
            if key not in rows:
                rows[key] = len(rows)
                profiles.append(case.crowd.profile(annotator=answer.annotator, skill=answer.skill))
            who[i, r] = rows[key]
    return People(
        who=who,
        hits=np.array([profile.hits for profile in profiles], dtype=np.float64).reshape(-1, 3),
        bias=np.array([profile.bias for profile in profiles], dtype=np.float64).reshape(-1, 4),
        spread=np.array([profile.spread for profile in profiles], dtype=np.float64).reshape(-1, 4),
        skill=np.array([skill for _, _, skill in rows], dtype=np.float64),
    )

"""Kinds whose clusters are fused one after the other: the common frame around one fusion."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from review.consensus.kinds.base import Drawn, Fused, Items, Kind
from review.consensus.kinds.robust import expected_similarity
from review.consensus.matching import Floats


class OneByOne(Kind[Items]):
    """Subclasses merge the members of one cluster; what follows from it is the same for all."""

    @abstractmethod
    def pick(self, items: Items, numbers: Sequence[int]) -> Items:
        """Some of the items."""

    @abstractmethod
    def join(self, items: Items, more: Items) -> Items:
        """The one after the other."""

    @abstractmethod
    def merge(self, items: Items, *, weight: Floats) -> Any:
        """One geometry, JSON-ready, from the items of one cluster, at least two."""

    @abstractmethod
    def write(self, items: Items) -> Any:
        """The only item's geometry, JSON-ready."""

    def fuse(self, drawn: Drawn[Items]) -> Fused:
        geometries = []
        similarity = np.zeros(drawn.members.shape)
        trust = drawn.trust
        extents = np.where(drawn.size > 0, drawn.size, 0.0).max(axis=1)
        for c, row in enumerate(drawn.members):
            (seats,) = np.nonzero(row >= 0)
            mine = self.pick(drawn.items, row[seats].tolist())
            weight = trust[c, seats] / trust[c, seats].max()
            geometry = self.write(mine) if len(seats) == 1 else self.merge(mine, weight=weight)
            fused = self.read([geometry], extent=extents[c : c + 1])
            n = len(seats)
            similarity[c, seats] = self.similarity(
                self.join(mine, fused), np.arange(n), np.full(n, n, dtype=np.int64)
            )
            geometries.append(geometry)
        return Fused(geometries, expected_similarity(drawn, similarity), similarity)

"""What a kind of geometry has to know so that several people's shapes of it can become one."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from review.consensus.matching import Bools, Floats, Ints

Items = TypeVar("Items")
UNKNOWN_EXTENT = 1000.0  # the longer side of an image whose size nobody told, in pixels


@dataclass(frozen=True, slots=True)
class Drawn(Generic[Items]):
    """Clusters to be fused. `members` (clusters x seats) numbers the items, -1 where somebody has none.

    `bias` and `spread` (clusters x seats x 4) tell how each person's edges x1, y1, x2, y2 lie, in units of
    the object's size; `size` (clusters x 2) is the image's width and height, 0 where unknown.
    """

    items: Items
    members: Ints
    bias: Floats
    spread: Floats
    size: Floats

    @property
    def seen(self) -> Bools:
        return self.members >= 0

    @property
    def trust(self) -> Floats:
        """A weight for each person at each cluster: the inverse variance of their edges."""
        return np.asarray(1.0 / np.square(self.spread).mean(axis=2))


@dataclass(frozen=True, slots=True)
class Fused:
    """`geometries`: JSON-ready, by cluster; `expected`: the similarity to expect with the true shape;
    `similarity` (clusters x seats): each member's with the fused shape, 0 where there is none."""

    geometries: list[Any]
    expected: Floats
    similarity: Floats


class Kind(ABC, Generic[Items]):
    """One kind of geometry. Similarity is in 0..1; two shapes with `least` may be the same object."""

    name: ClassVar[str]
    least: ClassVar[float] = 0.3
    layered: ClassVar[bool] = False  # shapes that cover each other: their order means something

    @abstractmethod
    def read(self, geometries: Sequence[Any], *, extent: Floats) -> Items:
        """Geometries as the payload has them, in whatever form suits the arithmetic; `extent`: the longer
        side of each one's image."""

    @abstractmethod
    def bounds(self, items: Items) -> Floats:
        """x1, y1, x2, y2 by item: shapes whose bounds lie apart have no similarity."""

    @abstractmethod
    def similarity(self, items: Items, a: Ints, b: Ints) -> Floats:
        """Of the pairs of items a[i], b[i]."""

    @abstractmethod
    def fuse(self, drawn: Drawn[Items]) -> Fused: ...

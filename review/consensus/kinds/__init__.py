"""The kinds of geometry, one file each (or two that are alike)."""

from collections.abc import Mapping
from typing import Any

from review.consensus.kinds.base import Drawn, Fused, Kind
from review.consensus.kinds.box import Boxes
from review.consensus.kinds.lines import Polylines
from review.consensus.kinds.mask import Masks
from review.consensus.kinds.points import Points, Skeletons
from review.consensus.kinds.polygon import Polygons
from review.consensus.kinds.track import Tracks
from review.consensus.kinds.turned import Ellipses, RotatedBoxes

_ALL: tuple[Kind[Any], ...] = (
    Boxes(),
    RotatedBoxes(),
    Ellipses(),
    Polygons(),
    Polylines(),
    Points(),
    Skeletons(),
    Masks(),
    Tracks(),
)
KINDS: Mapping[str, Kind[Any]] = {kind.name: kind for kind in _ALL}

__all__ = ["KINDS", "Drawn", "Fused", "Kind"]

"""The kinds of geometry, one file each."""

from collections.abc import Mapping
from typing import Any

from review.consensus.kinds.base import Drawn, Fused, Kind
from review.consensus.kinds.box import Boxes

KINDS: Mapping[str, Kind[Any]] = {kind.name: kind for kind in (Boxes(),)}

__all__ = ["KINDS", "Drawn", "Fused", "Kind"]

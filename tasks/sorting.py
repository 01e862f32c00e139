"""Projects that ask one choice for each image and nothing else: their images are answered many at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.models import LabelSchema

# A page of sixty, the next one on its way, and one that is being sent.
SORTING_SEATS = 180


def is_sorting(spec: Mapping[str, Any]) -> bool:
    """Whether the workbench may show the images as a wall."""
    tags = spec.get("tags", [])
    if spec.get("classes") or len(tags) != 1:
        return False
    return tags[0]["kind"] == "single" and bool(tags[0].get("required", False))


def seats_of(*, project_id: int | None) -> int | None:
    """How many seats somebody who sorts the project's images may hold; None: no more than anybody."""
    newest = (
        LabelSchema.objects.filter(project=project_id).order_by("-version").values_list("spec", flat=True)
    )
    spec = newest.first() if project_id is not None else None
    return SORTING_SEATS if spec is not None and is_sorting(spec) else None

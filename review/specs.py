"""One label schema for answers given under several versions of it. Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Entry = Mapping[str, Any]


def merge_specs(specs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All classes and tag groups of the versions (oldest first), each as the newest version words it.

    They stand in the order in which they first appeared, so a class keeps its number in every release.
    """
    return {
        "classes": _merge((spec.get("classes", ()) for spec in specs), inner="attributes"),
        "tags": _merge((spec.get("tags", ()) for spec in specs), inner="options"),
    }


def _merge(versions: Iterable[Sequence[Entry]], *, inner: str = "") -> list[dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for version in versions:
        for entry in version:
            before = merged.get(entry["key"], {})
            now = dict(entry)
            if inner and (inner in before or inner in now):
                deeper = "options" if inner == "attributes" else ""
                now[inner] = _merge([before.get(inner, ()), now.get(inner, ())], inner=deeper)
            merged[entry["key"]] = now
    return list(merged.values())

"""A consensus payload put for the eye: names and colours of the schema, shapes as drawn, tags as said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from review.outlines import path_of

Named = Mapping[str, Any]
GREY = "#888888"


@dataclass(frozen=True)
class Drawn:
    """One consensus shape; its path is in pixels of the upright image."""

    number: int
    named: Named
    color: str
    path: str
    confidence: float
    expected_iou: float | None
    agreed: int
    differed: int
    attributes: list[tuple[Named, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Said:
    """One tag group's answer, with the votes for each option, the most first."""

    group: Named
    values: list[Named]
    confidence: float
    votes: list[tuple[Named, int]]


class Names:
    """The classes and tag groups of one label schema by their keys; an unknown key names itself."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self._classes: dict[str, Named] = {one["key"]: one for one in spec.get("classes", ())}
        self._groups: dict[str, Named] = {one["key"]: one for one in spec.get("tags", ())}

    def drawn(self, payload: Mapping[str, Any]) -> list[Drawn]:
        return [self._drawn(i, shape) for i, shape in enumerate(payload.get("shapes", ()), 1)]

    def said(self, payload: Mapping[str, Any]) -> list[Said]:
        tags = payload.get("tags", {})
        order = [*self._groups, *(key for key in tags if key not in self._groups)]
        return [self._said(key, tags[key]) for key in order if key in tags]

    def counts(self, payload: Mapping[str, Any]) -> list[tuple[Named, str, int]]:
        """How many boxes of each class: class, colour, number; in the schema's order."""
        found = Counter(str(shape["class"]) for shape in payload.get("shapes", ()))
        order = [*self._classes, *(key for key in found if key not in self._classes)]
        return [(self._class(key), self._color(key), found[key]) for key in order if found[key]]

    def _class(self, key: str) -> Named:
        return self._classes.get(key, {"key": key})

    def _color(self, key: str) -> str:
        return str(self._class(key).get("color") or GREY)

    def _drawn(self, number: int, shape: Mapping[str, Any]) -> Drawn:
        key = str(shape["class"])
        asked = {one["key"]: one for one in self._class(key).get("attributes", ())}
        return Drawn(
            number=number,
            named=self._class(key),
            color=self._color(key),
            path=path_of(shape),
            confidence=float(shape.get("confidence", 1.0)),
            expected_iou=shape.get("expected_iou"),
            agreed=len(shape.get("agreed", ())),
            differed=len(shape.get("differed", ())),
            attributes=[
                (asked.get(name, {"key": name}), spoken(value))
                for name, value in shape.get("attributes", {}).items()
                if value not in (None, "", False)
            ],
        )

    def _said(self, key: str, tag: Mapping[str, Any]) -> Said:
        group = self._groups.get(key, {"key": key})
        options: dict[str, Named] = {one["key"]: one for one in group.get("options", ())}

        def option(name: object) -> Named:
            return options.get(str(name), {"key": spoken(name)})

        value = tag.get("value")
        values: Sequence[object] = value if isinstance(value, list) else [] if value is None else [value]
        votes = sorted(tag.get("votes", {}).items(), key=lambda vote: -vote[1])
        return Said(
            group=group,
            values=[option(one) for one in values],
            confidence=float(tag.get("confidence", 1.0)),
            votes=[(option(name), count) for name, count in votes],
        )


def spoken(value: object) -> str:
    return "✓" if value is True else "–" if value is False else str(value)

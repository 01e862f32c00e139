"""Agreement put for the eye: names for keys, a grid for a confusion, a link on every cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from review.sampling import Taken
from tasks.delivery import image_url
from tasks.models import Batch, Task

Named = Mapping[str, Any]
HEATS = 4
SHAPES = "shapes"  # the confusion of classes, beside those of tag groups


@dataclass(frozen=True, slots=True)
class Cell:
    """`heat` 0..4: the share of the row's answers; `is_same`: row and column are one option."""

    count: int
    heat: int
    is_same: bool
    href: str


@dataclass(frozen=True, slots=True)
class Grid:
    columns: list[Named]
    rows: list[tuple[Named, list[Cell]]]


class Words:
    """The classes, groups and options of a label schema by key; an unknown key names itself."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.classes: dict[str, Named] = {one["key"]: one for one in spec.get("classes", ())}
        self.groups: dict[str, Named] = {one["key"]: one for one in spec.get("tags", ())}

    def group(self, key: str) -> Named:
        return self.groups.get(key, {"key": key})

    def option(self, group: str, key: str) -> Named:
        if not key:
            return {"key": _("left open")}
        known = dict(_nodes(self.group(group).get("options", ())))
        return known.get(key, {"key": key})

    def label(self, key: str) -> Named:
        return self.classes.get(key, {"key": key})


def show(
    agreement: Mapping[str, Any],
    *,
    taken: Taken,
    tasks_href: str,
    person: Callable[[Any], str],
    batch: Batch | None = None,
) -> dict[str, Any]:
    """The template's context; `person` names somebody of the agreement, `tasks_href` lists a cell's tasks
    (of one batch, if there is one)."""
    only = {"batch": batch.id} if batch else {}
    words = Words(taken.spec)

    def option(group: str) -> Callable[[str], Named]:
        return lambda key: words.option(group, key)

    def href(place: str) -> Callable[[str, str], str]:
        return lambda row, column: (
            f"{tasks_href}?{urlencode({'of': place, 'row': row, 'column': column, **only})}"
        )

    shapes = agreement["shapes"]
    return {
        "agreement": agreement,
        "questions": [
            {
                **one,
                "named": words.group(one["key"]),
                "grid": grid(one["confusion"], name=option(one["key"]), href=href(one["key"])),
            }
            for one in agreement["questions"]
        ],
        "shapes": shapes
        and {
            **shapes,
            "classes": [{**one, "named": words.label(one["key"])} for one in shapes["classes"]],
            "grid": grid(shapes["confusion"], name=words.label, href=href(SHAPES)),
        },
        "people": [{**one, "name": person(one["person"])} for one in agreement["people"]],
        "pairs": [{**one, "names": [person(one_) for one_ in one["people"]]} for one in agreement["pairs"]],
    }


def grid(
    cells: Sequence[Mapping[str, Any]],
    *,
    name: Callable[[str], Named],
    href: Callable[[str, str], str],
) -> Grid | None:
    """Rows and columns in the order in which the cells name them."""
    if not cells:
        return None
    counts = {(cell["row"], cell["column"]): cell["count"] for cell in cells}
    keys = list(dict.fromkeys([*(row for row, _c in counts), *(column for _r, column in counts)]))
    columns = [key for key in keys if any(column == key for _r, column in counts)]
    rows = []
    for row in (key for key in keys if any(one == key for one, _c in counts)):
        total = sum(count for (one, _c), count in counts.items() if one == row)
        line = [
            Cell(
                count=counts.get((row, column), 0),
                heat=-(-HEATS * counts.get((row, column), 0) // total),
                is_same=row == column,
                href=href(row, column),
            )
            for column in columns
        ]
        rows.append((name(row), line))
    return Grid(columns=[name(key) for key in columns], rows=rows)


def cards_behind(agreement: Mapping[str, Any], *, of: str, row: str, column: str) -> list[dict[str, Any]]:
    """The tasks behind one cell, the latest first, with their pictures; one query."""
    shapes = agreement["shapes"] or {"confusion": []}
    confusions = {one["key"]: one["confusion"] for one in agreement["questions"]} | {
        SHAPES: shapes["confusion"]
    }
    cells = [cell for cell in confusions.get(of, ()) if (cell["row"], cell["column"]) == (row, column)]
    tasks = Task.objects.filter(id__in=[task for cell in cells for task in cell["tasks"]])
    return [
        {"task": task, "image": task.image, "thumb": image_url(task.image, "grid")}
        for task in tasks.select_related("image").order_by("-id")
    ]


def _nodes(options: Sequence[Named]) -> Iterator[tuple[str, Named]]:
    for option in options:
        yield option["key"], option
        yield from _nodes(option.get("options", ()))

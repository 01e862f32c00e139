"""Cutting long lists of server-rendered pages: newest first, by key, as cheap at the end as at the start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)
PAGE = 50


@dataclass(frozen=True)
class Cut(Generic[Row]):
    """One page of a list; `next` and `previous` are hrefs that keep the other parameters."""

    rows: list[Row]
    next: str | None
    previous: str | None


def number_in(request: HttpRequest, name: str) -> int | None:
    """The number that a parameter of the address names, if it can be one of a row."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def cut(request: HttpRequest, rows: QuerySet[Row], *, size: int = PAGE) -> Cut[Row]:
    """The page named by `?before=<key>`; anything else there means the first one."""
    before = number_in(request, "before")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: size + 1])
    parameters = request.GET.copy()
    more = None
    if len(found) > size:
        parameters["before"] = str(found[size - 1].pk)
        more = f"?{parameters.urlencode()}"
    parameters.pop("before", None)
    first = f"?{parameters.urlencode()}" if before is not None else None
    return Cut(rows=found[:size], next=more, previous=first)

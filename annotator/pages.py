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


def cut(request: HttpRequest, rows: QuerySet[Row], *, size: int = PAGE) -> Cut[Row]:
    """The page named by `?before=<key>`; anything else there means the first one."""
    before = request.GET.get("before", "")
    known = before.isascii() and before.isdigit() and len(before) < 19
    if known:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: size + 1])
    parameters = request.GET.copy()
    more = None
    if len(found) > size:
        parameters["before"] = str(found[size - 1].pk)
        more = f"?{parameters.urlencode()}"
    parameters.pop("before", None)
    return Cut(rows=found[:size], next=more, previous=f"?{parameters.urlencode()}" if known else None)

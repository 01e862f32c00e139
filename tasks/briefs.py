"""What a browser is told of a label schema: what may be answered, the project's name, and its guide.

The schema never changes; name and guide do, and so does the language a person reads. So each comes with a
digest of what this person would get, a browser names the schemas it has with the digests they came with, and
what differs is sent anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Q
from django.utils.translation import override

from tasks.access import site_projects
from tasks.guide_pictures import pictures_of
from tasks.guides import Shown, guide_in, render_guide
from tasks.models import LabelSchema
from tasks.parcels import spec_of
from workers.models import Person

# Each exchange asks: an edited guide is on its way after so many seconds, and no exchange costs a query.
REMEMBERED_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Brief:
    guide_html: str
    project_name: str
    digest: str
    sites: frozenset[int]


class _Memory:
    """Briefs by language and schema, for one turn of REMEMBERED_SECONDS."""

    def __init__(self) -> None:
        self.turn = 0
        self.briefs: dict[str, dict[int, Brief]] = {}


_memory = _Memory()


def forget_briefs() -> None:
    """What this process remembers is not true any more; other processes learn of it within the turn."""
    _memory.briefs = {}


def schemas_for(
    *, person: Person, needed: Iterable[int], known: Mapping[int, str | None], now: datetime
) -> dict[str, Any]:
    """Schemas by id: of those `needed` the ones the browser does not have, and what it has that has changed.

    Whoever hands out seats says what is needed. What a browser says it knows is looked up in the projects of
    the person's site alone: naming a stranger's schema brings nothing, and makes nothing.
    """
    needed = set(needed)
    briefs = _remembered(person.language, now=now)
    # What differs is read anew: another process may have told of an edit that this one has not heard of.
    unread = {
        id_
        for id_ in needed | known.keys()
        if id_ not in briefs or known.get(id_, briefs[id_].digest) != briefs[id_].digest
    }
    if unread:
        briefs.update(_read(unread, needed=needed, person=person, now=now))
    fresh = {
        id_: briefs[id_]
        for id_ in needed | known.keys()
        if id_ in briefs
        and known.get(id_) != briefs[id_].digest
        and (id_ in needed or person.site_id in briefs[id_].sites)
    }
    return {
        str(id_): {
            "spec": spec_of(id_),
            "guide_html": brief.guide_html,
            "project_name": brief.project_name,
            "digest": brief.digest,
        }
        for id_, brief in fresh.items()
    }


def _remembered(language: str, *, now: datetime) -> dict[int, Brief]:
    turn = int(now.timestamp()) // REMEMBERED_SECONDS
    if turn != _memory.turn:
        forget_briefs()
        _memory.turn = turn
    return _memory.briefs.setdefault(language, {})


def _read(ids: set[int], *, needed: set[int], person: Person, now: datetime) -> dict[int, Brief]:
    own = Q(id__in=ids - needed, project__in=site_projects(person))
    rows = LabelSchema.objects.filter(Q(id__in=ids & needed) | own).select_related("project").defer("spec")
    rows = rows.prefetch_related("project__sites")
    pictures = pictures_of({row.project_id for row in rows}, now=now)
    return {row.id: _brief(row, language=person.language, pictures=pictures[row.project_id]) for row in rows}


def _brief(schema: LabelSchema, *, language: str, pictures: Mapping[str, Shown]) -> Brief:
    project = schema.project
    html = _rendered(guide_in(project.guide, language), tuple(pictures.items()), language)
    digest = hashlib.sha256(f"{project.name}\0{html}".encode()).hexdigest()[:12]
    return Brief(html, project.name, digest, frozenset(site.id for site in project.sites.all()))


@lru_cache(maxsize=128)
def _rendered(source: str, pictures: Collection[tuple[str, Shown]], language: str) -> str:
    """Schemas share their project's guide, and most turns bring none anew."""
    with override(language):
        return render_guide(source, pictures=dict(pictures))

"""What a browser is told of a label schema: what may be answered, the project's name, and its guide.

The schema never changes; name and guide do, and so does the language a person reads. So each comes with a
digest of what this person would get, a browser names the schemas it has with the digests they came with, and
what differs is sent anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tasks.guide_pictures import shown_pictures
from tasks.guides import guide_in, render_guide
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
    """Briefs by schema and language, for one turn of REMEMBERED_SECONDS. None: there is no such schema."""

    def __init__(self) -> None:
        self.turn = 0
        self.briefs: dict[tuple[int, str], Brief | None] = {}


_memory = _Memory()


def forget_briefs() -> None:
    """What this process remembers is not true any more; other processes learn of it within the turn."""
    _memory.briefs = {}


def schemas_for(
    *, person: Person, needed: Iterable[int], known: Mapping[int, str | None], now: datetime
) -> dict[str, Any]:
    """Schemas by id: of those `needed` the ones the browser does not have, and what it has that has changed.

    Whoever hands out seats says what is needed. What a browser says it knows is looked up in the projects of
    the person's site alone: naming a stranger's schema brings nothing.
    """
    needed = set(needed)
    briefs = _briefs(needed | known.keys(), language=person.language, now=now)
    fresh = {
        id_: brief
        for id_, brief in briefs.items()
        if known.get(id_) != brief.digest and (id_ in needed or person.site_id in brief.sites)
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


def _briefs(ids: set[int], *, language: str, now: datetime) -> dict[int, Brief]:
    turn = int(now.timestamp()) // REMEMBERED_SECONDS
    if turn != _memory.turn:
        forget_briefs()
        _memory.turn = turn
    briefs = _memory.briefs
    found = {id_: briefs[id_, language] for id_ in ids if (id_, language) in briefs}
    if missing := ids - found.keys():
        rows = LabelSchema.objects.filter(id__in=missing).select_related("project").defer("spec")
        read = {
            row.id: _brief(row, language=language, now=now) for row in rows.prefetch_related("project__sites")
        }
        found |= {id_: read.get(id_) for id_ in missing}
        briefs.update({(id_, language): brief for id_, brief in found.items()})
    return {id_: brief for id_, brief in found.items() if brief is not None}


def _brief(schema: LabelSchema, *, language: str, now: datetime) -> Brief:
    project = schema.project
    pictures = shown_pictures(project_id=project.id, now=now)
    html = render_guide(guide_in(project.guide, language), pictures=pictures)
    digest = hashlib.sha256(f"{project.name}\0{html}".encode()).hexdigest()[:12]
    return Brief(html, project.name, digest, frozenset(site.id for site in project.sites.all()))

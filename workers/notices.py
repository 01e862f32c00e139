"""Words to people that wait until they are read: on "my work", on the floor, at the reviewers' list.

A notice keeps what it is about; its sentence is made when it is read, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workers.models import Notice, Person, Role

SHOWN = 20

WORDS: dict[str, str | Promise] = {
    "gold_notify": _("%(person)s: the last %(over)s checked answers in %(project)s match only %(mean)s."),
    "gold_practice": _(
        "%(person)s practises again in %(project)s: the last %(over)s checked answers match only %(mean)s."
    ),
    "gold_pause": _(
        "%(person)s is paused: the last %(over)s checked answers in %(project)s match only %(mean)s."
    ),
    "practice_used_up": _(
        "%(person)s has done all practice in %(project)s and matches only %(mean)s. Let them in or help them."
    ),
    "told": _("Your checked answers in %(project)s match less than needed. See why below."),
    "answer_rejected": _("Your answer to %(image)s in %(project)s was rejected. See why below."),
    "appeal_granted": _("Your appeal in %(project)s was granted."),
    "appeal_refused": _("Your appeal in %(project)s was not granted. The reviewer's answer is below."),
    "commented": _("A reviewer wrote about your answer to %(image)s in %(project)s."),
    "annotator_commented": _("An annotator wrote about their answer to %(image)s in %(project)s."),
    "sent_back": _("Your answer to %(image)s in %(project)s came back to you. Please correct it."),
}


def notify(*, people: Iterable[int], kind: str, about: dict[str, Any], link: str = "") -> None:
    """Leave a word for each of the people; `about` fills the sentence's places."""
    Notice.objects.bulk_create(Notice(person_id=id_, kind=kind, about=about, link=link) for id_ in people)


def notify_once(*, people: Collection[int], kind: str, about: dict[str, Any], link: str = "") -> None:
    """The same, unless the same is waiting to be read."""
    there = Notice.objects.filter(person__in=people, kind=kind, about=about, link=link, read_at__isnull=True)
    told = set(there.values_list("person", flat=True))
    notify(people=[id_ for id_ in people if id_ not in told], kind=kind, about=about, link=link)


def supervisors_of(*, site_id: int | None) -> list[int]:
    if site_id is None:
        return []
    found = Person.objects.filter(site=site_id, role=Role.SUPERVISOR, is_active=True)
    return list(found.values_list("id", flat=True))


def unread(*, person: Person) -> QuerySet[Notice]:
    """The newest first."""
    return Notice.objects.filter(person=person, read_at__isnull=True).order_by("-id")


def read_all(*, person: Person, now: datetime) -> int:
    return unread(person=person).update(read_at=now)


def sentence(notice: Notice) -> str:
    words: str = str(WORDS[notice.kind]) % notice.about
    return words

"""Who is on the floor now: state, project, today's work, pace and agreement; three queries a site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, FloatField, Q, Sum
from django.db.models.functions import Cast

from annotator.floor.access import last_hour_weights
from tasks.models import Assignment
from workers.hours import midnight, this_hour
from workers.models import Person, Presence, Role, Site, Throughput

# The workbench says something at least once a minute; after two and a half the line is down.
OFFLINE_AFTER = timedelta(seconds=150)
IDLE_AFTER = timedelta(minutes=5)
AGREEMENT_DAYS = 7


class Now(StrEnum):
    """Declared in the order in which a supervisor wants to see them."""

    IDLE = "idle"
    WORKING = "working"
    PAUSED = "paused"
    OFFLINE = "offline"


@dataclass(frozen=True)
class PersonNow:
    person: Person
    presence: Presence | None
    state: Now
    seen_just_now: bool  # within the last minute
    leases: int
    today: int
    skips: int
    pace: float  # submissions in the last 60 minutes
    seconds_a_task: float | None  # today's active time
    agreement: float | None  # 0 to 1, of the last AGREEMENT_DAYS days

    def answers_to(self, words: str) -> bool:
        """Whether the name or the login name has these words, in small letters."""
        return words in self.person.display_name.casefold() or words in self.person.username


def people_now(*, site: Site, now: datetime) -> list[PersonNow]:
    """Every annotator of the site, those to look after first."""
    people = (
        Person.objects.filter(site=site, role=Role.ANNOTATOR, is_active=True)
        .select_related("presence", "presence__project")
        .order_by("display_name", "id")
    )
    work = _work(site=site, now=now)
    held = dict(
        Assignment.objects.filter(state=Assignment.State.LEASED, annotator__site=site)
        .values_list("annotator")
        .annotate(Count("id"))
    )
    rows = [_row(person, work.get(person.id, {}), held.get(person.id, 0), now) for person in people]
    order = list(Now)
    return sorted(rows, key=lambda row: order.index(row.state))


def _row(person: Person, work: dict[str, Any], leases: int, now: datetime) -> PersonNow:
    presence = getattr(person, "presence", None)
    today = int(work.get("today") or 0)
    count = work.get("agreement_count") or 0
    return PersonNow(
        person=person,
        presence=presence,
        state=state_of(person, presence, now),
        seen_just_now=presence is not None and now - presence.seen_at < timedelta(minutes=1),
        leases=leases,
        today=today,
        skips=int(work.get("skips") or 0),
        pace=(work.get("hour_0") or 0) + (work.get("hour_1") or 0),
        seconds_a_task=(work.get("active_ms") or 0) / 1000 / today if today else None,
        agreement=(work.get("agreement_sum") or 0) / count if count else None,
    )


def state_of(person: Person, presence: Presence | None, now: datetime) -> Now:
    if presence is None or now - presence.seen_at > OFFLINE_AFTER:
        return Now.PAUSED if person.is_paused else Now.OFFLINE
    if person.is_paused:
        return Now.PAUSED
    last = max(filter(None, [presence.submitted_at, presence.started_at]))
    return Now.IDLE if now - last > IDLE_AFTER else Now.WORKING


def _work(*, site: Site, now: datetime) -> dict[int, dict[str, Any]]:
    today = Q(hour__gte=this_hour(midnight(site, now=now)))
    weights = last_hour_weights(now)
    rows = (
        Throughput.objects.filter(person__site=site, hour__gte=now - timedelta(days=AGREEMENT_DAYS))
        .values("person")
        .annotate(
            today=Sum("submissions", filter=today),
            skips=Sum("skips", filter=today),
            active_ms=Sum("active_ms", filter=today),
            agreement_sum=Sum("agreement_sum"),
            agreement_count=Sum("agreement_count"),
            **{
                f"hour_{i}": Cast(Sum("submissions", filter=Q(hour=hour)), FloatField()) * weight
                for i, (hour, weight) in enumerate(weights)
            },
        )
    )
    return {row["person"]: dict(row) for row in rows}

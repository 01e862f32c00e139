"""How the queue is: what is open, what is held, what ran out; bounded reads however long the queue is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from tasks.models import Assignment, ProblemReport
from workers.models import Site

# Beyond this many the exact number tells a supervisor nothing and would cost a long count.
COUNT_LIMIT = 10_000


@dataclass(frozen=True)
class QueueHealth:
    open_seats: int
    open_seats_capped: bool
    leased: int
    expiring: int  # leases that end within two minutes
    expired: int  # run out and not yet taken back by the sweep
    oldest_lease: datetime | None
    reports: int  # problem reports nobody has handled


def queue_health(*, site: Site, now: datetime) -> QueueHealth:
    """Three queries: open seats of the site's projects, its leases by age, its problem reports."""
    open_seats = Assignment.objects.filter(state=Assignment.State.OPEN, project__sites=site)
    counted = open_seats.values("id")[: COUNT_LIMIT + 1].count()
    soon = now + timedelta(minutes=2)
    leases = Assignment.objects.filter(state=Assignment.State.LEASED, annotator__site=site).aggregate(
        leased=Count("id"),
        expiring=Count("id", filter=Q(leased_until__gte=now, leased_until__lt=soon)),
        expired=Count("id", filter=Q(leased_until__lt=now)),
        oldest_lease=Min("leased_at"),
    )
    return QueueHealth(
        open_seats=min(counted, COUNT_LIMIT),
        open_seats_capped=counted > COUNT_LIMIT,
        reports=open_reports(site=site).count(),
        **leases,
    )


def open_reports(*, site: Site) -> QuerySet[ProblemReport]:
    return ProblemReport.objects.filter(handled_at=None, person__site=site)

"""Hourly rollups of work. Submitting adds to them in its own statement (tasks/queue.sql), settling adds
the agreement (review/scores.py); here are skips, and what an annotator sees of their own work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Max, Sum

from workers.models import Throughput

_ADD_SKIP = """
INSERT INTO workers_throughput AS w (person_id, project_id, hour, submissions, skips, annotations, active_ms,
                                     agreement_sum, agreement_count)
VALUES (%s, %s, date_trunc('hour', now(), 'UTC'), 0, 1, 0, 0, 0, 0)
ON CONFLICT (person_id, project_id, hour) DO UPDATE SET skips = w.skips + 1
"""


@dataclass(frozen=True, slots=True)
class ProjectWork:
    """One person's work in one project over a time; agreement 0 to 1, none while nothing is settled."""

    project: int
    name: str
    submissions: int
    skips: int
    active_ms: int
    agreement: float | None
    earned: Decimal
    currency: str


def add_skip(*, person_id: int, project_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ADD_SKIP, [person_id, project_id])


def work_by_project(*, person_id: int, since: datetime) -> list[ProjectWork]:
    """Work since a full hour, most first; one query."""
    rollups = Throughput.objects.filter(person=person_id, hour__gte=since)
    sums = rollups.values("project", "project__name").annotate(
        done=Sum("submissions"),
        left=Sum("skips"),
        active=Sum("active_ms"),
        agreed=Sum("agreement_sum"),
        judged=Sum("agreement_count"),
        pay=Sum("earned"),
        money=Max("currency"),
    )
    return [
        ProjectWork(
            project=row["project"],
            name=row["project__name"],
            submissions=row["done"],
            skips=row["left"],
            active_ms=row["active"],
            agreement=row["agreed"] / row["judged"] if row["judged"] else None,
            earned=row["pay"],
            currency=row["money"],
        )
        for row in sums.order_by("-done", "project")
    ]

"""How quick a project goes, and when what is still to be answered will be.

A batch waits for those before it in its project (the queue's order), at the pace of the last hours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from tasks.models import Batch, Job, Project
from workers.hours import this_hour
from workers.models import Throughput

PACE_HOURS = 3
MOST_HOURS = 24 * 3650


def project_pace(*, projects: Collection[int], now: datetime) -> dict[int, float]:
    """Submissions an hour by project, over the last hours in which there was any work; one query."""
    since = this_hour(now) - timedelta(hours=PACE_HOURS - 1)
    rows = (
        Throughput.objects.filter(project__in=projects, hour__gte=since)
        .values("project", "hour")
        .annotate(count=Sum("submissions"))
        .order_by("project", "hour")
    )
    counts: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for row in rows:
        counts[row["project"]].append((row["hour"], row["count"]))
    pace = {}
    for project, hours in counts.items():
        elapsed = max((now - hours[0][0]) / timedelta(hours=1), 0.1)
        pace[project] = sum(count for _, count in hours) / elapsed
    return pace


def answers_left(*, tasks: int, answered: int, overlap: int) -> int:
    """Answers that tasks still want; those that some have already are not taken off, as they are few."""
    return max(0, tasks - answered) * overlap


def forecast(*, answers: int, pace: float, state: str, now: datetime) -> datetime | None:
    """When so many answers are there, at `pace` answers an hour; None where nobody works on the project."""
    if answers == 0:
        return now
    if pace <= 0 or state != Project.State.OPEN:
        return None
    return now + timedelta(hours=min(answers / pace, MOST_HOURS))


def batch_forecast(*, batch: Batch, now: datetime) -> datetime | None:
    """When the batch's last answer comes; two queries. Needs the batch's project."""
    project = batch.project
    sooner = Q(batch__priority__gt=batch.priority) | Q(batch__priority=batch.priority, batch__lt=batch.id)
    jobs = Job.objects.filter(Q(batch=batch.id) | sooner, batch__project=project.id)
    sums = jobs.exclude(batch__state=Batch.State.COMPLETE).aggregate(
        tasks=Coalesce(Sum("ready"), 0), answered=Coalesce(Sum("answered"), 0)
    )
    answers = answers_left(**sums, overlap=project.overlap)
    pace = project_pace(projects=[project.id], now=now).get(project.id, 0.0)
    return forecast(answers=answers, pace=pace, state=project.state, now=now)

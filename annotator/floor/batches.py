"""How far the site's batches are, how quick they go, and when they will be done."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

from tasks.models import Batch
from tasks.pace import answers_left, forecast, project_pace
from workers.hours import this_hour
from workers.models import Site, Throughput


@dataclass(frozen=True)
class BatchNow:
    batch: Batch
    tasks: int
    answered: int  # tasks that have had all their answers
    settled: int
    disputed: int
    answers_left: int
    done_at: datetime | None  # forecast; None where nobody works on the project


def site_batches(*, site: Site, now: datetime, limit: int = 50) -> list[BatchNow]:
    """Unfinished batches of the site's projects in the queue's order; two queries.

    Forecast: answers still wanted by the batch and by those before it in its project, at the pace
    of the project over the last hours (of all sites that work on it).
    """
    batches = list(
        Batch.objects.filter(project__sites=site)
        .exclude(state=Batch.State.COMPLETE)
        .select_related("project")
        .annotate(
            tasks=Sum("jobs__ready"),
            answered=Sum("jobs__answered"),
            settled=Sum("jobs__settled"),
            disputed=Sum("jobs__disputed"),
        )
        .order_by("-project__priority", "project", "-priority", "id")[:limit]
    )
    pace = project_pace(projects={batch.project_id for batch in batches}, now=now)
    before: dict[int, int] = defaultdict(int)
    rows = []
    for batch in batches:
        tasks, answered = batch.tasks or 0, batch.answered or 0
        project = batch.project
        left = answers_left(tasks=tasks, answered=answered, overlap=project.overlap)
        before[project.id] += left
        done_at = forecast(
            answers=before[project.id], pace=pace.get(project.id, 0.0), state=project.state, now=now
        )
        rows.append(
            BatchNow(
                batch=batch,
                tasks=tasks,
                answered=answered,
                settled=batch.settled or 0,
                disputed=batch.disputed or 0,
                answers_left=left,
                done_at=done_at,
            )
        )
    return rows


def hourly_submissions(*, site: Site, now: datetime, hours: int) -> list[tuple[datetime, int, int]]:
    """(hour, submissions, skips) of the site for each of the last hours, quiet ones too; one query."""
    first = this_hour(now) - timedelta(hours=hours - 1)
    rows = {
        row["hour"]: row
        for row in Throughput.objects.filter(hour__gte=first, person__site=site)
        .values("hour")
        .annotate(done=Sum("submissions"), skipped=Sum("skips"))
    }
    every = (first + timedelta(hours=i) for i in range(hours))
    return [(h, rows[h]["done"], rows[h]["skipped"]) if h in rows else (h, 0, 0) for h in every]

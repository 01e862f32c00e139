"""How far the site's batches are, how quick they go, and when they will be done."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce

from tasks.models import Batch, BatchRank, ProjectPause
from tasks.pace import answers_left, forecast, project_pace
from tasks.reserve import unfinished
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
    jobs_left: int  # unfinished ones that no site has reserved
    reserved: int  # this site's jobs
    reserved_elsewhere: int
    rank: int | None  # the site's own priority
    is_paused: bool  # its project, at this site


def site_batches(*, site: Site, now: datetime, limit: int = 50) -> list[BatchNow]:
    """Unfinished batches of the site's projects, those with reserved jobs first, then by priority; three
    queries.

    Forecast: answers still wanted by the batch and by those before it in its project, at the pace
    of the project over the last hours (of all sites that work on it).
    """
    ranks = BatchRank.objects.filter(batch=OuterRef("id"), site=site).values("priority")
    batches = list(
        Batch.objects.filter(project__sites=site)
        .exclude(state=Batch.State.COMPLETE)
        .select_related("project")
        .annotate(
            tasks=Sum("jobs__ready"),
            answered=Sum("jobs__answered"),
            settled=Sum("jobs__settled"),
            disputed=Sum("jobs__disputed"),
            jobs_left=Count("jobs", filter=Q(jobs__site=None) & unfinished(prefix="jobs__")),
            reserved=Count("jobs", filter=Q(jobs__site=site)),
            reserved_elsewhere=Count("jobs", filter=Q(jobs__site__isnull=False) & ~Q(jobs__site=site)),
            rank=Subquery(ranks),
        )
        .annotate(own=Case(When(reserved__gt=0, then=1), default=0), order=Coalesce("rank", "priority"))
        .order_by("-own", "-project__priority", "project", "-order", "id")[:limit]
    )
    paused = set(ProjectPause.objects.filter(site=site).values_list("project", flat=True))
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
                done_at=None if batch.project_id in paused else done_at,
                jobs_left=batch.jobs_left,
                reserved=batch.reserved,
                reserved_elsewhere=batch.reserved_elsewhere,
                rank=batch.rank,
                is_paused=batch.project_id in paused,
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

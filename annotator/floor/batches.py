"""How far the site's batches are, how quick they go, and when they will be done."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce

from annotator.floor.access import this_hour
from tasks.models import Batch, BatchRank, Project, ProjectPause
from tasks.reserve import unfinished
from workers.models import Site, Throughput

PACE_HOURS = 3


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
        left = max(0, tasks - answered) * batch.project.overlap
        before[batch.project_id] += left
        done_at = _forecast(before[batch.project_id], pace.get(batch.project_id, 0.0), batch.project, now)
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


def project_pace(*, projects: set[int], now: datetime) -> dict[int, float]:
    """Submissions an hour by project, over the last hours in which there was any work."""
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


def _forecast(answers: int, pace: float, project: Project, now: datetime) -> datetime | None:
    if answers == 0:
        return now
    if pace <= 0 or project.state != Project.State.OPEN:
        return None
    return now + timedelta(hours=min(answers / pace, 24 * 3650))


def hourly_submissions(*, site: Site, now: datetime, hours: int) -> list[tuple[datetime, int, int]]:
    """(hour, submissions, skips) of the site for each of the last hours, quiet ones too; one query."""
    first = this_hour(now) - timedelta(hours=hours - 1)
    rows = {
        row["hour"]: row
        for row in Throughput.objects.filter(hour__gte=first, person__site=site)
        .values("hour")
        .annotate(done=Sum(F("submissions")), skipped=Sum("skips"))
    }
    every = (first + timedelta(hours=i) for i in range(hours))
    return [(h, rows[h]["done"], rows[h]["skipped"]) if h in rows else (h, 0, 0) for h in every]

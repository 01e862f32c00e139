"""How far batches are, from the counters of their jobs: one indexed query however many images."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict, cast

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from tasks.models import Archive, Job


class Progress(TypedDict):
    """Numbers of files, then of tasks. received = waiting + ready + duplicate + failed; tasks = ready."""

    received: int
    waiting: int
    ready: int
    duplicate: int
    failed: int
    answered: int
    settled: int
    disputed: int
    jobs: int
    jobs_done: int
    archives_waiting: int


_COUNTED = ("received", "ready", "duplicate", "failed", "answered", "settled", "disputed")


def batch_progress(batch_ids: Iterable[int]) -> dict[int, Progress]:
    """Progress of each batch; two queries for all of them."""
    ids = list(batch_ids)
    sums = {name: Coalesce(Sum(name), 0) for name in _COUNTED}
    done = Count("id", filter=Q(state=Job.State.DONE))
    rows = (
        Job.objects.filter(batch__in=ids).values("batch").annotate(jobs=Count("id"), jobs_done=done, **sums)
    )
    unfinished = Archive.objects.filter(
        batch__in=ids, state__in=[Archive.State.PENDING, Archive.State.RUNNING]
    )
    archives = dict(unfinished.values_list("batch").annotate(Count("id")))
    counted: dict[int, dict[str, Any]] = {row["batch"]: dict(row) for row in rows}
    return {id: _progress(counted.get(id, {}), archives.get(id, 0)) for id in ids}


def _progress(row: dict[str, Any], archives: int) -> Progress:
    numbers = {name: int(row.get(name, 0)) for name in (*_COUNTED, "jobs", "jobs_done")}
    ended = numbers["ready"] + numbers["duplicate"] + numbers["failed"]
    waiting = numbers["received"] - ended
    return cast(Progress, {**numbers, "waiting": waiting, "archives_waiting": archives})

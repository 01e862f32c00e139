"""What projects want of their datasets, and what a batch will take to get there."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.db.models import Avg

from review.adaptive import NOTHING_WANTED, Forecast, Wanted, forecast
from review.models import Consensus, Quality
from tasks.models import Batch, Project, Task
from tasks.progress import batch_progress

SAMPLE = 2_000  # the latest settled tasks that a forecast rests on


def wanted_in(projects: Collection[int]) -> dict[int, Wanted]:
    """What each of the projects wants; one query."""
    rows = Quality.objects.in_bulk(projects)
    return {
        project: Wanted(row.accuracy, row.iou, row.trusts_predictions)
        if (row := rows.get(project))
        else NOTHING_WANTED
        for project in projects
    }


def set_wanted(*, project: Project, wanted: Wanted) -> None:
    """Works at the next settling of each task."""
    Quality.objects.update_or_create(
        project=project,
        defaults={
            "accuracy": wanted.accuracy,
            "iou": wanted.iou,
            "trusts_predictions": wanted.trusts_predictions,
        },
    )


def project_forecast(*, project: Project, images: int) -> Forecast:
    """What a batch of so many images would take, from the project's latest settled tasks; one query."""
    return forecast(
        tasks=images, done=0, given=_given(project), fewest=project.overlap, most=project.max_overlap
    )


def batch_forecast(*, batch: Batch) -> Forecast:
    """What the batch takes in all; a bounded number of rows however large it is. Needs its project."""
    progress = batch_progress([batch.id])[batch.id]
    newest = Consensus.objects.filter(task__batch=batch, task__state=Task.State.SETTLED).order_by("-task_id")
    sample = newest.values("task_id")[:SAMPLE]
    mean = Consensus.objects.filter(task_id__in=sample).aggregate(mean=Avg("answers"))["mean"]
    return forecast(
        tasks=progress["ready"],
        done=progress["settled"],
        given=_given(batch.project),
        fewest=batch.project.overlap,
        most=batch.project.max_overlap,
        done_mean=mean,
    )


def cost_of(answers: int, *, project: Project) -> Decimal:
    """What annotators are paid for so many answers, in the project's currency."""
    return answers * project.price


def _given(project: Project) -> list[int]:
    """Answers that the latest settled tasks took; what the client knew beforehand says nothing of that."""
    settled = Consensus.objects.filter(task__project=project, task__state=Task.State.SETTLED)
    asked = settled.exclude(source=Consensus.Source.CLIENT).order_by("-task_id")
    return list(asked.values_list("answers", flat=True)[:SAMPLE])

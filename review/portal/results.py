"""Pages of what was concluded: confidence of a batch, its images with their consensus, one image."""

from __future__ import annotations

from django.db.models import Avg, Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotator.errors import NotVisible
from annotator.pages import cut
from clients.access import client_page
from review.models import Consensus
from review.portal.summary import Names
from tasks.access import access_client_batch
from tasks.delivery import image_url
from tasks.models import Batch, Task
from tasks.progress import batch_progress

PAGE = 48
# Of a batch of a million images the newest are looked at; the mean of these is near enough.
SAMPLE = 10_000
# The bands' lower ends, as shares.
BANDS = [(0.95, 1.01), (0.8, 0.95), (0.6, 0.8), (0.0, 0.6)]
BELOW = ["0.95", "0.8", "0.6"]
STATES = [Task.State.SETTLED, Task.State.DISPUTED]


@client_page
@require_safe
def batch_confidence(request: HttpRequest, batch_id: int) -> HttpResponse:
    """A part of the batch's page."""
    batch = access_client_batch(request, batch_id)
    newest = _consensus(batch).filter(task__state=Task.State.SETTLED).order_by("-task_id")[:SAMPLE]
    counts = {
        f"band{i}": Count("task_id", filter=Q(confidence__gte=low, confidence__lt=high))
        for i, (low, high) in enumerate(BANDS)
    }
    found = Consensus.objects.filter(task_id__in=newest.values("task_id")).aggregate(
        mean=Avg("confidence"), count=Count("task_id"), **counts
    )
    bands = [
        {"low": low, "high": min(high, 1.0), "count": found[f"band{i}"]}
        for i, (low, high) in enumerate(BANDS)
    ]
    context = {"batch": batch, "mean": found["mean"], "count": found["count"], "bands": bands, "most": SAMPLE}
    return render(request, "portal/batch_confidence.html", context)


@client_page
@require_safe
def result_list(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch = access_client_batch(request, batch_id)
    below, state = request.GET.get("below", ""), request.GET.get("state", "")
    rows = _consensus(batch).select_related("task__image")
    if below in BELOW:
        rows = rows.filter(confidence__lt=float(below))
    rows = rows.filter(task__state=state) if state in STATES else rows.filter(task__state__in=STATES)
    page = cut(request, rows, size=PAGE)
    names = Names(batch.schema.spec)
    context = {
        "batch": batch,
        "progress": batch_progress([batch.id])[batch.id],
        "page": page,
        "cards": [_card(consensus, names) for consensus in page.rows],
        "states": [(one.value, one.label) for one in STATES],
        "state": state,
        "belows": [(one, float(one)) for one in BELOW],
        "below": below,
    }
    return render(request, "portal/results.html", context)


@client_page
@require_safe
def result_page(request: HttpRequest, batch_id: int, task_id: int) -> HttpResponse:
    batch = access_client_batch(request, batch_id)
    rows = _consensus(batch).filter(task__state__in=STATES)
    consensus = rows.filter(task_id=task_id).select_related("task__image").first()
    if consensus is None:
        raise NotVisible
    names = Names(batch.schema.spec)
    ids = rows.values_list("task_id", flat=True)
    image = consensus.task.image
    context = {
        "batch": batch,
        "consensus": consensus,
        "image": image,
        "screen": image_url(image, "screen"),
        "original": image_url(image, "original"),
        "shapes": names.drawn(consensus.payload),
        "tags": names.said(consensus.payload),
        "newer": ids.filter(task_id__gt=task_id).order_by("task_id").first(),
        "older": ids.filter(task_id__lt=task_id).order_by("-task_id").first(),
    }
    return render(request, "portal/result.html", context)


def _consensus(batch: Batch) -> QuerySet[Consensus]:
    return Consensus.objects.filter(task__batch=batch)


def _card(consensus: Consensus, names: Names) -> dict[str, object]:
    return {
        "consensus": consensus,
        "image": consensus.task.image,
        "thumb": image_url(consensus.task.image, "grid"),
        "shapes": names.drawn(consensus.payload),
        "counts": names.counts(consensus.payload),
        "tags": names.said(consensus.payload),
    }

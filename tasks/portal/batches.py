"""Pages about one batch: progress, upload, and the report of what was refused."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from annotator.pages import cut
from clients.access import client_page
from tasks.access import access_client_batch
from tasks.batches import close_batch
from tasks.jobs import wake
from tasks.models import Batch
from tasks.pace import batch_forecast
from tasks.progress import batch_progress
from tasks.refusals import in_report, words_for
from tasks.spreadsheets import safe_text

State = Batch.State
# What each state of a batch means, in the order in which a batch goes through them.
STEPS = [
    (State.OPEN, gettext_lazy("Files are coming in. Close the batch when the last one is there.")),
    (State.INGESTING, gettext_lazy("The last files are being decoded, checked and made ready.")),
    (State.LABELLING, gettext_lazy("Annotators answer; what they agree on is settled at once.")),
    (State.REVIEWING, gettext_lazy("Everything is answered; reviewers settle what is in dispute.")),
    (State.COMPLETE, gettext_lazy("Every image is settled. Make a release to download the dataset.")),
]


@client_page
@require_safe
def batch_page(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch = access_client_batch(request, batch_id)
    context = {
        **_now(batch, now=timezone.now()),
        "boot": {
            "upload": reverse("batch-files", args=[batch.id]),
            "archive": reverse("batch-archives", args=[batch.id]),
            "language": request.LANGUAGE_CODE,
        },
    }
    return render(request, "portal/batch.html", context)


@client_page
@require_safe
def batch_live(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The part of the page that changes, asked for every few seconds."""
    batch = access_client_batch(request, batch_id)
    context = _now(batch, now=timezone.now())
    response = render(request, "portal/batch_live.html", context)
    if request.GET.get("state") not in {batch.state, None}:
        # Buttons and tabs outside the part depend on the state: draw the whole page once.
        response["HX-Refresh"] = "true"
    return response


@client_page
@require_POST
def batch_close(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch = access_client_batch(request, batch_id)
    close_batch(batch=batch, now=timezone.now())
    wake()
    messages.success(request, _("The batch is closed. Its images go to the annotators as they get ready."))
    return redirect("portal-batch", batch.id)


@client_page
@require_safe
def batch_report(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch = access_client_batch(request, batch_id)
    page = cut(request, in_report(batch).select_related("duplicate_of__batch"))
    rows = [(image, words_for(image.reason)) for image in page.rows]
    context = {"batch": batch, "page": page, "rows": rows, "progress": batch_progress([batch.id])[batch.id]}
    return render(request, "portal/batch_report.html", context)


@client_page
@require_safe
def batch_report_csv(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    batch = access_client_batch(request, batch_id)
    response = StreamingHttpResponse(_csv(batch), content_type="text/csv; charset=utf-8")
    disposition = content_disposition_header(as_attachment=True, filename=f"{batch.name}-report.csv")
    response["Content-Disposition"] = disposition or "attachment"
    return response


def _now(batch: Batch, *, now: datetime) -> dict[str, object]:
    progress = batch_progress([batch.id])[batch.id]
    at = [state for state, _words in STEPS].index(State(batch.state))
    steps = [
        {"name": state.label, "is_past": place < at, "is_now": place == at}
        for place, (state, _words) in enumerate(STEPS)
    ]
    ingested = progress["received"] - progress["waiting"]
    to_answer = progress["ready"] - progress["answered"]
    return {
        "batch": batch,
        "progress": progress,
        "ingested": ingested,
        "steps": steps,
        "explained": STEPS[at][1],
        "to_answer": to_answer,
        "answered_by": batch_forecast(batch=batch, now=now) if to_answer else None,
        "is_moving": batch.state != State.COMPLETE,
    }


def _csv(batch: Batch) -> Iterator[str]:
    # The mark in front makes Excel read UTF-8, which Chinese file names need.
    yield "\ufeff" + _line(["name", "state", "code", "reason", "duplicate_of"])
    images = in_report(batch).select_related("duplicate_of").order_by("id")
    for image in images.iterator(chunk_size=1000):
        original = image.duplicate_of.name if image.duplicate_of else ""
        words = str(words_for(image.reason)) if image.reason else ""
        yield _line([image.name, image.state, image.reason, words, original])


def _line(cells: list[str]) -> str:
    buffer = StringIO()
    csv.writer(buffer).writerow([safe_text(cell) for cell in cells])
    return buffer.getvalue()

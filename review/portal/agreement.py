"""The client's quality report of a batch: a page that prints, and the images behind its confusions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clients.access import client_page
from review.agreement_page import SHAPES, Words, cards_behind, show
from review.quality_report import quality_report
from tasks.access import access_client_batch
from tasks.models import Task
from tasks.progress import batch_progress


@client_page
@require_safe
def batch_quality(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch, now = access_client_batch(request, batch_id), timezone.now()
    found, taken = quality_report(batch=batch, now=now)
    words = Words(batch.schema.spec)
    context = {
        "batch": batch,
        "progress": batch_progress([batch.id])[batch.id],
        "made_at": now,
        "report": found,
        "classes": [{**one, "named": words.label(one["key"])} for one in found["classes"]],
        **show(
            found["agreement"],
            taken=taken,
            tasks_href=reverse("portal-batch-quality-behind", args=[batch.id]),
            person=lambda number: _("Annotator %(number)s") % {"number": number},
        ),
    }
    return render(request, "portal/batch_quality.html", context)


@client_page
@require_safe
def batch_behind(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch = access_client_batch(request, batch_id)
    of, row, column = (request.GET.get(name, "") for name in ("of", "row", "column"))
    found, _taken = quality_report(batch=batch, now=timezone.now())
    words = Words(batch.schema.spec)
    cards = cards_behind(found["agreement"], of=of, row=row, column=column)
    seen = {Task.State.SETTLED, Task.State.DISPUTED}
    for card in cards:
        if card["task"].state in seen:
            card["href"] = reverse("portal-result", args=[batch.id, card["task"].id])
    context = {
        "batch": batch,
        "cards": cards,
        "row": words.label(row) if of == SHAPES else words.option(of, row),
        "column": words.label(column) if of == SHAPES else words.option(of, column),
    }
    return render(request, "portal/behind.html", context)

"""The reviewer's page of agreement in a project, and the images behind its confusions."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from annotator.errors import NotVisible
from annotator.pages import number_in
from review import disputes
from review.agreement_page import SHAPES, Words, cards_behind, show
from review.quality_report import project_agreement
from review.sampling import Taken
from tasks.models import Batch, LabelSchema, Project
from workers.models import Person

MOST_BATCHES = 200


@login_required
@require_safe
def agreement(request: HttpRequest, project_id: int) -> HttpResponse:
    person = disputes.access_reviewer(request)
    project = disputes.access_review_project(person, project_id)
    batch = chosen_batch(request, project)
    found, taken = project_agreement(schema=schema_of(project, batch), batch=batch)
    behind = reverse("review-agreement-behind", args=[project.id])
    context = {
        "project": project,
        "batch": batch,
        "batches": Batch.objects.filter(project=project).order_by("-id")[:MOST_BATCHES],
        **show(found, taken=taken, tasks_href=behind, person=namer(person, taken), batch=batch),
    }
    return render(request, "review/agreement.html", context)


@login_required
@require_safe
def behind(request: HttpRequest, project_id: int) -> HttpResponse:
    person = disputes.access_reviewer(request)
    project = disputes.access_review_project(person, project_id)
    batch = chosen_batch(request, project)
    schema = schema_of(project, batch)
    found, _taken = project_agreement(schema=schema, batch=batch)
    of, row, column = (request.GET.get(name, "") for name in ("of", "row", "column"))
    words = Words(schema.spec)
    back = reverse("review-agreement", args=[project.id])
    context = {
        "project": project,
        "back": f"{back}?batch={batch.id}" if batch else back,
        "cards": cards_behind(found, of=of, row=row, column=column),
        "row": words.label(row) if of == SHAPES else words.option(of, row),
        "column": words.label(column) if of == SHAPES else words.option(of, column),
    }
    return render(request, "review/behind.html", context)


def chosen_batch(request: HttpRequest, project: Project) -> Batch | None:
    number = number_in(request, "batch")
    if number is None:
        return None
    batch = Batch.objects.filter(project=project, id=number).select_related("schema").first()
    if batch is None:
        raise NotVisible
    return batch


def schema_of(project: Project, batch: Batch | None) -> LabelSchema:
    """The batch's, else the project's latest: answers to different questions are not compared."""
    schema = batch.schema if batch else project.schemas.order_by("-version").first()
    if schema is None:
        raise NotVisible
    return schema


def namer(reviewer: Person, taken: Taken) -> Callable[[int], str]:
    """A reviewer of a site knows its people by name, those of other sites by number."""
    number = {person: n for n, person in enumerate(sorted(taken.people), start=1)}

    def name(person: int) -> str:
        one = taken.people[person]
        if reviewer.site_id in (None, one.site_id):
            return one.display_name
        return _("Annotator %(number)s") % {"number": number[person]}

    return name

"""The annotator's page to correct an answer that a spot check sent back, and what its script asks for."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotator.errors import Invalid, NotVisible
from annotator.parsers import read_body
from review.cases import describe_return
from review.views import NextBody, VerdictBody
from tasks.access import access_annotator
from tasks.corrections import Correction, NothingToMend, correct
from tasks.models import Return, Submission
from tasks.payloads import check_payload
from workers.models import Person


@login_required
@require_safe
def mend_page(request: HttpRequest, submission_id: uuid.UUID) -> HttpResponse:
    """The reviewer's workbench with the one answer in it."""
    back = access_return(access_annotator(request), submission_id)
    project = back.submission.task.project
    boot = {
        "language": get_language(),
        "csrf": get_token(request),
        "project": project.name,
        "mends": True,
        "urls": {
            "next": reverse("desk-mend-next", args=[submission_id]),
            "verdict": reverse("desk-mend-verdict", args=[submission_id]),
            "ask": None,
            "let_go": None,
            "thread": None,
            "comments": reverse("desk-comments", args=[submission_id]),
            "queues": reverse("desk-mine"),
        },
    }
    return render(request, "review/desk.html", {"project": project, "boot": boot})


@login_required
@require_POST
def mend_next(request: HttpRequest, submission_id: uuid.UUID) -> JsonResponse:
    person = access_annotator(request)
    body = read_body(request, NextBody)
    back = _find(person, submission_id)
    shown = [back] if back.ended_at is None and 0 not in body.besides else []
    schema = back.submission.task.schema
    specs = {schema.id: schema.spec} if shown and schema.id not in body.schemas else {}
    cases = [describe_return(one) for one in shown]
    return JsonResponse({"disputes": cases, "schemas": specs, "waiting": len(shown)})


@login_required
@require_POST
def mend_verdict(request: HttpRequest, submission_id: uuid.UUID) -> JsonResponse:
    """The corrected answer: a new version of it, which counts again. Sent twice it is corrected once."""
    person = access_annotator(request)
    body = read_body(request, VerdictBody)
    back = _find(person, submission_id)
    if body.excluded:
        detail = _("Correct the answer, or write a comment that it cannot be labelled.")
        raise Invalid(errors=[{"where": "excluded", "code": "not_allowed", "detail": detail}])
    if back.ended_at is not None and not Submission.objects.filter(id=body.id, annotator=person).exists():
        raise NothingToMend
    task = back.submission.task
    payload = check_payload(
        payload=body.payload,
        spec=task.schema.spec,
        width=task.image.width or 0,
        height=task.image.height or 0,
    )
    correction = Correction(body.id, supersedes=submission_id, payload=payload, active_ms=0)
    status = correct(annotator_id=person.id, correction=correction)
    code = 201 if status == "accepted" else 200
    return JsonResponse({"id": str(body.id), "status": status}, status=code)


def access_return(person: Person, submission_id: uuid.UUID) -> Return:
    """An answer of the person's own that is with them now."""
    back = _find(person, submission_id)
    if back.ended_at is not None:
        raise NothingToMend
    return back


def _find(person: Person, submission_id: uuid.UUID) -> Return:
    related = ["submission__task__project", "submission__task__schema", "submission__task__image"]
    found = Return.objects.filter(submission=submission_id, annotator=person).select_related(*related).first()
    if found is None:
        raise NotVisible
    return found

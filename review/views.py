"""The reviewer's pages and what their script asks for: parse, access, act, respond."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from annotator.parsers import read_body
from review import disputes
from review.adjudicate import Verdict, adjudicate, ask_one_more
from review.appeals import waiting_for
from review.cases import describe, specs_of
from review.comments import waiting_for_reviewer
from review.spot_checks import open_checks_of
from tasks.access import site_projects

# A page knows a few hundred disputes and schemas; more is no page of ours.
Ids = Annotated[list[int], msgspec.Meta(max_length=10_000)]


SHOWN = 50


class NextBody(msgspec.Struct, forbid_unknown_fields=True):
    """`besides`: disputes put off, or on the page already; `schemas`: those the page knows."""

    want: Annotated[int, msgspec.Meta(ge=0)] = 3
    besides: Ids = []
    schemas: Ids = []


class VerdictBody(msgspec.Struct, forbid_unknown_fields=True):
    id: uuid.UUID
    payload: dict[str, Any] = {}
    picked: uuid.UUID | None = None
    note: str = ""
    excluded: bool = False


class LetGoBody(msgspec.Struct, forbid_unknown_fields=True):
    disputes: Ids


@login_required
@require_GET
def queue_list(request: HttpRequest) -> HttpResponse:
    person = disputes.access_reviewer(request)
    context = {
        "queues": disputes.queues_of(person),
        "appeals": waiting_for(person).count(),
        "checks": open_checks_of(person).count(),
        "comments": waiting_for_reviewer(person).count(),
        "projects": site_projects(person).order_by("-priority", "name")[:SHOWN],
    }
    return render(request, "review/queues.html", context)


@login_required
@require_GET
def desk(request: HttpRequest, project_id: int) -> HttpResponse:
    person = disputes.access_reviewer(request)
    project = disputes.access_review_project(person, project_id)
    boot = {
        "language": get_language(),
        "csrf": get_token(request),
        "project": project.name,
        "urls": {
            "next": reverse("review-next", args=[project.id]),
            "verdict": reverse("review-verdict", args=[0]),
            "ask": reverse("review-ask", args=[0]),
            "let_go": reverse("review-let-go"),
            "thread": reverse("review-thread-open", args=[uuid.UUID(int=0)]),
            "comments": reverse("review-comments", args=[uuid.UUID(int=0)]),
            "queues": reverse("review-queues"),
        },
    }
    return render(request, "review/desk.html", {"project": project, "boot": boot})


@login_required
@require_POST
def next_disputes(request: HttpRequest, project_id: int) -> JsonResponse:
    person = disputes.access_reviewer(request)
    body = read_body(request, NextBody)
    project = disputes.access_review_project(person, project_id)
    taken = disputes.take_disputes(
        person=person, project=project, want=body.want, besides=body.besides, now=timezone.now()
    )
    waiting = disputes.open_disputes_of(person).filter(project=project).count()
    schemas = specs_of(taken, known=body.schemas)
    return JsonResponse({"disputes": describe(taken), "schemas": schemas, "waiting": waiting})


@login_required
@require_POST
def verdict(request: HttpRequest, dispute_id: int) -> JsonResponse:
    person = disputes.access_reviewer(request)
    body = read_body(request, VerdictBody)
    note = body.note.replace("\x00", "")[:500]
    given = Verdict(body.id, body.payload, picked=body.picked, note=note, excluded=body.excluded)
    _, new = adjudicate(person=person, dispute_id=dispute_id, verdict=given)
    status = "settled" if new else "replayed"
    return JsonResponse({"id": str(body.id), "status": status}, status=201 if new else 200)


@login_required
@require_POST
def ask(request: HttpRequest, dispute_id: int) -> JsonResponse:
    ask_one_more(person=disputes.access_reviewer(request), dispute_id=dispute_id)
    return JsonResponse({"status": "asked"})


@login_required
@require_POST
def let_go(request: HttpRequest) -> JsonResponse:
    person = disputes.access_reviewer(request)
    body = read_body(request, LetGoBody)
    return JsonResponse({"let_go": disputes.let_go(person=person, dispute_ids=body.disputes)})

"""The reviewer's pages beside the disputes: appeals, and which settled tasks become gold."""

from __future__ import annotations

import random
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotator.errors import Invalid
from annotator.pages import cut
from review import appeals, disputes, gold
from review.consequences import reason_of
from review.models import Appeal, Consensus
from review.outlines import path_of
from review.portal.summary import Names
from tasks.delivery import image_url
from tasks.models import GoldTask

PAGE = 24


@login_required
@require_safe
def appeal_list(request: HttpRequest) -> HttpResponse:
    person = disputes.access_reviewer(request)
    rows = [_appeal(appeal) for appeal in appeals.waiting_for(person)[:PAGE]]
    return render(request, "review/appeals.html", {"rows": rows})


@login_required
@require_POST
def appeal_decide(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """`ruling` = grant or refuse."""
    person = disputes.access_reviewer(request)
    ruling = request.POST.get("ruling", "")
    if ruling not in ("grant", "refuse"):
        raise Invalid(errors=[{"where": "ruling", "code": "malformed", "detail": "grant or refuse"}])
    given = appeals.Ruling(granted=ruling == "grant", answer=request.POST.get("answer", ""))
    appeals.decide(person=person, appeal_id=appeal_id, ruling=given, now=timezone.now())
    messages.success(request, _("Decided. The annotator has been told."))
    return redirect("review-appeals")


@login_required
@require_safe
def gold_list(request: HttpRequest, project_id: int) -> HttpResponse:
    """What is gold, and what may become it."""
    person = disputes.access_reviewer(request)
    project = disputes.access_review_project(person, project_id)
    page = cut(request, gold.promotable(project), size=PAGE)
    context = {
        "project": project,
        "page": page,
        "cards": [_card(row) for row in page.rows],
        "gold": [(row, image_url(row.task.image, "grid")) for row in gold.gold_of(project)[:PAGE]],
    }
    return render(request, "review/gold.html", context)


@login_required
@require_POST
def gold_make(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    """`kind` = measure or practice."""
    person = disputes.access_reviewer(request)
    project = disputes.access_review_project(person, project_id)
    kind = request.POST.get("kind", "")
    if kind not in GoldTask.Kind.values:
        raise Invalid(errors=[{"where": "kind", "code": "malformed", "detail": "measure or practice"}])
    gold.promote(
        project=project, task_id=task_id, kind=GoldTask.Kind(kind), by=person, rng=random.SystemRandom()
    )
    return redirect("review-gold", project.id)


@login_required
@require_POST
def gold_retire(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    person = disputes.access_reviewer(request)
    project = disputes.access_review_project(person, project_id)
    gold.retire(project=project, task_id=task_id, now=timezone.now())
    return redirect("review-gold", project.id)


def _appeal(appeal: Appeal) -> dict[str, Any]:
    """What the reviewer needs: the rule's sentence, or the answer beside the settled one."""
    shown: dict[str, Any] = {"appeal": appeal}
    if appeal.consequence is not None:
        return {**shown, "reason": reason_of(appeal.consequence)}
    assert appeal.submission is not None
    task = appeal.submission.task
    settled = gold.bare(Consensus.objects.get(task=task).payload)
    return {
        **shown,
        "image": task.image,
        "screen": image_url(task.image, "screen"),
        "yours": [path_of(shape) for shape in appeal.submission.payload["shapes"]],
        "settled": [path_of(shape) for shape in settled["shapes"]],
        "answers": [
            (key, appeal.submission.payload["tags"].get(key), settled["tags"].get(key))
            for key in dict.fromkeys([*settled["tags"], *appeal.submission.payload["tags"]])
        ],
    }


def _card(row: Consensus) -> dict[str, Any]:
    names = Names(row.task.schema.spec)
    return {
        "consensus": row,
        "image": row.task.image,
        "thumb": image_url(row.task.image, "grid"),
        "shapes": names.drawn(row.payload),
        "tags": names.said(row.payload),
    }

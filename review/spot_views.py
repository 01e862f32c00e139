"""The reviewer's pages of spot checks, and what the workbench asks for to put one right."""

from __future__ import annotations

import uuid
from collections import Counter
from string import ascii_uppercase
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotator.parsers import read_body
from review import disputes, spot_checks
from review.adjudicate import Verdict
from review.cases import describe_check, shuffled, specs_of_check
from review.counted import counted_answers
from review.models import CheckedAnswer, Consensus, SpotCheck, Thread
from review.outlines import path_of
from review.portal.summary import Names
from review.spot_verdicts import Rejection, fix_check, goes_to_author, judge_check, may_send_on
from review.views import NextBody, VerdictBody
from tasks.delivery import image_url
from tasks.models import Submission

PAGE = 24


@login_required
@require_safe
def check_list(request: HttpRequest) -> HttpResponse:
    person = disputes.access_reviewer(request)
    waiting = spot_checks.open_checks_of(person)
    rows = waiting.select_related("task__image", "project")[:PAGE]
    context = {
        "rows": [(row, image_url(row.task.image, "grid")) for row in rows],
        "waiting": waiting.count(),
    }
    return render(request, "review/checks.html", context)


@login_required
@require_safe
def check_page(request: HttpRequest, check_id: int) -> HttpResponse:
    """The conclusion, and each answer over the image; nobody is named."""
    check = spot_checks.access_spot_check(disputes.access_reviewer(request), check_id)
    names, image = Names(check.task.schema.spec), check.task.image
    consensus = Consensus.objects.get(task=check.task_id)
    agreement = consensus.payload["agreement"]
    answers = shuffled(counted_answers([check.task_id]))
    talks = Counter(Thread.objects.filter(task=check.task_id).values_list("annotator", flat=True))
    context = {
        "check": check,
        "image": image,
        "screen": image_url(image, "screen"),
        "settled": [path_of(shape) for shape in consensus.payload["shapes"]],
        "counts": names.counts(consensus.payload),
        "said": names.said(consensus.payload),
        "answers": [
            _answer(answer, letter, names, agreement.get(str(answer.id)), talks[answer.annotator_id])
            for answer, letter in zip(answers, ascii_uppercase, strict=False)
        ],
        "reasons": CheckedAnswer.Reason.choices,
        "may_send_on": may_send_on(check),
        "goes_back": goes_to_author(check, []),
    }
    return render(request, "review/check.html", context)


@login_required
@require_POST
def check_judge(request: HttpRequest, check_id: int) -> HttpResponse:
    """`reason-<submission>` names why an answer is rejected, empty where it is accepted; `send_on` asks
    somebody else."""
    person = disputes.access_reviewer(request)
    check = spot_checks.access_spot_check(person, check_id)
    ids = counted_answers([check.task_id]).values_list("id", flat=True)
    rejections = {id_: found for id_ in ids if (found := _rejection(request, id_))}
    judge_check(person=person, check_id=check_id, rejections=rejections, send_on="send_on" in request.POST)
    messages.success(request, _("Checked. Whose answer was rejected has been told."))
    following = spot_checks.open_checks_of(person).first()
    return redirect("review-check", following.id) if following else redirect("review-checks")


@login_required
@require_safe
def check_fix(request: HttpRequest, check_id: int) -> HttpResponse:
    """The workbench, with this one task in it."""
    check = spot_checks.access_spot_check(disputes.access_reviewer(request), check_id)
    boot = {
        "language": get_language(),
        "csrf": get_token(request),
        "project": check.task.project.name,
        "urls": {
            "next": reverse("review-check-next", args=[check.id]),
            "verdict": reverse("review-check-verdict", args=[check.id]),
            "ask": None,
            "let_go": None,
            "thread": reverse("review-thread-open", args=[uuid.UUID(int=0)]),
            "comments": reverse("review-comments", args=[uuid.UUID(int=0)]),
            "queues": reverse("review-check", args=[check.id]),
        },
    }
    return render(request, "review/desk.html", {"project": check.task.project, "boot": boot})


@login_required
@require_POST
def check_next(request: HttpRequest, check_id: int) -> JsonResponse:
    check = spot_checks.access_spot_check(disputes.access_reviewer(request), check_id)
    body = read_body(request, NextBody)
    shown = [] if _is_done(check) or check.id in body.besides else [check]
    return JsonResponse(
        {
            "disputes": [describe_check(one) for one in shown],
            "schemas": specs_of_check(check, known=body.schemas) if shown else {},
            "waiting": len(shown),
        }
    )


@login_required
@require_POST
def check_verdict(request: HttpRequest, check_id: int) -> JsonResponse:
    person = disputes.access_reviewer(request)
    body = read_body(request, VerdictBody)
    verdict = Verdict(body.id, body.payload, picked=body.picked, excluded=body.excluded)
    new = fix_check(person=person, check_id=check_id, verdict=verdict)
    return JsonResponse(
        {"id": str(body.id), "status": "fixed" if new else "replayed"}, status=201 if new else 200
    )


def _is_done(check: SpotCheck) -> bool:
    return check.fix is not None or check.judged_at is not None


def _rejection(request: HttpRequest, submission: uuid.UUID) -> Rejection | None:
    reason = request.POST.get(f"reason-{submission}", "")
    return Rejection(reason, request.POST.get(f"note-{submission}", "")) if reason else None


def _answer(
    answer: Submission, letter: str, names: Names, score: float | None, threads: int
) -> dict[str, Any]:
    tags = {key: {"value": value} for key, value in answer.payload["tags"].items()}
    return {
        "id": answer.id,
        "letter": letter,
        "paths": [path_of(shape) for shape in answer.payload["shapes"]],
        "counts": names.counts(answer.payload),
        "said": names.said({"tags": tags}),
        "score": score,
        "threads": threads,
    }

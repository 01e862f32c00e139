"""What review adds to the annotator's desk: how a practice answer was, why something followed, appeals."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from review import appeals, comments, mine
from review.practice import feedback
from tasks.access import access_annotator
from workers import notices


@require_safe
def practice(request: HttpRequest, submission_id: uuid.UUID) -> JsonResponse:
    """The right answer, after one's own: asked for again it is the same."""
    person = access_annotator(request)
    return JsonResponse(feedback(person=person, submission_id=submission_id, now=timezone.now()))


@require_safe
@login_required
def checks(request: HttpRequest) -> HttpResponse:
    """A part of "my work": what waits to be read, and what followed from checked answers."""
    person = access_annotator(request)
    unread = [(notice, notices.sentence(notice)) for notice in notices.unread(person=person)[: notices.SHOWN]]
    context = {
        "unread": unread,
        "threads": comments.threads_about(person).select_related("task__image", "project")[: mine.SHOWN],
        "told": mine.told(person=person),
        "rejected": mine.rejected(person=person, now=timezone.now()),
    }
    return render(request, "desk/checks.html", context)


@require_POST
def read_notices(request: HttpRequest) -> HttpResponse:
    notices.read_all(person=access_annotator(request), now=timezone.now())
    return redirect("desk-mine")


@require_safe
@login_required
def answer(request: HttpRequest, submission_id: uuid.UUID) -> HttpResponse:
    """One's own answer beside the settled one."""
    person = access_annotator(request)
    shown = mine.beside(person=person, submission_id=submission_id, now=timezone.now())
    return render(request, "desk/answer.html", {"beside": shown})


@require_POST
def appeal_answer(request: HttpRequest, submission_id: uuid.UUID) -> HttpResponse:
    person = access_annotator(request)
    now = timezone.now()
    mine.beside(person=person, submission_id=submission_id, now=now)
    words = request.POST.get("words", "")
    appeals.appeal_answer(person=person, submission_id=submission_id, words=words, now=now)
    messages.success(request, _("Your appeal is with the reviewers."))
    return redirect("desk-answer", submission_id)


@require_POST
def appeal_consequence(request: HttpRequest, consequence_id: int) -> HttpResponse:
    person = access_annotator(request)
    words = request.POST.get("words", "")
    appeals.appeal_consequence(person=person, consequence_id=consequence_id, words=words, now=timezone.now())
    messages.success(request, _("Your appeal is with the reviewers."))
    return redirect("desk-mine")

"""Pages of comments, for reviewers and for annotators: parse, access, act, respond."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import msgspec
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotator.errors import Invalid
from annotator.parsers import read_body
from review import comments, disputes
from review.comments import Pin, Remark
from review.formats.geometry import bounds
from review.models import Thread
from review.outlines import path_of
from review.portal.summary import Names
from tasks.access import access_annotator
from tasks.delivery import image_url
from tasks.models import Submission
from workers import notices
from workers.models import Person

PAGE = 50
WHEN = attrgetter("written_at")
WHOLE, PLACE, SHAPE = "whole", "place", "shape:"


class ThreadBody(msgspec.Struct, forbid_unknown_fields=True):
    """`shape`: an object's id; `place`: pixels of the upright image; neither: the whole answer."""

    id: uuid.UUID
    words: str
    shape: str = ""
    place: tuple[float, float] | None = None


@login_required
@require_safe
def waiting_list(request: HttpRequest) -> HttpResponse:
    """Threads that wait for a reviewer, and what waits to be read by this one."""
    person = disputes.access_reviewer(request)
    waiting = comments.waiting_for_reviewer(person)
    related = waiting.select_related("task__image", "project").prefetch_related("comments")
    unread = [(notice, notices.sentence(notice)) for notice in notices.unread(person=person)[: notices.SHOWN]]
    context = {
        "rows": [
            (one, image_url(one.task.image, "grid"), sorted(one.comments.all(), key=WHEN))
            for one in related[:PAGE]
        ],
        "waiting": waiting.count(),
        "unread": unread,
    }
    return render(request, "review/threads.html", context)


@login_required
@require_POST
def read_notices(request: HttpRequest) -> HttpResponse:
    notices.read_all(person=disputes.access_reviewer(request), now=timezone.now())
    return redirect("review-threads")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reviewer_page(request: HttpRequest, submission_id: uuid.UUID) -> HttpResponse:
    return _page(request, disputes.access_reviewer(request), submission_id, side="review")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def annotator_page(request: HttpRequest, submission_id: uuid.UUID) -> HttpResponse:
    return _page(request, access_annotator(request), submission_id, side="desk")


@login_required
@require_POST
def reviewer_reply(request: HttpRequest, thread_id: int) -> HttpResponse:
    return _reply(request, disputes.access_reviewer(request), thread_id, side="review")


@login_required
@require_POST
def annotator_reply(request: HttpRequest, thread_id: int) -> HttpResponse:
    return _reply(request, access_annotator(request), thread_id, side="desk")


@login_required
@require_POST
def open_thread(request: HttpRequest, submission_id: uuid.UUID) -> JsonResponse:
    """The same for the page of disputes, as JSON."""
    person = disputes.access_reviewer(request)
    body = read_body(request, ThreadBody)
    thread, new = comments.open_thread(
        person=person,
        submission_id=submission_id,
        pin=Pin(body.shape, body.place),
        remark=Remark(body.id, body.words),
        now=timezone.now(),
    )
    return JsonResponse({"thread": thread.id, "said": thread.said}, status=201 if new else 200)


def _page(request: HttpRequest, person: Person, submission_id: uuid.UUID, *, side: str) -> HttpResponse:
    """The answer with what is said about it; POST opens a thread."""
    if request.method == "POST":
        comments.open_thread(
            person=person,
            submission_id=submission_id,
            pin=_pin(request.POST),
            remark=_remark(request.POST),
            now=timezone.now(),
        )
        messages.success(request, _("Sent."))
        return redirect(request.path)
    answer = comments.access_answer(person, submission_id)
    image = answer.task.image
    objects = _objects(answer)
    threads = list(comments.threads_of(answer))
    context = {
        "answer": answer,
        "image": image,
        "screen": image_url(image, "screen"),
        "objects": list(objects.values()),
        "threads": [_thread(one, objects) for one in threads],
        "label": max(image.width or 0, image.height or 0) / 45,
        "fresh": uuid.uuid4(),
        "side": side,
        "mine": "reviewer" if side == "review" else "annotator",
        "reply": f"{side}-comment",
        "longest": comments.LONGEST,
    }
    return render(request, "review/comments.html", context)


def _reply(request: HttpRequest, person: Person, thread_id: int, *, side: str) -> HttpResponse:
    """`seen` closes the thread for who has read so many remarks; else it is a reply."""
    now = timezone.now()
    if "seen" in request.POST:
        seen = request.POST["seen"]
        count = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else -1
        thread = comments.resolve(person=person, thread_id=thread_id, seen=count, now=now)
    else:
        remark = _remark(request.POST)
        thread, _new = comments.reply(person=person, thread_id=thread_id, remark=remark, now=now)
    return redirect(f"{side}-comments", thread.submission_id)


def _remark(form: Mapping[str, str]) -> Remark:
    try:
        id_ = uuid.UUID(form.get("id", ""))
    except ValueError:
        detail = _("Load the page anew and write it again.")
        raise Invalid(errors=[{"where": "id", "code": "malformed", "detail": detail}]) from None
    return Remark(id_, form.get("words", ""))


def _pin(form: Mapping[str, str]) -> Pin:
    """`about` = whole, place (with x and y) or shape:<id>."""
    about = form.get("about", WHOLE)
    if about.startswith(SHAPE):
        return Pin(shape=about.removeprefix(SHAPE))
    if about != PLACE:
        return Pin()
    try:
        x, y = float(form.get("x", "")), float(form.get("y", ""))
    except ValueError:
        x = y = math.nan
    if not math.isfinite(x + y):
        detail = _("Say where: click into the image, or type the place's x and y.")
        raise Invalid(errors=[{"where": "place", "code": "missing", "detail": detail}])
    return Pin(place=(x, y))


def _objects(answer: Submission) -> dict[str, dict[str, Any]]:
    """The answer's objects by id, as the page draws and numbers them."""
    names = Names(answer.task.schema.spec)
    drawn = zip(answer.payload["shapes"], names.drawn(answer.payload), strict=True)
    return {shape["id"]: {"id": shape["id"], "drawn": one, "at": bounds(shape)} for shape, one in drawn}


def _thread(thread: Thread, objects: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """With the object it is about: of the answer as it is now, else as it was when the thread was opened."""
    now = objects.get(thread.shape)
    then = None
    if thread.shape and now is None:
        shapes = thread.submission.payload["shapes"]
        then = next((path_of(shape) for shape in shapes if shape["id"] == thread.shape), None)
    return {
        "thread": thread,
        "object": now,
        "gone": then,
        "comments": sorted(thread.comments.all(), key=WHEN),
        "fresh": uuid.uuid4(),
    }

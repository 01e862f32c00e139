"""The annotator's pages and the workbench's endpoints."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from annotator.face import DESK_COOKIE, DESK_PATH, WITHIN_COOKIE, theme_of
from annotator.first_paint import WITHIN, link_header
from annotator.pages import number_in
from annotator.parsers import read_body
from tasks import desk
from tasks.access import access_annotator
from tasks.mine import last_submissions
from tasks.parcels import SyncRequest
from tasks.reports import Report, report_problem
from workers import earnings
from workers.hours import midnight
from workers.models import Person
from workers.throughput import work_by_project


@require_safe
@login_required
@ensure_csrf_cookie
@gzip_page
def workbench(request: HttpRequest) -> HttpResponse:
    person = access_annotator(request)
    opening = desk.opening(person=person, now=timezone.now())
    boot = {**_boot(request, person), "resume": opening and opening.resume}
    image = opening.resume["tasks"][0]["image"] if opening else None
    shown = {"image": image, "picture": opening.picture, "is_light": opening.is_light} if opening else {}
    within = WITHIN if request.COOKIES.get(WITHIN_COOKIE) != WITHIN else ""
    is_new = bool(within) and not _is_from_sign_in(request)
    response = render(request, "desk/index.html", {"boot": boot, "is_new": is_new, "within": within, **shown})
    if image:
        picture = None if shown["picture"] else image["url"]
        response["Link"] = link_header(image=picture, is_new=is_new)
    response.set_cookie(
        DESK_COOKIE,
        str(person.id),
        max_age=settings.SESSION_COOKIE_AGE,
        path=DESK_PATH,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def _is_from_sign_in(request: HttpRequest) -> bool:
    """That page has fetched the workbench ahead, whether or not the browser says so yet."""
    return reverse("sign-in") in request.headers.get("Referer", "")


@require_safe
def boot(request: HttpRequest) -> HttpResponse:
    """What a page that the browser has kept starts with."""
    person = access_annotator(request)
    return _json(_boot(request, person))


@require_POST
@gzip_page
def sync(request: HttpRequest) -> HttpResponse:
    person = access_annotator(request)
    asked = read_body(request, SyncRequest, by_item=True)
    return _json(desk.sync(person=person, request=asked, now=timezone.now()))


@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """The last answers that may still be corrected."""
    person = access_annotator(request)
    desk.check_person(person, number_in(request, "person"))
    return _json(desk.correctable(person=person, now=timezone.now()))


@require_POST
def report(request: HttpRequest) -> HttpResponse:
    person = access_annotator(request)
    said = read_body(request, Report)
    desk.check_person(person, said.person)
    report_problem(person=person, report=said)
    return HttpResponse(status=204)


@require_safe
@login_required
def my_work(request: HttpRequest) -> HttpResponse:
    person = access_annotator(request)
    today = midnight(person.site, now=timezone.now())
    monday = today - timedelta(days=today.weekday())
    context = {
        "today": earnings.today(person_id=person.id),
        "periods": [
            ("today", work_by_project(person_id=person.id, since=today)),
            ("week", work_by_project(person_id=person.id, since=monday)),
        ],
        "submissions": last_submissions(person=person, now=timezone.now()),
    }
    return render(request, "desk/my_work.html", context)


def _json(answer: object) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(answer), content_type="application/json")


def _boot(request: HttpRequest, person: Person) -> dict[str, Any]:
    """What the workbench starts with."""
    today = earnings.today(person_id=person.id)
    return {
        "person": {"id": person.id, "name": person.display_name, "language": person.language},
        "projects": desk.open_projects(person),
        "csrf": get_token(request),
        "theme": theme_of(request),
        "today": {
            "submitted": today.submitted,
            "earned": desk.money(today.earned),
            "currency": today.currency,
        },
        "urls": {
            "sync": reverse("desk-sync"),
            "report": reverse("desk-report"),
            "model": reverse("desk-model"),
            "answers": reverse("desk-answers"),
            "practice": reverse("desk") + "practice/",
            "mine": reverse("desk-mine"),
            "sign_in": reverse("sign-in"),
            "sign_out": reverse("sign-out"),
            "language": reverse("language"),
        },
    }

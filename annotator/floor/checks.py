"""What a supervisor hears of people's checked answers, and whom they let in without the mark."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from annotator.floor.access import access_annotator, access_project, access_site
from review import mine, practice, watch
from tasks.models import Entrance
from workers import notices
from workers.models import Person


@login_required
@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    """A part of the floor: what waits to be read by this supervisor."""
    access_site(request)
    person = _reader(request)
    unread = [(notice, notices.sentence(notice)) for notice in notices.unread(person=person)[: notices.SHOWN]]
    return render(request, "floor/notices.html", {"unread": unread})


@login_required
@require_POST
def read_notices(request: HttpRequest) -> HttpResponse:
    access_site(request)
    notices.read_all(person=_reader(request), now=timezone.now())
    return redirect("floor")


@login_required
@require_GET
def person_checks(request: HttpRequest, person_id: int) -> HttpResponse:
    """A part of the person's page: practice by project, and what followed from gold."""
    who = access_annotator(access_site(request), person_id)
    waiting = Entrance.objects.filter(person=who, project__practice_pass_mark__isnull=False).exclude(
        state=Entrance.State.PASSED
    )
    rows = [
        (entrance.project, entrance, practice.standing_of(person=who, project=entrance.project))
        for entrance in waiting.select_related("project").order_by("project")[: mine.SHOWN]
    ]
    return render(
        request,
        "floor/person_checks.html",
        {"who": who, "rows": rows, "told": mine.told(person=who), "signs": watch.signs(person=who)},
    )


@login_required
@require_POST
def let_in(request: HttpRequest, person_id: int, project_id: int) -> HttpResponse:
    site = access_site(request)
    who = access_annotator(site, person_id)
    project = access_project(site, project_id)
    practice.let_in(person=who, project=project, now=timezone.now())
    return redirect("floor-person", who.id)


def _reader(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # login_required
    return request.user

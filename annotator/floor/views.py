"""Pages of the floor: parse, access, act, respond."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotator.floor.access import access_annotator, access_report, access_site
from annotator.floor.batches import hourly_submissions, site_batches
from annotator.floor.forms import PersonForm, SkillsForm
from annotator.floor.health import open_reports, queue_health
from annotator.floor.people import Now, people_now
from tasks import queue
from tasks.models import Assignment, ProblemReport, Submission
from workers import people
from workers.models import Site

CHART_HOURS = 24
# On the dashboard: those to look after first; a search or one more press shows the others.
PEOPLE_SHOWN = 25
REPORTS_SHOWN = 200


@login_required
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    site = access_site(request)
    return render(request, "floor/dashboard.html", _now(request, site))


@login_required
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """The part of the dashboard that refreshes itself."""
    site = access_site(request)
    return render(request, "floor/live.html", _now(request, site))


def _now(request: HttpRequest, site: Site) -> dict[str, Any]:
    now = timezone.now()
    everybody = people_now(site=site, now=now)
    wanted = request.GET.get("q", "").strip().casefold()
    found = [row for row in everybody if row.answers_to(wanted)]
    shown = found if request.GET.get("all") == "1" else found[:PEOPLE_SHOWN]
    kept = {name: request.GET[name] for name in ("site", "all") if name in request.GET}
    return {
        "site": site,
        "now": now,
        "people": shown,
        "more": len(found) - len(shown),
        "wanted": request.GET.get("q", "").strip(),
        "kept": urlencode(kept),
        "everybody": urlencode({**request.GET.dict(), "all": "1"}),
        "counts": {state.value: sum(row.state == state for row in everybody) for state in Now},
        "today": sum(row.today for row in everybody),
        "pace": sum(row.pace for row in everybody),
        "unsent": sum(row.presence.unsent for row in everybody if row.presence),
        "health": queue_health(site=site, now=now),
        "batches": site_batches(site=site, now=now, limit=8),
    }


@login_required
@require_GET
def throughput(request: HttpRequest) -> HttpResponse:
    site = access_site(request)
    hours = hourly_submissions(site=site, now=timezone.now(), hours=CHART_HOURS)
    return JsonResponse(
        {
            "times": [int(hour.timestamp()) for hour, _done, _skipped in hours],
            "series": [
                {"name": _("Submitted"), "values": [done for _hour, done, _skipped in hours], "tone": "good"},
                {
                    "name": _("Skipped"),
                    "values": [skipped for _hour, _done, skipped in hours],
                    "tone": "warn",
                },
            ],
        }
    )


@login_required
@require_GET
def batches(request: HttpRequest) -> HttpResponse:
    site = access_site(request)
    rows = site_batches(site=site, now=timezone.now())
    query = f"?site={site.code}" if "site" in request.GET else ""
    return render(request, "floor/batches.html", {"site": site, "batches": rows, "query": query})


@login_required
@require_GET
def staff(request: HttpRequest) -> HttpResponse:
    site = access_site(request)
    rows = sorted(people_now(site=site, now=timezone.now()), key=lambda row: row.person.display_name)
    return render(request, "floor/people.html", {"site": site, "people": rows})


@login_required
@require_http_methods(["GET", "POST"])
def add_person(request: HttpRequest) -> HttpResponse:
    site = access_site(request)
    form = PersonForm(request.POST or None, initial={"language": "zh-hans"})
    if request.method == "POST" and form.is_valid():
        person, pin = people.add_annotator(site=site, **form.cleaned_data)
        return render(request, "floor/pin.html", {"person": person, "pin": pin, "is_new": True})
    return render(request, "floor/add_person.html", {"form": form, "site": site})


@login_required
@require_GET
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    site = access_site(request)
    who = access_annotator(site, person_id)
    now = timezone.now()
    row = next((row for row in people_now(site=site, now=now) if row.person.id == who.id), None)
    held = (
        Assignment.objects.filter(annotator=who, state=Assignment.State.LEASED, leased_until__isnull=False)
        .select_related("project", "task__image")
        .order_by("leased_at")
    )
    # Only a declared offline pack has a lease longer than its project's.
    leases = [
        (seat, bool(seat.leased_until and seat.leased_until > now + seat.project.lease)) for seat in held
    ]
    recent = (
        Submission.objects.filter(annotator=who, version=1, created_at__gte=now - timedelta(days=7))
        .select_related("task__image", "task__project")
        .defer("payload")
        .order_by("-created_at")[:20]
    )
    context = {
        "who": who,
        "row": row,
        "leases": leases,
        "recent": recent,
        "skills": SkillsForm(initial={"skills": " ".join(who.skills)}),
    }
    return render(request, "floor/person.html", context)


@login_required
@require_POST
def reset_pin(request: HttpRequest, person_id: int) -> HttpResponse:
    who = access_annotator(access_site(request), person_id)
    pin = people.reset_pin(person=who)
    return render(request, "floor/pin.html", {"person": who, "pin": pin, "is_new": False})


@login_required
@require_POST
def pause(request: HttpRequest, person_id: int) -> HttpResponse:
    who = access_annotator(access_site(request), person_id)
    people.pause(person=who, now=timezone.now())
    messages.success(request, _("%(name)s is paused and gets no new tasks.") % {"name": who.display_name})
    return redirect("floor-person", person_id=who.id)


@login_required
@require_POST
def resume(request: HttpRequest, person_id: int) -> HttpResponse:
    who = access_annotator(access_site(request), person_id)
    people.resume(person=who)
    messages.success(request, _("%(name)s can work again.") % {"name": who.display_name})
    return redirect("floor-person", person_id=who.id)


@login_required
@require_POST
def release_leases(request: HttpRequest, person_id: int) -> HttpResponse:
    who = access_annotator(access_site(request), person_id)
    count = queue.release_person(annotator_id=who.id)
    text = ngettext(
        "%(count)d task went back to the queue.", "%(count)d tasks went back to the queue.", count
    )
    messages.success(request, text % {"count": count})
    return redirect("floor-person", person_id=who.id)


@login_required
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    site = access_site(request)
    rows = (
        open_reports(site=site)
        .select_related("person", "task__image", "task__project")
        .order_by("created_at")
    )
    return render(request, "floor/reports.html", {"site": site, "reports": rows[:REPORTS_SHOWN]})


@login_required
@require_POST
def handle_report(request: HttpRequest, report_id: int) -> HttpResponse:
    report = access_report(access_site(request), report_id)
    ProblemReport.objects.filter(id=report.id, handled_at=None).update(
        handled_at=timezone.now(), handled_by=request.user
    )
    return redirect("floor-reports")

"""What a supervisor says about the order of work: reserved jobs, priority, paused projects, skills."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from annotator.floor.access import access_annotator, access_batch, access_project, access_site
from annotator.floor.forms import RankForm, ReserveForm, SkillsForm
from tasks import reserve as reserved
from tasks import routing
from workers import people


@login_required
@require_POST
def reserve(request: HttpRequest, batch_id: int) -> HttpResponse:
    site = access_site(request)
    batch = access_batch(site, batch_id)
    form = ReserveForm(request.POST)
    if form.is_valid():
        count = reserved.reserve_jobs(
            site_id=site.id, batch_id=batch.id, count=form.cleaned_data["count"] or None
        )
        text = ngettext(
            "%(count)d job is reserved for your site.", "%(count)d jobs are reserved for your site.", count
        )
        messages.success(request, text % {"count": count})
    return _back(request, form)


@login_required
@require_POST
def take_back(request: HttpRequest, batch_id: int) -> HttpResponse:
    site = access_site(request)
    batch = access_batch(site, batch_id)
    count = reserved.take_back_jobs(site_id=site.id, batch_id=batch.id)
    text = ngettext("%(count)d job is open to all sites.", "%(count)d jobs are open to all sites.", count)
    messages.success(request, text % {"count": count})
    return _back(request)


@login_required
@require_POST
def rank(request: HttpRequest, batch_id: int) -> HttpResponse:
    site = access_site(request)
    batch = access_batch(site, batch_id)
    form = RankForm(request.POST)
    if form.is_valid():
        routing.rank_batch(site_id=site.id, batch_id=batch.id, priority=form.cleaned_data["priority"])
        messages.success(request, _("The new order counts from the next task on."))
    return _back(request, form)


@login_required
@require_POST
def pause_project(request: HttpRequest, project_id: int) -> HttpResponse:
    site = access_site(request)
    project = access_project(site, project_id)
    assert request.user.is_authenticated  # login_required
    routing.pause_project(site_id=site.id, project_id=project.id, by=request.user)
    text = _("%(name)s is paused at your site. What people hold they may finish.")
    messages.success(request, text % {"name": project.name})
    return _back(request)


@login_required
@require_POST
def resume_project(request: HttpRequest, project_id: int) -> HttpResponse:
    site = access_site(request)
    project = access_project(site, project_id)
    routing.resume_project(site_id=site.id, project_id=project.id)
    messages.success(request, _("%(name)s goes on at your site.") % {"name": project.name})
    return _back(request)


@login_required
@require_POST
def skills(request: HttpRequest, person_id: int) -> HttpResponse:
    who = access_annotator(access_site(request), person_id)
    form = SkillsForm(request.POST)
    if form.is_valid():
        people.set_skills(person=who, skills=form.cleaned_data["skills"])
        messages.success(request, _("The skills of %(name)s are saved.") % {"name": who.display_name})
    else:
        _complain(request, form)
    return redirect("floor-person", person_id=who.id)


def _back(request: HttpRequest, form: forms.Form | None = None) -> HttpResponse:
    if form is not None:
        _complain(request, form)
    site = request.GET.get("site")
    response = redirect("floor-batches")
    if site:
        response["Location"] += f"?site={site}"
    return response


def _complain(request: HttpRequest, form: forms.Form) -> None:
    for faults in form.errors.values():
        for fault in faults:
            messages.error(request, str(fault))

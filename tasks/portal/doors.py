"""The page of a project's own model: where it answers, how it has done, and what is asked of it."""

from __future__ import annotations

import threading
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from annotator.errors import Conflict, DomainError, Invalid
from clients.access import check_may_connect, client_page, owns
from tasks.access import access_client_batch, access_client_project
from tasks.doors import ModelFailed, ask_model, close_door, note_answer, note_failure, open_door
from tasks.models import Batch, ModelDoor, Project, Task
from tasks.models.doors import MOST_SECONDS
from tasks.prelabel import prelabel_batch, progress_of
from tasks.prompts import asking_alone

BATCHES_SHOWN = 20
# Of a process's eight threads: a model that hangs holds no more, however often it is tried.
_places = threading.BoundedSemaphore(1)


class DoorForm(forms.Form):
    url = forms.URLField(
        label=gettext_lazy("Address"),
        max_length=500,
        assume_scheme="https",
        help_text=gettext_lazy("We send each question there by POST."),
    )
    seconds = forms.IntegerField(
        label=gettext_lazy("Seconds to wait"),
        min_value=1,
        max_value=MOST_SECONDS,
        initial=20,
        help_text=gettext_lazy("An answer that takes longer is not used. At the desk at most 15."),
    )
    prelabels = forms.BooleanField(
        label=gettext_lazy("Ask about each new image"),
        required=False,
        help_text=gettext_lazy("Its answers are shown to annotators as drafts; they are never votes."),
    )
    answers_prompts = forms.BooleanField(
        label=gettext_lazy("Let annotators ask about a place"),
        required=False,
        help_text=gettext_lazy("One key sends a point or a box and draws what comes back."),
    )
    is_active = forms.BooleanField(label=gettext_lazy("Switched on"), required=False, initial=True)

    def fields_given(self, door: ModelDoor | None) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        since = (door.prelabels_from if door else None) or timezone.now()
        given["prelabels_from"] = since if given.pop("prelabels") else None
        return given


@client_page
@require_http_methods(["GET", "POST"])
def door_page(request: HttpRequest, project_id: int) -> HttpResponse:
    project = access_client_project(request, project_id)
    door = ModelDoor.objects.filter(project=project).first()
    if request.method == "POST":
        check_may_connect(request, project.organization_id)
    form = DoorForm(request.POST or None, initial=_initial(door))
    if request.method == "POST" and form.is_valid():
        try:
            door, is_new = open_door(project=project, fields=form.fields_given(door))
        except Invalid as refusal:
            for fault in refusal.extra.get("errors", []):
                form.add_error(fault["where"], str(fault["detail"]))
        else:
            if is_new:
                # Not a redirect: the secret is in this one answer and nowhere else.
                return render(request, "portal/door_made.html", {"project": project, "door": door})
            messages.success(request, _("Saved."))
            return redirect("portal-door", project.id)
    is_owner = owns(request, project.organization_id)
    context = {**_batches(project), "project": project, "door": door, "form": form, "is_owner": is_owner}
    return render(request, "portal/door.html", context)


@client_page
@require_POST
def door_change(request: HttpRequest, project_id: int) -> HttpResponse:
    """`to` = removed, or tried: asked about the newest image, in front of the client's eyes."""
    project = access_client_project(request, project_id)
    if request.POST.get("to") == "removed":
        check_may_connect(request, project.organization_id)
        close_door(project=project)
        messages.success(request, _("The model is not asked any more, and its secret is forgotten."))
    elif request.POST.get("to") == "tried":
        _try(request, project)
    return redirect("portal-door", project.id)


@client_page
@require_POST
def door_prelabel(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch = access_client_batch(request, batch_id)
    try:
        prelabel_batch(batch=batch)
    except Conflict as refusal:
        messages.error(request, str(refusal.detail))
    else:
        messages.success(request, _("The model is asked about “%(name)s”.") % {"name": batch.name})
    return redirect("portal-door", batch.project_id)


def _try(request: HttpRequest, project: Project) -> None:
    door = ModelDoor.objects.filter(project=project).first()
    task = Task.objects.filter(project=project).select_related("image", "schema").order_by("-id").first()
    if door is None or task is None:
        messages.error(request, _("Upload an image first; the model is tried with the newest one."))
        return
    now = timezone.now()
    try:
        with asking_alone(f"tries-model-{project.organization_id}", seconds=door.seconds, places=_places):
            said = ask_model(door=door, task=task, kind="try", now=now)
    except ModelFailed as failure:
        note_failure(door=door, failure=failure, now=now)
        messages.error(request, _(str(failure.detail)))
        return
    except DomainError as refusal:
        messages.error(request, str(refusal.detail))
        return
    note_answer(door=door, now=now)
    count = len(said.payload["shapes"]) + len(said.payload["tags"]) if said else 0
    words = {"model": said.model if said else "–", "name": task.image.name, "count": count}
    messages.success(request, _("“%(model)s” answers: %(count)s labels for %(name)s.") % words)


def _initial(door: ModelDoor | None) -> dict[str, Any]:
    if door is None:
        return {}
    names = ["url", "seconds", "answers_prompts", "is_active"]
    return {**{name: getattr(door, name) for name in names}, "prelabels": door.prelabels_from is not None}


def _batches(project: Project) -> dict[str, Any]:
    batches = list(Batch.objects.filter(project=project).order_by("-id")[:BATCHES_SHOWN])
    progress = progress_of(batches=[batch.id for batch in batches])
    return {"rows": [(batch, progress.get(batch.id)) for batch in batches]}

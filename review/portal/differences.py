"""The page of what changed between two releases of a project."""

from __future__ import annotations

from itertools import islice
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from annotator.pages import number_in
from annotator.wake import wake
from clients.access import client_page
from review.agreement_page import Words
from review.builder import release_spec
from review.differences import access_difference, image_lines
from review.jobs import build_releases
from review.models import Difference, Release
from review.releases import access_release, client_releases
from tasks.delivery import image_url
from tasks.models import Task

SHOWN = 48
CHOICES = 200
LIVE = "portal/difference_live.html"


@client_page
@require_safe
def release_difference(request: HttpRequest, release_id: int) -> HttpResponse:
    """`?since=` names the other release; `part` asks for what changes until it is worked out."""
    release = access_release(request, release_id)
    since = number_in(request, "since")
    rivals = client_releases(request).filter(project=release.project_id, state=Release.State.READY)
    others = list(rivals.exclude(id=release.id).order_by("-version")[:CHOICES])
    context: dict[str, Any] = {"release": release, "others": others, "since": since}
    if since is not None:
        context |= _shown(access_difference(request, release.id, since), release)
    return render(request, LIVE if "part" in request.GET else "portal/difference.html", context)


def _shown(found: Difference, release: Release) -> dict[str, Any]:
    if found.summary is None:
        wake(build_releases)
        return {"difference": found, "is_moving": True}
    words = Words(release_spec(release))
    summary = found.summary
    lines = [msgspec.json.decode(line) for line in islice(image_lines(found), SHOWN)]
    tasks = Task.objects.select_related("image").in_bulk([line["task"] for line in lines])
    return {
        "difference": found,
        "summary": summary,
        "differing": sum(count for what, count in summary["images"].items() if what != "same"),
        "classes": [{**one, "named": words.label(one["class"])} for one in summary["classes"]],
        "renamed": [
            {**one, "from": words.label(one["before"]), "to": words.label(one["after"])}
            for one in summary["renamed"]
        ],
        "tags": [{**one, "named": words.group(one["group"])} for one in summary["tags"]],
        "cards": [_card(line, tasks[line["task"]]) for line in lines if line["task"] in tasks],
        "shown": SHOWN,
    }


def _card(line: dict[str, Any], task: Task) -> dict[str, Any]:
    words = {"added": _("new image"), "removed": _("image removed"), "changed": ""}
    counts = {what: sum(one["change"] == what for one in line["objects"]) for what in words}
    return {
        "task": task,
        "thumb": image_url(task.image, "grid"),
        "what": words[line["change"]],
        "counts": counts,
        "tags": len(line["tags"]) if line["change"] == "changed" else 0,
    }

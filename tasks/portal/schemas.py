"""The label schema editor. It saves through the API, which makes a new immutable version."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from annotator.pages import number_in
from clients.access import client_page
from tasks.access import access_client_project
from tasks.delivery import image_url
from tasks.models import Image, LabelSchema, Project

EMPTY: dict[str, list[object]] = {"classes": [], "tags": []}
VERSIONS_SHOWN = 50


@client_page
@require_safe
def schema_editor(request: HttpRequest, project_id: int) -> HttpResponse:
    """The newest version, or the one of `?version=`, as a start for the next."""
    project = access_client_project(request, project_id)
    schemas = LabelSchema.objects.filter(project=project).order_by("-version")
    versions = list(schemas.values_list("version", flat=True)[:VERSIONS_SHOWN])
    asked = number_in(request, "version")
    chosen = schemas.filter(version=asked) if asked is not None else schemas
    schema = chosen.first() or schemas.first()
    boot = {
        "spec": schema.spec if schema else EMPTY,
        "version": schema.version if schema else 0,
        "save": reverse("project-schemas", args=[project.id]),
        "done": reverse("portal-project", args=[project.id]),
        "language": request.LANGUAGE_CODE,
        "picture": _picture(project),
    }
    context = {"project": project, "schema": schema, "versions": versions, "boot": boot}
    return render(request, "portal/schema.html", context)


def _picture(project: Project) -> dict[str, object] | None:
    """One of the project's images to try the schema on: whichever the index by hash has first."""
    image = Image.objects.filter(project=project, state=Image.State.READY).order_by("sha256").first()
    if image is None:
        return None
    return {
        "url": image_url(image, "screen"),
        "name": image.name,
        "width": image.width,
        "height": image.height,
    }

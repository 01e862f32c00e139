"""Releases: asking for one, and who may see it. review/builder.py makes its files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from annotator.errors import Conflict, Invalid, NotVisible
from review.formats import FORMATS
from review.models import Release, ReleaseFile, SpotCheck
from review.moment import cutoff_moment
from review.options import Options, stored_options
from tasks.access import client_projects
from tasks.models import Batch, Project, Task
from workers.models import Person

MOST_UNFINISHED = 5
UNFINISHED = [Release.State.PENDING, Release.State.BUILDING]


class NothingSettled(Conflict):
    code = "nothing_settled"
    detail = _("No task is settled and checked yet, so there is nothing to release.")


class StillBuilding(Conflict):
    code = "still_building"
    detail = _("Several releases of this project are still being built. Wait for one of them.")


class NotReady(Conflict):
    code = "not_ready"
    detail = _("This release is still being built.")


def check_formats(formats: Sequence[str]) -> list[str]:
    """The formats in our order, each once."""
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown or not formats:
        detail = _("Choose from: %(formats)s.") % {"formats": ", ".join(FORMATS)}
        raise Invalid(errors=[{"where": "formats", "code": "unknown_format", "detail": str(detail)}])
    return [name for name in FORMATS if name in formats]


def request_release(
    *,
    project: Project,
    batch: Batch | None,
    formats: Sequence[str],
    person: Person | None,
    options: Options = Options(),  # noqa: B008 - immutable
) -> Release:
    """A new version of everything settled until now; a worker builds it. Costs one short exclusive lock."""
    wanted = check_formats(formats)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(id=project.id)
        # Each costs minutes of a worker and a copy of everything; other clients wait in the same line.
        unfinished = Release.objects.filter(project=project, state__in=UNFINISHED)
        if unfinished.count() >= MOST_UNFINISHED:
            raise StillBuilding
        cutoff = cutoff_moment()
        total = tasks_in(project_id=project.id, batch_id=batch.id if batch else None, cutoff=cutoff).count()
        if not total:
            raise NothingSettled
        latest = Release.objects.filter(project=project).aggregate(latest=Max("version"))["latest"]
        return Release.objects.create(
            project=project,
            batch=batch,
            version=(latest or 0) + 1,
            formats=wanted,
            options=stored_options(options),
            cutoff_at=cutoff,
            total=total,
            created_by=person,
        )


def tasks_in(*, project_id: int, batch_id: int | None, cutoff: datetime) -> QuerySet[Task]:
    """What a release holds; the same rows whenever it is asked, as a settled task stays as it is."""
    tasks = Task.objects.filter(
        project=project_id, state=Task.State.SETTLED, settled_at__lte=cutoff, consensus__excluded=False
    )
    # Of checks that hold a task back: those that were not judged by then.
    open_then = SpotCheck.objects.filter(task=OuterRef("id"), holds=True, drawn_at__lte=cutoff).exclude(
        judged_at__lte=cutoff
    )
    tasks = tasks.filter(~Exists(open_then))
    return tasks if batch_id is None else tasks.filter(batch=batch_id)


def client_releases(request: HttpRequest | Request) -> QuerySet[Release]:
    return Release.objects.filter(project__in=client_projects(request)).select_related("project", "batch")


def access_release(request: HttpRequest | Request, release_id: int) -> Release:
    release = client_releases(request).filter(id=release_id).first()
    if release is None:
        raise NotVisible
    return release


def access_release_file(request: HttpRequest | Request, release_id: int, name: str) -> ReleaseFile:
    release = access_release(request, release_id)
    if release.state != Release.State.READY:
        raise NotReady
    file = release.files.filter(name=name).select_related("release__project").first()
    if file is None:
        raise NotVisible
    return file

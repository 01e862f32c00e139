"""What a caller may see of projects and what hangs on them. Foreign objects are simply not there."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from annotator.errors import DomainError, Forbidden, NotVisible
from clients.access import caller_organizations
from tasks.models import Batch, Project
from workers.models import Person, Role


class SignedOut(DomainError):
    """Nobody is signed in; a page redirects, a script is told."""

    code = "signed_out"
    status = 401
    detail = _("You are signed out. Sign in again; your work is kept on this computer.")


def access_annotator(request: HttpRequest) -> Person:
    """The annotator who asks."""
    if not request.user.is_authenticated:
        raise SignedOut
    if request.user.role != Role.ANNOTATOR:
        raise Forbidden
    return request.user


def client_projects(request: HttpRequest | Request) -> QuerySet[Project]:
    """Projects of the organizations the caller speaks for."""
    return Project.objects.filter(organization__in=caller_organizations(request))


def site_projects(person: Person) -> QuerySet[Project]:
    """Projects that the person's site works on; a reviewer of the head office (no site) reviews all."""
    if person.role == Role.REVIEWER and person.site_id is None:
        return Project.objects.all()
    if person.site_id is None:
        return Project.objects.none()
    return Project.objects.filter(sites=person.site_id)


def access_client_project(request: HttpRequest | Request, project_id: int) -> Project:
    return _one(client_projects(request).filter(id=project_id))


def access_client_batch(request: HttpRequest | Request, batch_id: int) -> Batch:
    visible = Batch.objects.filter(project__organization__in=caller_organizations(request))
    batch = visible.select_related("project", "schema").filter(id=batch_id).first()
    if batch is None:
        raise NotVisible
    return batch


def _one(projects: QuerySet[Project]) -> Project:
    project = projects.first()
    if project is None:
        raise NotVisible
    return project

"""Which site a page of the floor is about, and who on it may be touched."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest

from annotator.errors import Forbidden, NotVisible
from tasks.models import Batch, ProblemReport, Project
from workers.hours import this_hour
from workers.models import Person, Role, Site


def access_site(request: HttpRequest) -> Site:
    """A supervisor's own site; an operator names one by ?site=code, else the first."""
    person = request.user
    if not person.is_authenticated or person.role not in {Role.SUPERVISOR, Role.OPERATOR}:
        raise Forbidden
    if person.role == Role.SUPERVISOR:
        assert person.site is not None  # the constraint person_of_a_site_has_a_site
        return person.site
    sites = Site.objects.order_by("code")
    code = request.GET.get("site")
    site = sites.filter(code=code).first() if code else sites.first()
    if site is None:
        raise NotVisible
    return site


def access_annotator(site: Site, person_id: int) -> Person:
    person = Person.objects.filter(site=site, role=Role.ANNOTATOR, id=person_id).first()
    if person is None:
        raise NotVisible
    return person


def access_project(site: Site, project_id: int) -> Project:
    project = Project.objects.filter(sites=site, id=project_id).first()
    if project is None:
        raise NotVisible
    return project


def access_batch(site: Site, batch_id: int) -> Batch:
    batch = Batch.objects.filter(project__sites=site, id=batch_id).first()
    if batch is None:
        raise NotVisible
    return batch


def access_report(site: Site, report_id: int) -> ProblemReport:
    report = ProblemReport.objects.filter(person__site=site, id=report_id).first()
    if report is None:
        raise NotVisible
    return report


def last_hour_weights(now: datetime) -> list[tuple[datetime, float]]:
    """The hourly rollups that make up the last 60 minutes, and how much of each falls into them."""
    hour = this_hour(now)
    gone = (now - hour) / timedelta(hours=1)
    return [(hour, 1.0), (hour - timedelta(hours=1), 1.0 - gone)]

"""Projects: making one, and its state: open to annotators, paused, closed for good."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict, Invalid
from clients.models import Organization
from tasks.briefs import forget_briefs
from tasks.guide_pictures import lock_guide, shown_pictures
from tasks.guides import faults_in
from tasks.models import Project
from tasks.schemas import add_schema

State = Project.State
# Of a guide; whoever mends so many asks again.
_MOST_FAULTS = 20
# What a state may become; a closed project stays closed.
_WAYS = {State.OPEN: {State.PAUSED, State.CLOSED}, State.PAUSED: {State.OPEN, State.CLOSED}}


class NotThatWay(Conflict):
    code = "project_state"
    detail = _("The project cannot go from its present state to that one.")


class ProjectExists(Conflict):
    code = "project_exists"
    detail = _("There is already a project of this name.")


def create_project(*, organization: Organization, fields: dict[str, Any], spec: object | None) -> Project:
    """A project and, when given, the first version of its label schema: both or neither.

    The organization's own sites work on it from the start; an operator may change that.

    Raises Invalid over the schema or the guide, and ProjectExists, which names the project that is there.
    """
    _check_guide(fields.get("guide", {}), project_id=None)
    with transaction.atomic():
        project, is_new = Project.objects.get_or_create(
            organization=organization, name=fields["name"], defaults=fields
        )
        if not is_new:
            raise ProjectExists(project=project.id)
        project.sites.set(organization.sites.all())
        if spec is not None:
            add_schema(project=project, spec=spec)
    return project


def change_project(*, project: Project, fields: dict[str, Any]) -> None:
    """Write these fields and no others: the state has a writer of its own. Tasks made before keep their
    overlap.

    Raises Invalid over the guide, whose pictures stay until it is written.
    """
    with transaction.atomic():
        if "guide" in fields:
            lock_guide(project)
            _check_guide(fields["guide"], project_id=project.id)
        Project.objects.filter(id=project.id).update(**fields)
    forget_briefs()


def _check_guide(guide: dict[str, str], *, project_id: int | None) -> None:
    pictures = shown_pictures(project_id=project_id)
    faults = (
        {"where": f"guide.{language}", **fault}
        for language, text in guide.items()
        for fault in faults_in(text, pictures=pictures)
    )
    if first := list(islice(faults, _MOST_FAULTS)):
        raise Invalid(errors=first)


def set_state(*, project: Project, to: str) -> None:
    """Open, pause or close; going where it already is changes nothing. Leases run on to their end."""
    sources = [source for source, targets in _WAYS.items() if to in targets]
    changed = Project.objects.filter(id=project.id, state__in=sources).update(state=to)
    if not changed and not Project.objects.filter(id=project.id, state=to).exists():
        raise NotThatWay

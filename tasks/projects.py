"""The state of a project: open to annotators, paused, closed for good."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict
from tasks.models import Project

State = Project.State
# What a state may become; a closed project stays closed.
_WAYS = {State.OPEN: {State.PAUSED, State.CLOSED}, State.PAUSED: {State.OPEN, State.CLOSED}}


class NotThatWay(Conflict):
    code = "project_state"
    detail = _("The project cannot go from its present state to that one.")


def set_state(*, project: Project, to: str) -> None:
    """Open, pause or close; going where it already is changes nothing. Leases run on to their end."""
    sources = [source for source, targets in _WAYS.items() if to in targets]
    changed = Project.objects.filter(id=project.id, state__in=sources).update(state=to)
    if not changed and not Project.objects.filter(id=project.id, state=to).exists():
        raise NotThatWay

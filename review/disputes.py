"""The reviewer's queue: which disputes somebody may settle, the most valuable first, one reviewer each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from annotator.errors import Forbidden, NotVisible
from review.models import Dispute
from tasks.access import site_projects
from tasks.models import Project, Submission
from workers.models import Person, Role

HOLD = timedelta(minutes=5)
MAX_HELD = 10


@dataclass(frozen=True, slots=True)
class ProjectQueue:
    """One line of the reviewer's list: a project and how much waits there for this reviewer."""

    project: Project
    waiting: int


def access_reviewer(request: HttpRequest) -> Person:
    """The signed-in person, who must be a reviewer at work."""
    person = request.user
    if not person.is_authenticated:
        raise Forbidden
    check_reviewer(person)
    return person


def check_reviewer(person: Person) -> None:
    if person.role != Role.REVIEWER or person.is_paused:
        raise Forbidden


def open_disputes_of(person: Person) -> QuerySet[Dispute]:
    """Disputes the reviewer may settle: of the projects they see, never on an answer of their own."""
    own = Submission.objects.filter(task=OuterRef("task"), annotator=person)
    return Dispute.objects.filter(~Exists(own), project__in=site_projects(person), resolved_at__isnull=True)


def queues_of(person: Person) -> list[ProjectQueue]:
    """Projects with disputes for this reviewer, in two queries."""
    waiting = dict(open_disputes_of(person).order_by().values_list("project").annotate(waiting=Count("id")))
    projects = Project.objects.filter(id__in=waiting).select_related("organization")
    queues = [ProjectQueue(project, waiting[project.id]) for project in projects]
    return sorted(queues, key=lambda queue: (-queue.project.priority, -queue.waiting, queue.project.id))


def access_review_project(person: Person, project_id: int) -> Project:
    project = site_projects(person).select_related("organization").filter(id=project_id).first()
    if project is None:
        raise NotVisible
    return project


def access_dispute(person: Person, dispute_id: int, *, lock: bool = False) -> Dispute:
    """A dispute of a project the reviewer sees, open or not; with `lock`, held until the transaction ends."""
    visible = Dispute.objects.filter(project__in=site_projects(person), id=dispute_id)
    if lock:
        # The task too: no correction of an answer comes between reading the answers and settling.
        visible = visible.select_for_update(of=("self", "task"), no_key=True)
    dispute = visible.select_related("task__project", "task__schema", "task__image").first()
    if dispute is None:
        raise NotVisible
    return dispute


def take_disputes(
    *, person: Person, project: Project, want: int, besides: Collection[int], now: datetime
) -> list[Dispute]:
    """Hold up to `want` of the most valuable disputes that nobody else is looking at.

    `besides` are disputes the reviewer has put off. Those they hold already come again, so that a
    reloaded page goes on where it was.
    """
    free = Q(held_until__isnull=True) | Q(held_until__lt=now) | Q(held_by=person)
    with transaction.atomic():
        taken = list(
            open_disputes_of(person)
            .filter(free, project=project)
            .exclude(id__in=besides)
            .order_by("-value", "id")
            .select_related("task__schema", "task__image", "task__project")
            .select_for_update(skip_locked=True, of=("self",))[: min(want, MAX_HELD)]
        )
        Dispute.objects.filter(id__in=[dispute.id for dispute in taken]).update(
            held_by=person, held_until=now + HOLD
        )
    return taken


def let_go(*, person: Person, dispute_ids: Collection[int]) -> int:
    """Give up holds, so that others may look at once; returns how many were held by this person."""
    held = Dispute.objects.filter(id__in=dispute_ids, held_by=person)
    return held.update(held_by=None, held_until=None)

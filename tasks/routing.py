"""The order of work at a site. The order itself is in routing.sql, which every claim reads; here are the rows
it is made of, as supervisors change them. Each change works at the next claim."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from tasks.access import site_projects
from tasks.models import BatchRank, Project, ProjectPause
from workers.models import Person


@dataclass(frozen=True, slots=True)
class LaneInTurn:
    """A lane as a claim comes to it."""

    lane: int
    project: int
    batch: int


_LANES = "SELECT * FROM queue_lanes(%s, %s, %s)"


def lanes_for(*, annotator_id: int, project_id: int | None = None, most: int = 16) -> list[LaneInTurn]:
    """Where the person's next claim looks, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_LANES, [annotator_id, project_id, most])
        return [LaneInTurn(*row) for row in cursor.fetchall()]


def suitable_projects(person: Person) -> QuerySet[Project]:
    """Projects of the person's site that ask for nothing the person lacks, paused ones too."""
    return site_projects(person).filter(
        skills__contained_by=person.skills, language__in=["", person.language]
    )


def working_projects(person: Person) -> QuerySet[Project]:
    """Suitable projects that are open and not paused at the person's site."""
    paused = ProjectPause.objects.filter(project=OuterRef("id"), site=person.site_id)
    return suitable_projects(person).filter(~Exists(paused), state=Project.State.OPEN)


def pause_project(*, site_id: int, project_id: int, by: Person) -> None:
    """Give the site's people nothing of the project for now; what they hold stays theirs."""
    ProjectPause.objects.get_or_create(site_id=site_id, project_id=project_id, defaults={"paused_by": by})


def resume_project(*, site_id: int, project_id: int) -> None:
    ProjectPause.objects.filter(site=site_id, project=project_id).delete()


def rank_batch(*, site_id: int, batch_id: int, priority: int | None) -> None:
    """Give a batch a priority of the site's own; none: the client's counts again."""
    if priority is None:
        BatchRank.objects.filter(site=site_id, batch=batch_id).delete()
    else:
        BatchRank.objects.update_or_create(
            site_id=site_id, batch_id=batch_id, defaults={"priority": priority}
        )

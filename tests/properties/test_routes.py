"""The remembered ranking of projects is always what ranking them anew would say.

The model is the plain definition: all rows are read, sorted and filtered, each time.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tasks import queue, reserve, routing
from tasks.models import Batch, BatchRank, Lane, Project, ProjectPause, QueueCursor
from tests.cast import make_cast
from tests.factories import make_batch, make_person, make_project, make_site, make_tasks
from workers.models import Person

SHARE = "SELECT queue_share(%s, %s, now())"
PROJECTS, PEOPLE = 4, 3
which = st.integers(0, PROJECTS - 1)
who = st.integers(0, PEOPLE - 1)
levels = st.integers(-1, 1)


def share(person: int, project: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(SHARE, [person, project])
        return int(cursor.fetchone()[0])


def suits(project: Project, person: Person) -> bool:
    return (
        project.state == "open"
        and set(project.skills) <= set(person.skills)
        and project.language in ("", person.language)
        and person.site in project.sites.all()
        and not ProjectPause.objects.filter(project=project, site=person.site_id).exists()
    )


def plain_lanes(person: Person) -> list[int]:
    """The order of docs/state-machine.md, word for word."""
    person = Person.objects.get(id=person.id)
    if not person.is_active or person.is_paused:
        return []
    projects = [project for project in Project.objects.all() if suits(project, person)]
    projects.sort(key=lambda project: (-project.priority, share(person.id, project.id), project.id))
    reserved, others = [], []
    for project in projects:
        sites = set(project.sites.values_list("id", flat=True))
        for lane in _lanes(project, person):
            cursor = QueueCursor.objects.filter(annotator=person, lane=lane).first()
            if max(cursor.position if cursor else 0, lane.head) >= lane.tail:
                continue
            if lane.site_id == person.site_id:
                reserved.append(lane.id)
            if lane.site_id is None or lane.site_id not in sites:
                others.append(lane.id)
    return reserved + others


def _lanes(project: Project, person: Person) -> list[Lane]:
    def rank(lane: Lane) -> tuple[int, bool, int]:
        own = BatchRank.objects.filter(batch=lane.batch, site=person.site_id).first()
        return (-(own.priority if own else lane.batch.priority), not lane.returned, lane.id)

    lanes = Lane.objects.filter(project=project).exclude(batch__state="complete").select_related("batch")
    return sorted(lanes, key=rank)


class RouteMachine(RuleBasedStateMachine):
    @initialize()
    def cast(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.sun = make_cast().sun
        self.sites = [make_site(), make_site()]
        self.projects = [make_project(sites=self.sites) for _ in range(PROJECTS)]
        self.batches = [make_batch(project) for project in self.projects for _ in range(2)]
        for batch in self.batches:
            make_tasks(batch, 2, overlap=1)
        self.people = [make_person(site=self.sites[number % 2]) for number in range(PEOPLE)]

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def change(self, project: int, **fields: Any) -> None:
        Project.objects.filter(id=self.projects[project].id).update(**fields)

    @rule(project=which, priority=levels)
    def prioritize(self, project: int, priority: int) -> None:
        self.change(project, priority=priority)

    @rule(project=which, state=st.sampled_from(["open", "paused", "closed"]))
    def open_or_close(self, project: int, state: str) -> None:
        self.change(project, state=state)

    @rule(
        project=which, skills=st.sampled_from([[], ["a"], ["a", "b"]]), language=st.sampled_from(["", "en"])
    )
    def ask_for(self, project: int, skills: list[str], language: str) -> None:
        self.change(project, skills=skills, language=language)

    @rule(
        person=who,
        skills=st.sampled_from([[], ["a"], ["b", "a"]]),
        language=st.sampled_from(["en", "zh-hans"]),
    )
    def learn(self, person: int, skills: list[str], language: str) -> None:
        Person.objects.filter(id=self.people[person].id).update(skills=skills, language=language)

    @rule(person=who, site=st.integers(0, 1))
    def move(self, person: int, site: int) -> None:
        Person.objects.filter(id=self.people[person].id).update(site=self.sites[site])

    @rule(project=which, site=st.integers(0, 1), works=st.booleans())
    def assign(self, project: int, site: int, works: bool) -> None:
        sites = self.projects[project].sites
        (sites.add if works else sites.remove)(self.sites[site])

    @rule(project=which, site=st.integers(0, 1), pauses=st.booleans())
    def pause(self, project: int, site: int, pauses: bool) -> None:
        where = {"site_id": self.sites[site].id, "project_id": self.projects[project].id}
        if pauses:
            routing.pause_project(**where, by=self.sun)
        else:
            routing.resume_project(**where)

    @rule(batch=st.integers(0, 2 * PROJECTS - 1), priority=levels)
    def rank(self, batch: int, priority: int) -> None:
        Batch.objects.filter(id=self.batches[batch].id).update(priority=priority)

    @rule(batch=st.integers(0, 2 * PROJECTS - 1), site=st.integers(0, 1), priority=st.none() | levels)
    def rank_at_a_site(self, batch: int, site: int, priority: int | None) -> None:
        routing.rank_batch(site_id=self.sites[site].id, batch_id=self.batches[batch].id, priority=priority)

    @rule(batch=st.integers(0, 2 * PROJECTS - 1), site=st.integers(0, 1), takes=st.booleans())
    def reserve(self, batch: int, site: int, takes: bool) -> None:
        work = reserve.reserve_jobs if takes else reserve.take_back_jobs
        work(site_id=self.sites[site].id, batch_id=self.batches[batch].id)

    @rule(person=who, count=st.integers(1, 4))
    def claim_in_this_order(self, person: int, count: int) -> None:
        plain = plain_lanes(self.people[person])
        seats = queue.claim(annotator_id=self.people[person].id, project_id=None, count=count)
        projects = list(Lane.objects.in_bulk(plain).values())
        assert {seat.project for seat in seats} <= {lane.project_id for lane in projects}
        first = next((lane for lane in plain if Lane.objects.get(id=lane).site_id is None), None)
        if plain and plain[0] == first and seats:
            assert seats[0].project in {lane.project_id for lane in projects}

    @rule(person=who)
    def give_back(self, person: int) -> None:
        queue.release_person(annotator_id=self.people[person].id)

    @rule()
    def raise_heads(self) -> None:
        queue.raise_heads()

    @invariant()
    def the_order_is_the_plain_one(self) -> None:
        for person in getattr(self, "people", []):
            lanes = [turn.lane for turn in routing.lanes_for(annotator_id=person.id, most=1000)]
            assert lanes == plain_lanes(person)


@pytest.mark.django_db
def test_a_remembered_order_is_always_the_plain_one() -> None:
    run_state_machine_as_test(
        RouteMachine,
        settings=settings(
            max_examples=8,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )


@pytest.mark.django_db
def test_control_without_revisions_the_order_would_be_an_old_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tasks_project DISABLE TRIGGER project_changes_routes")
    site = make_site()
    person = make_person(site=site)
    first, second = (make_project(sites=[site]) for _ in range(2))
    for project in (first, second):
        make_tasks(make_batch(project), 1)
    for urgent in (first, second):
        Project.objects.update(priority=0)
        Project.objects.filter(id=urgent.id).update(priority=9)
        lanes = [turn.lane for turn in routing.lanes_for(annotator_id=person.id)]
    assert lanes != plain_lanes(person)

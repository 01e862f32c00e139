"""Whose work comes first: the order of lanes, and what a supervisor's word does to it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tasks import queue, reserve, routing, states
from tasks.models import Assignment, Batch, Job, Project, Task
from tasks.seats import open_seats
from tests.cast import Cast
from tests.factories import make_batch, make_person, make_project, make_site, make_tasks
from tests.unit.test_queue import claim, run_out, skip, submit
from workers.models import Person


def first_batch(person: Person) -> int | None:
    """The batch that the person's next claim comes to first."""
    lanes = routing.lanes_for(annotator_id=person.id)
    return lanes[0].batch if lanes else None


def batch_of(project: Project, tasks: int = 2, **fields: Any) -> Batch:
    batch = make_batch(project, **fields)
    make_tasks(batch, tasks)
    return batch


def project_of(cast: Cast, **fields: Any) -> Project:
    return make_project(sites=[cast.guiyang], **fields)


def test_the_projects_priority_comes_first(cast: Cast) -> None:
    batch_of(cast.project)
    urgent = batch_of(project_of(cast, priority=5))
    assert first_batch(cast.an) == urgent.id
    Project.objects.filter(id=cast.project.id).update(priority=6)
    assert first_batch(cast.an) != urgent.id


def test_in_a_project_the_batchs_priority_comes_first(cast: Cast) -> None:
    batch_of(cast.project)
    urgent = batch_of(cast.project, priority=1)
    assert first_batch(cast.an) == urgent.id


def test_the_sites_priority_replaces_the_clients_at_that_site_alone(cast: Cast) -> None:
    other = make_person(site=make_site())
    assert other.site is not None
    cast.project.sites.add(other.site)
    low, high = batch_of(cast.project, priority=0), batch_of(cast.project, priority=9)
    routing.rank_batch(site_id=cast.guiyang.id, batch_id=low.id, priority=50)
    assert (first_batch(cast.an), first_batch(other)) == (low.id, high.id)
    routing.rank_batch(site_id=cast.guiyang.id, batch_id=low.id, priority=None)
    assert first_batch(cast.an) == high.id


def test_a_returned_seat_is_served_before_new_tasks(cast: Cast) -> None:
    tasks = make_tasks(make_batch(cast.project), 5, overlap=1)
    seats = claim(cast.an, 2)
    queue.release(annotator_id=cast.an.id, held=[(seat.assignment, seat.token) for seat in seats[1:]])
    assert [seat.task for seat in claim(cast.bo, 2)] == [tasks[1].id, tasks[2].id]


def test_one_more_answer_is_asked_for_before_new_tasks(cast: Cast) -> None:
    tasks = make_tasks(make_batch(cast.project), 5, overlap=1)
    submit(cast.an, claim(cast.an)[0])
    with transaction.atomic():
        assert states.ask_more(task_ids=[tasks[0].id], now=timezone.now()) == [tasks[0].id]
    assert claim(cast.bo)[0].task == tasks[0].id
    assert claim(cast.an)[0].task == tasks[1].id, "never to somebody who has answered it"


@pytest.mark.django_db
def test_projects_of_equal_priority_share_the_people_fairly() -> None:
    at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT person, (SELECT p FROM generate_series(1, 4) AS p
                               ORDER BY queue_share(person, p, %s) LIMIT 1)
               FROM generate_series(1, 4000) AS person""",
            [at],
        )
        people = dict(cursor.fetchall())
        share = Counter(people.values())
        assert set(share) == {1, 2, 3, 4}
        assert all(abs(count - 1000) < 120 for count in share.values()), share
        cursor.execute(
            """SELECT person, array_agg(queue_share(person, 1, %s + n * interval '1 minute') ORDER BY n)
               FROM generate_series(1, 9) AS person, generate_series(0, 119) AS n GROUP BY person""",
            [at],
        )
        changes = set()
        for _person, keys in cursor.fetchall():
            runs = [len(list(run)) for _key, run in groupby(keys)]
            assert set(runs[1:-1]) == {30}, "the same project for half an hour, and then a new draw"
            changes.add(runs[0])
        assert len(changes) > 3, "not everybody changes at the same moment"


def test_when_a_persons_project_is_dry_the_others_are_served(cast: Cast) -> None:
    batches = [batch_of(project_of(cast), tasks=1) for _ in range(4)]
    assert len({seat.project for seat in claim(cast.an, 10)}) == len(batches)


def test_a_skill_that_is_lacking_keeps_a_project_away(cast: Cast) -> None:
    batch = batch_of(project_of(cast, skills=["medical", "boxes"]))
    Person.objects.filter(id=cast.an.id).update(skills=["boxes"])
    assert first_batch(cast.an) is None
    Person.objects.filter(id=cast.an.id).update(skills=["boxes", "medical", "more"])
    assert first_batch(cast.an) == batch.id
    assert first_batch(cast.bo) is None


def test_a_language_that_is_needed_is_the_persons(cast: Cast) -> None:
    batch = batch_of(project_of(cast, language="zh-hans"))
    assert first_batch(cast.an) is None
    Person.objects.filter(id=cast.an.id).update(language="zh-hans")
    assert first_batch(cast.an) == batch.id


def test_a_project_paused_at_a_site_goes_on_elsewhere_and_nothing_held_is_lost(cast: Cast) -> None:
    other = make_person(site=make_site())
    assert other.site is not None
    cast.project.sites.add(other.site)
    batch_of(cast.project, tasks=6)
    (seat,) = claim(cast.an)
    routing.pause_project(site_id=cast.guiyang.id, project_id=cast.project.id, by=cast.sun)
    routing.pause_project(site_id=cast.guiyang.id, project_id=cast.project.id, by=cast.sun)
    assert claim(cast.an) == []
    assert len(claim(other)) == 1
    held = [(seat.assignment, seat.token)]
    assert queue.extend(annotator_id=cast.an.id, held=held) == {seat.assignment}
    assert submit(cast.an, seat) == "accepted"
    routing.resume_project(site_id=cast.guiyang.id, project_id=cast.project.id)
    assert len(claim(cast.an)) == 1


# Reserved jobs


@pytest.fixture
def elsewhere(cast: Cast) -> Person:
    """An annotator of another site that works on the same project."""
    person = make_person(site=make_site())
    assert person.site is not None
    cast.project.sites.add(person.site)
    return person


def jobs_of(batch: Batch, *sizes: int) -> list[list[int]]:
    return [[task.id for task in make_tasks(batch, size, overlap=2)] for size in sizes]


def tasks_for(person: Person, count: int = 50) -> list[int]:
    return [seat.task for seat in claim(person, count)]


def test_reserved_jobs_are_served_first_at_their_site_and_nowhere_else(cast: Cast, elsewhere: Person) -> None:
    batch_of(project_of(cast, priority=9), tasks=1)
    batch = make_batch(cast.project)
    first, second, third = jobs_of(batch, 3, 3, 3)
    assert reserve.reserve_jobs(site_id=cast.guiyang.id, batch_id=batch.id, count=1) == 1
    assert tasks_for(cast.an, 3) == first, "before a project of higher priority"
    assert tasks_for(elsewhere) == [*second, *third]


def test_reserving_a_whole_batch_and_taking_it_back(cast: Cast, elsewhere: Person) -> None:
    batch = make_batch(cast.project)
    first, second = jobs_of(batch, 3, 2)
    assert reserve.reserve_jobs(site_id=cast.guiyang.id, batch_id=batch.id) == 2
    assert reserve.reserve_jobs(site_id=cast.guiyang.id, batch_id=batch.id) == 0, "they are reserved already"
    assert reserve.reserve_jobs(site_id=elsewhere.site_id or 0, batch_id=batch.id) == 0, "by another site"
    assert tasks_for(elsewhere) == []
    assert reserve.take_back_jobs(site_id=elsewhere.site_id or 0, batch_id=batch.id) == 0
    assert reserve.take_back_jobs(site_id=cast.guiyang.id, batch_id=batch.id) == 2
    assert tasks_for(elsewhere) == [*first, *second]
    assert tasks_for(cast.an) == [*first, *second]


def test_reserving_loses_nothing_that_is_held(cast: Cast, elsewhere: Person) -> None:
    batch = make_batch(cast.project)
    ((one, two, three),) = jobs_of(batch, 3)
    seats = claim(elsewhere, 3)
    reserve.reserve_jobs(site_id=cast.guiyang.id, batch_id=batch.id)
    assert submit(elsewhere, seats[0]) == "accepted"
    skip(elsewhere, seats[1])
    run_out(seats[2])
    queue.expire_leases()
    assert submit(elsewhere, seats[2]) == "late", "a late answer still finds its seat"
    assert tasks_for(elsewhere) == []
    assert sorted(tasks_for(cast.an)) == [one, two, three]
    assert tasks_for(cast.bo) == [two], "the skipped seat came back to the site's lane"


def test_seats_that_open_later_come_to_the_reserved_lane(cast: Cast, elsewhere: Person) -> None:
    batch = make_batch(cast.project)
    ((one,),) = jobs_of(batch, 1)
    reserve.reserve_jobs(site_id=cast.guiyang.id, batch_id=batch.id)
    for person in (cast.an, cast.bo):
        submit(person, claim(person)[0])
    with transaction.atomic():
        states.ask_more(task_ids=[one], now=timezone.now())
    assert tasks_for(elsewhere) == []
    assert tasks_for(cast.chen) == [one]


def test_jobs_reserved_before_they_are_ingested_are_kept(cast: Cast, elsewhere: Person) -> None:
    batch = make_batch(cast.project)
    job = Job.objects.create(batch=batch, number=9, state=Job.State.PENDING)
    assert reserve.reserve_jobs(site_id=cast.guiyang.id, batch_id=batch.id) == 1
    tasks = make_tasks(batch, 2)
    Assignment.objects.all().delete()
    Task.objects.update(job=job)
    with transaction.atomic():
        open_seats(task_ids=[task.id for task in tasks])
    assert tasks_for(elsewhere) == []
    assert tasks_for(cast.an) == [task.id for task in tasks]


def test_finished_jobs_are_not_reserved(cast: Cast) -> None:
    batch = make_batch(cast.project)
    make_tasks(batch, 1, overlap=1)
    submit(cast.an, claim(cast.an)[0])
    assert reserve.reserve_jobs(site_id=cast.guiyang.id, batch_id=batch.id) == 0


def test_jobs_of_a_site_that_left_the_project_are_everybodys(cast: Cast, elsewhere: Person) -> None:
    batch = make_batch(cast.project)
    (tasks,) = jobs_of(batch, 2)
    reserve.reserve_jobs(site_id=cast.guiyang.id, batch_id=batch.id)
    cast.project.sites.remove(cast.guiyang)
    assert tasks_for(elsewhere) == tasks


# Cost


def test_a_claim_looks_at_sixteen_lanes_however_many_projects_are_open(cast: Cast) -> None:
    for _ in range(20):
        batch_of(project_of(cast), tasks=1)
    assert len(routing.lanes_for(annotator_id=cast.an.id)) == 16
    assert len(claim(cast.an, 50)) == 20, "and goes on to the next ones while it lacks seats"
    assert routing.lanes_for(annotator_id=cast.an.id) == []

"""A task that nobody is left for is seen, and goes to a reviewer; it does not wait for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from review.models import Dispute
from review.settle import dispute_skipped
from tasks import hopeless, queue, reserve
from tasks.models import Project, Task
from tests.cast import Cast
from tests.factories import make_batch, make_person, make_site, make_tasks
from tests.unit.test_queue import claim, skip, submit
from workers.models import Person

TOMORROW = timedelta(days=1)


@pytest.fixture
def task(cast: Cast) -> Task:
    """Wants five answers; the site has three annotators."""
    Project.objects.filter(id=cast.project.id).update(max_overlap=5)
    cast.project.refresh_from_db()
    return make_tasks(make_batch(cast.project), 1, overlap=5)[0]


def answer_and_ask_again(*people: Person) -> None:
    """As workbenches do: nothing is left, and they go on asking."""
    for person in people:
        submit(person, claim(person)[0])
    for person in people:
        assert claim(person) == []


def left(task: Task) -> bool:
    return hopeless.with_people_left([task.id]) == {task.id}


def test_who_lacks_the_skill_is_nobody_to_wait_for(cast: Cast, task: Task) -> None:
    Person.objects.filter(id__in=[cast.an.id, cast.bo.id]).update(skills=["boxes"])
    Project.objects.filter(id=cast.project.id).update(skills=["boxes"])
    submit(cast.an, claim(cast.an)[0])
    assert left(task), "Bo has the skill"
    submit(cast.bo, claim(cast.bo)[0])
    assert not left(task), "Chen has not"


def test_other_sites_are_nobody_to_wait_for_where_the_job_is_reserved(cast: Cast, task: Task) -> None:
    other = make_person(site=make_site())
    assert other.site is not None
    cast.project.sites.add(other.site)
    reserve.reserve_jobs(site_id=cast.guiyang.id, batch_id=task.batch_id)
    for person in (cast.an, cast.bo, cast.chen):
        submit(person, claim(person)[0])
    assert not left(task)
    reserve.take_back_jobs(site_id=cast.guiyang.id, batch_id=task.batch_id)
    assert left(task)


def test_who_sent_a_surplus_answer_is_not_asked_again(cast: Cast, task: Task) -> None:
    people = [cast.an, cast.bo]
    seats = [claim(person)[0] for person in people]
    for person, seat in zip(people, seats, strict=True):
        assert submit(person, seat) == "accepted"
    assert left(task)
    skip(cast.chen, claim(cast.chen)[0])
    assert not left(task)


def test_a_task_that_all_have_had_goes_to_a_reviewer_after_a_while(cast: Cast, task: Task) -> None:
    answer_and_ask_again(cast.an, cast.bo, cast.chen)
    now = timezone.now()
    assert hopeless.set_aside(now=now) == 0, "somebody new may come"
    assert hopeless.set_aside(now=now + TOMORROW) == 1
    assert hopeless.set_aside(now=now + TOMORROW) == 0
    assert dispute_skipped() == 1
    assert Dispute.objects.get().task_id == task.id
    task.refresh_from_db()
    assert (task.state, task.answers) == ("disputed", 3)


def test_a_task_that_somebody_is_left_for_waits(cast: Cast, task: Task) -> None:
    answer_and_ask_again(cast.an, cast.bo)
    later = timezone.now() + TOMORROW
    assert hopeless.set_aside(now=later) == 0
    (seat,) = claim(cast.chen)
    assert hopeless.set_aside(now=later) == 0, "Chen holds it"
    queue.release(annotator_id=cast.chen.id, held=[(seat.assignment, seat.token)])
    assert hopeless.set_aside(now=later) == 0
    submit(cast.chen, claim(cast.chen)[0])
    for person in (cast.an, cast.bo, cast.chen):
        claim(person)
    assert hopeless.set_aside(now=later) == 1


def test_work_that_nobody_has_the_skill_for_waits_for_people(cast: Cast, task: Task) -> None:
    Project.objects.filter(id=cast.project.id).update(skills=["rare"])
    assert hopeless.set_aside(now=timezone.now() + TOMORROW) == 0

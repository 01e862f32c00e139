"""Nobody holds more seats than a project lets them, however often they ask; and what late answers earn."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from tasks import queue
from tasks.models import Assignment, LostLease, Project, Submission
from tests.cast import Cast
from tests.factories import make_batch, make_project, make_tasks
from tests.unit.test_queue import answer_to, claim, run_out, submit
from workers.models import Earning, Person


def held_by(person: Person) -> int:
    return Assignment.objects.filter(annotator=person, state="leased").count()


def limit(project: Project, seats: int) -> Project:
    Project.objects.filter(id=project.id).update(hold_limit=seats)
    return project


def test_asking_again_and_again_gives_no_more_than_the_limit(cast: Cast) -> None:
    make_tasks(make_batch(limit(cast.project, 7)), 100)
    assert [len(claim(cast.an, 3)) for _ in range(6)] == [3, 3, 1, 0, 0, 0]
    assert len(claim(cast.bo, 50)) == 7
    assert held_by(cast.an) == 7


def test_who_answers_is_given_more(cast: Cast) -> None:
    make_tasks(make_batch(limit(cast.project, 4)), 100)
    for _ in range(3):
        seats = claim(cast.an, 10)
        assert len(seats) == 4
        assert {submit(cast.an, seat) for seat in seats} == {"accepted"}


def test_seats_of_other_projects_count_and_a_higher_limit_is_used(cast: Cast) -> None:
    other = make_project(sites=[cast.guiyang], hold_limit=5)
    make_tasks(make_batch(other), 10)
    make_tasks(make_batch(limit(cast.project, 3)), 10)
    seats = claim(cast.an, 50)
    assert len(seats) == 5, "three at most while they are at the one, five in all"
    assert claim(cast.an, 50, project=cast.project) == []


def test_an_expired_lease_does_not_count(cast: Cast) -> None:
    make_tasks(make_batch(limit(cast.project, 2)), 10)
    run_out(*claim(cast.an, 2))
    assert len(claim(cast.an, 2)) == 2


def test_a_pack_has_a_limit_of_its_own(cast: Cast) -> None:
    make_tasks(make_batch(limit(cast.project, 5)), 200)
    pack: dict[str, Any] = {
        "annotator_id": cast.an.id,
        "project_id": None,
        "lease_seconds": 3600,
        "pack_limit": 40,
    }
    assert len(queue.claim(count=50, **pack)) == 40
    assert queue.claim(count=50, **pack) == []
    assert claim(cast.an, 5) == [], "nor anything online meanwhile"


# What is paid without being asked for any more


def earned(person: Person) -> Decimal:
    return Earning.objects.filter(person=person).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def test_who_never_held_a_task_earns_nothing_by_it(cast: Cast) -> None:
    make_tasks(make_batch(cast.project), 3)
    (theirs,) = claim(cast.bo)
    run_out(theirs)
    queue.expire_leases()
    for token in (theirs.token, uuid.uuid4()):
        with pytest.raises(queue.LeaseUnknown):
            submit(cast.an, theirs, token=token)
    assert earned(cast.an) == 0
    assert not Submission.objects.exists()


def test_a_task_is_paid_once_a_person_however_often_a_late_answer_is_sent(cast: Cast) -> None:
    make_tasks(make_batch(cast.project), 1, overlap=1)
    (seat,) = claim(cast.an)
    run_out(seat)
    queue.expire_leases()
    submit(cast.bo, claim(cast.bo)[0])
    assert submit(cast.an, seat) == "surplus"
    for _ in range(3):
        with pytest.raises(queue.AlreadyAnswered):
            submit(cast.an, seat)
    assert (Submission.objects.count(), earned(cast.an)) == (2, Decimal("0.0400"))


def test_giving_back_and_answering_all_the_same_is_kept_but_earns_nothing_unless_it_is_wanted(
    cast: Cast,
) -> None:
    make_tasks(make_batch(cast.project), 30, overlap=1)
    seats = claim(cast.an, 20)
    queue.release(annotator_id=cast.an.id, held=[(seat.assignment, seat.token) for seat in seats])
    for seat in claim(cast.bo, 19):
        submit(cast.bo, seat)
    answered = [submit(cast.an, seat) for seat in seats]
    assert sorted(answered) == ["late"] + ["surplus"] * 19
    assert earned(cast.an) == Decimal("0.0400")
    assert Submission.objects.filter(annotator=cast.an).count() == 20, "all are evidence"


def test_surplus_pay_is_bounded_by_the_leases_that_ran_out(cast: Cast) -> None:
    """Letting leases run out and answering afterwards earns for each what an answer in time would have."""
    make_tasks(make_batch(limit(cast.project, 4)), 50, overlap=1)
    lost: list[queue.Seat] = []
    for _ in range(3):
        seats = claim(cast.an, 50)
        assert len(seats) == 4
        run_out(*seats)
        queue.expire_leases()
        for seat in claim(cast.bo, 4):
            submit(cast.bo, seat)
        lost += seats
    for seat in lost:
        submit(cast.an, seat)
    assert earned(cast.an) <= Decimal("0.0400") * LostLease.objects.filter(annotator=cast.an).count()
    answer = answer_to(lost[0])
    with pytest.raises(queue.AlreadyAnswered):
        queue.submit(annotator_id=cast.an.id, answer=answer)

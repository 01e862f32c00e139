"""Everybody at the queue at once. Each control shows that the race is real: unprotected, it fails.

A control has everybody look before anybody writes: left to chance, the race would now and then not happen.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from tasks import queue, seats
from tasks.models import Assignment, Job, Project, Submission, Task
from tasks.queue import Answer, Seat
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_person, make_tasks, payload
from tests.race.crowd import all_at_once
from workers.models import Earning, Person, Throughput

pytestmark = pytest.mark.django_db(transaction=True)
ANNOTATORS, TASKS, OVERLAP = 16, 300, 3


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def people(cast: Cast) -> list[Person]:
    return [make_person(site=cast.guiyang) for _ in range(ANNOTATORS)]


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    return make_tasks(make_batch(cast.project), TASKS, overlap=OVERLAP)


def claim_until_dry(person: Person, count: int) -> list[Seat]:
    """Claim until the queue has had nothing for this person three times in a row."""
    taken: list[Seat] = []
    dry = 0
    while dry < 3:
        got = queue.claim(annotator_id=person.id, project_id=None, count=count)
        dry = 0 if got else dry + 1
        taken += got
    return taken


@pytest.mark.parametrize("count", [1, 4])
def test_sixteen_annotators_get_each_seat_exactly_once(
    people: list[Person], tasks: list[Task], count: int
) -> None:
    hands = all_at_once(lambda person: claim_until_dry(person, count), people)
    assert sum(map(len, hands)) == TASKS * OVERLAP
    assert len({seat.assignment for hand in hands for seat in hand}) == TASKS * OVERLAP
    for hand in hands:
        assert max(Counter(seat.task for seat in hand).values()) == 1, "never two seats at one task"
    leased = Assignment.objects.filter(state="leased")
    assert leased.count() == leased.values("task", "annotator").distinct().count() == TASKS * OVERLAP


def test_control_reading_then_writing_gives_seats_twice(people: list[Person], tasks: list[Task]) -> None:
    """What a queue does that reads the next open seat and then writes it by its id."""

    looked = threading.Barrier(ANNOTATORS)

    def claim_badly(person: Person) -> int:
        seats = Assignment.objects.filter(state="open").order_by("position")
        seat: int = seats.values_list("id", flat=True)[0]
        looked.wait(timeout=60)
        now = timezone.now()
        fields = {"annotator": person, "lease_token": uuid.uuid4(), "leased_at": now, "leased_until": now}
        Assignment.objects.filter(id=seat).update(state="leased", **fields)
        return seat

    given = all_at_once(claim_badly, people)
    assert (len(given), len(set(given))) == (ANNOTATORS, 1)


def test_the_same_submission_fifty_times_at_once_is_one_row_and_one_pay(
    cast: Cast, tasks: list[Task]
) -> None:
    (seat,) = queue.claim(annotator_id=cast.an.id, project_id=None, count=1)
    answer = answer_to(seat)
    results = all_at_once(lambda _: queue.submit(annotator_id=cast.an.id, answer=answer), range(50))
    assert Counter(results) == {"accepted": 1, "replayed": 49}
    assert_one_of_everything()


def test_the_same_late_submission_fifty_times_at_once_is_one_row_and_one_pay(
    cast: Cast, tasks: list[Task]
) -> None:
    (seat,) = queue.claim(annotator_id=cast.an.id, project_id=None, count=1)
    queue.release_person(annotator_id=cast.an.id)
    answer = answer_to(seat)
    results = all_at_once(lambda _: queue.submit(annotator_id=cast.an.id, answer=answer), range(50))
    assert Counter(results) == {"late": 1, "replayed": 49}
    assert_one_of_everything()


def test_control_looking_before_inserting_keeps_the_same_submission_twice(
    cast: Cast, tasks: list[Task]
) -> None:
    """The look-up finds nothing for all of them; only the table's own constraint saves us."""
    (seat,) = queue.claim(annotator_id=cast.an.id, project_id=None, count=1)
    id_ = uuid.uuid4()
    looked = threading.Barrier(50)

    def submit_badly(_: int) -> bool:
        known = Submission.objects.filter(id=id_).exists()
        looked.wait(timeout=60)
        if known:
            return True
        try:
            Submission.objects.create(id=id_, task_id=seat.task, annotator=cast.an, payload={})
        except IntegrityError:
            return False
        return True

    assert Counter(all_at_once(submit_badly, range(50))) == {True: 1, False: 49}


def test_one_annotator_who_asks_from_sixteen_tabs_holds_no_more_than_the_limit(
    cast: Cast, tasks: list[Task]
) -> None:
    Project.objects.filter(id=cast.project.id).update(hold_limit=10)
    tabs = all_at_once(
        lambda _: queue.claim(annotator_id=cast.an.id, project_id=None, count=8), range(ANNOTATORS)
    )
    assert sum(map(len, tabs)) == 10 == Assignment.objects.filter(annotator=cast.an, state="leased").count()


def test_control_counting_before_claiming_lets_sixteen_tabs_hoard(cast: Cast, tasks: list[Task]) -> None:
    Project.objects.filter(id=cast.project.id).update(hold_limit=500)
    looked = threading.Barrier(ANNOTATORS)

    def claim_badly(_: int) -> None:
        held = Assignment.objects.filter(annotator=cast.an, state="leased").count()
        looked.wait(timeout=60)
        queue.claim(annotator_id=cast.an.id, project_id=None, count=min(8, 10 - held))

    all_at_once(claim_badly, range(ANNOTATORS))
    assert Assignment.objects.filter(annotator=cast.an, state="leased").count() == 8 * ANNOTATORS


def test_the_last_answers_of_a_task_at_once_are_all_counted(people: list[Person], tasks: list[Task]) -> None:
    def work(person: Person) -> None:
        while got := queue.claim(annotator_id=person.id, project_id=None, count=4):
            for seat in got:
                assert queue.submit(annotator_id=person.id, answer=answer_to(seat)) == "accepted"

    all_at_once(work, people)
    while Assignment.objects.filter(state="open").exists():
        for person in people:
            work(person)
    assert not Task.objects.exclude(state="answered", answers=OVERLAP).exists()
    assert Job.objects.get().answered == TASKS
    assert Submission.objects.count() == Earning.objects.count() == TASKS * OVERLAP
    assert sum(Throughput.objects.values_list("submissions", flat=True)) == TASKS * OVERLAP


def test_skips_expiry_and_taking_back_at_once_conserve_seats(
    cast: Cast, people: list[Person], tasks: list[Task]
) -> None:
    def work(person: Person) -> None:
        number = people.index(person)
        for _ in range(15):
            got = queue.claim(annotator_id=person.id, project_id=None, count=4)
            if number == 0:
                queue.expire_leases()
            elif number == 1:
                queue.release_person(annotator_id=people[2].id)
            for seat in got[:2]:
                queue.submit(annotator_id=person.id, answer=answer_to(seat))
            for seat in got[2:3]:
                queue.skip(
                    annotator_id=person.id,
                    assignment_id=seat.assignment,
                    token=seat.token,
                    reason=Assignment.SkipReason.UNCLEAR,
                    note="",
                )
            queue.release(annotator_id=person.id, held=[(s.assignment, s.token) for s in got[3:]])

    all_at_once(work, people)
    for task in Task.objects.filter(stuck_at=None):
        states = Counter(task.assignments.values_list("state", flat=True))
        assert states.total() - states["skipped"] == task.overlap
        assert states["submitted"] == task.answers
    assert Submission.objects.count() == Earning.objects.count()


def test_seats_committed_out_of_order_are_never_behind_a_cursor(cast: Cast) -> None:
    """Two ingest jobs open seats of one batch: the one that comes second must not become visible first."""
    batch = make_batch(cast.project)
    first, second = make_tasks(batch, 5, overlap=1), make_tasks(batch, 5, overlap=1)
    Assignment.objects.all().delete()

    def open_second() -> int:
        try:
            with transaction.atomic():
                return seats.open_seats(task_ids=[task.id for task in second])
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            seats.open_seats(task_ids=[task.id for task in first])
            later = pool.submit(open_second)
            with pytest.raises(TimeoutError):
                later.result(timeout=0.5)  # it waits for our commit, holding no position yet
        assert later.result(timeout=30) == 5
    got = queue.claim(annotator_id=cast.an.id, project_id=None, count=10)
    assert [seat.task for seat in got] == [task.id for task in [*first, *second]]


@pytest.mark.parametrize("looks", [True, False], ids=["", "control: raised without a look"])
def test_a_claim_that_rolls_back_finds_its_seat_ahead_of_the_head(cast: Cast, looks: bool) -> None:
    """An's claim is not committed when Bo's raises the lane's head; then An's process dies."""
    batch = make_batch(cast.project)
    make_tasks(batch, queue.CURSOR_SLACK + 20, overlap=1)
    batch.lanes.update(head=Assignment.objects.order_by("position")[0].position - 1)

    def claim_far() -> list[int]:
        try:
            hands = [
                queue.claim(annotator_id=cast.bo.id, project_id=None, count=50, pack_limit=1000)
                for _ in range(5)
            ]
            if not looks:
                batch.lanes.filter(returned=False).update(head=F("tail"))
            return [seat.task for hand in hands for seat in hand]
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        (lost,) = queue.claim(annotator_id=cast.an.id, project_id=None, count=1)
        assert lost.task not in pool.submit(claim_far).result(timeout=30)
        transaction.set_rollback(True)
    got = queue.claim(annotator_id=cast.chen.id, project_id=None, count=1)
    assert (lost.task in [seat.task for seat in got]) is looks


def answer_to(seat: Seat) -> Answer:
    return Answer(uuid.uuid4(), seat.assignment, seat.token, seat.task, payload(box(1, 1, 50, 50)), 1000)


def assert_one_of_everything() -> None:
    assert Submission.objects.count() == 1
    assert Earning.objects.count() == 1
    assert Throughput.objects.get().submissions == 1
    assert Assignment.objects.filter(state="submitted").count() == 1
    assert sum(Task.objects.values_list("answers", flat=True)) == 1

"""The queue's rules, one sentence each. Several connections at once are in tests/race/."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tasks import queue, states
from tasks.models import Assignment, Batch, Job, LostLease, Project, QueueCursor, Submission, Task
from tasks.queue import Answer, Seat
from tests.cast import Cast
from tests.factories import box, make_batch, make_person, make_project, make_tasks, payload
from workers.models import Earning, Person, Throughput


@pytest.fixture
def batch(cast: Cast) -> Batch:
    return make_batch(cast.project)


def claim(person: Person, count: int = 1, project: Project | None = None) -> list[Seat]:
    return queue.claim(annotator_id=person.id, project_id=project.id if project else None, count=count)


def answer_to(seat: Seat, **fields: Any) -> Answer:
    defaults: dict[str, Any] = {
        "id": uuid.uuid4(),
        "assignment": seat.assignment,
        "token": seat.token,
        "task": seat.task,
        "payload": payload(box(1, 1, 50, 50)),
        "active_ms": 5,
    }
    return Answer(**{**defaults, **fields})


def submit(person: Person, seat: Seat, **fields: Any) -> str:
    return queue.submit(annotator_id=person.id, answer=answer_to(seat, **fields))


def skip(person: Person, seat: Seat, reason: str = "unclear") -> bool:
    return queue.skip(
        annotator_id=person.id,
        assignment_id=seat.assignment,
        token=seat.token,
        reason=Assignment.SkipReason(reason),
        note="",
    )


def run_out(*seats: Seat) -> None:
    """Let leases end, as time would."""
    past = timezone.now() - timedelta(hours=1)
    Assignment.objects.filter(id__in=[s.assignment for s in seats]).update(leased_until=past)


def more(task: Task) -> list[int]:
    with transaction.atomic():
        return states.ask_more(task_ids=[task.id], now=timezone.now())


def test_a_claim_leases_distinct_tasks_in_the_order_of_arrival(cast: Cast, batch: Batch) -> None:
    tasks = make_tasks(batch, 10)
    assert [seat.task for seat in claim(cast.an, 4)] == [task.id for task in tasks[:4]]
    assert [seat.task for seat in claim(cast.an, 4)] == [task.id for task in tasks[4:8]]
    assert [seat.task for seat in claim(cast.an, 4)] == [task.id for task in tasks[8:]]
    assert claim(cast.an, 4) == []


def test_answers_to_one_task_come_close_together(cast: Cast, batch: Batch) -> None:
    tasks = make_tasks(batch, 10)
    for person in (cast.an, cast.bo, cast.chen):
        assert [seat.task for seat in claim(person, 2)] == [tasks[0].id, tasks[1].id]


def test_a_lease_has_a_token_and_an_end_by_the_databases_clock(cast: Cast, batch: Batch) -> None:
    make_tasks(batch, 1)
    (seat,) = claim(cast.an)
    row = Assignment.objects.get(id=seat.assignment)
    assert (row.state, row.annotator_id, row.lease_token) == ("leased", cast.an.id, seat.token)
    assert row.leased_at is not None
    assert (seat.leased_until - row.leased_at).total_seconds() == cast.project.lease_seconds


def test_only_projects_of_ones_own_site_are_given(cast: Cast, batch: Batch) -> None:
    make_tasks(batch, 1)
    assert claim(cast.deng) == []
    assert claim(cast.deng, project=cast.project) == []


def test_project_and_batch_priority_go_first(cast: Cast, batch: Batch) -> None:
    make_tasks(batch, 1)
    urgent = make_batch(cast.project, priority=5)
    first = make_batch(make_project(sites=[cast.guiyang], priority=1))
    (urgent_task,), (first_task,) = make_tasks(urgent, 1), make_tasks(first, 1)
    assert [seat.task for seat in claim(cast.an, 2)] == [first_task.id, urgent_task.id]


def test_a_change_of_priority_works_at_once_and_touches_no_seat(cast: Cast, batch: Batch) -> None:
    make_tasks(batch, 3)
    later = make_batch(cast.project)
    tasks = make_tasks(later, 1)
    claim(cast.an)
    Batch.objects.filter(id=later.id).update(priority=9)
    assert [seat.task for seat in claim(cast.an)] == [tasks[0].id]


def test_paused_people_and_projects_get_nothing_but_keep_what_they_hold(cast: Cast, batch: Batch) -> None:
    make_tasks(batch, 5)
    (seat,) = claim(cast.an)
    Person.objects.filter(id=cast.bo.id).update(paused_at=timezone.now())
    assert claim(cast.bo) == []
    Project.objects.filter(id=cast.project.id).update(state="paused")
    assert claim(cast.an) == []
    assert submit(cast.an, seat) == "accepted"


def test_a_submission_counts_pays_and_adds_to_the_rollup(cast: Cast, batch: Batch) -> None:
    (task,) = make_tasks(batch, 1)
    (seat,) = claim(cast.an)
    assert submit(cast.an, seat, active_ms=10**9) == "accepted"
    task.refresh_from_db()
    assert (task.answers, task.state) == (1, "open")
    kept = Submission.objects.get()
    assert (kept.assignment_id, kept.annotator_id, kept.late) == (seat.assignment, cast.an.id, False)
    assert kept.active_ms < 60_000, "no longer than the lease has lasted"
    assert Earning.objects.get().amount == Decimal("0.0400")
    rollup = Throughput.objects.get()
    assert (rollup.submissions, rollup.annotations, rollup.earned) == (1, 1, Decimal("0.0400"))


def test_the_last_answer_makes_the_task_answered_and_moves_the_job(cast: Cast, batch: Batch) -> None:
    (task,) = make_tasks(batch, 1)
    for person in (cast.an, cast.bo, cast.chen):
        submit(person, claim(person)[0])
    task.refresh_from_db()
    assert (task.state, task.answers) == ("answered", 3)
    assert task.answered_at is not None
    assert Job.objects.get().answered == 1


def test_a_replay_gives_the_first_result(cast: Cast, batch: Batch) -> None:
    make_tasks(batch, 1)
    (seat,) = claim(cast.an)
    answer = answer_to(seat)
    results = [queue.submit(annotator_id=cast.an.id, answer=answer) for _ in range(3)]
    assert results == ["accepted", "replayed", "replayed"]
    assert (Submission.objects.count(), Earning.objects.count()) == (1, 1)


def test_a_second_answer_to_the_same_task_is_refused(cast: Cast, batch: Batch) -> None:
    make_tasks(batch, 1)
    (seat,) = claim(cast.an)
    submit(cast.an, seat)
    with pytest.raises(queue.AlreadyAnswered):
        submit(cast.an, seat)
    assert Submission.objects.count() == 1


def test_anothers_submission_id_is_refused(cast: Cast, batch: Batch) -> None:
    make_tasks(batch, 2)
    used = uuid.uuid4()
    submit(cast.an, claim(cast.an)[0], id=used)
    (seat,) = claim(cast.bo)
    with pytest.raises(queue.IdReused):
        submit(cast.bo, seat, id=used)
    assert submit(cast.bo, seat) == "accepted"


def test_an_answer_to_a_task_never_held_is_refused(cast: Cast, batch: Batch) -> None:
    make_tasks(batch, 1)
    (seat,) = claim(cast.an)
    with pytest.raises(queue.LeaseUnknown):
        submit(cast.bo, seat)
    with pytest.raises(queue.LeaseUnknown):
        submit(cast.an, seat, token=uuid.uuid4())
    with pytest.raises(queue.LeaseUnknown):
        submit(cast.an, seat, task=seat.task + 1000)
    assert not Submission.objects.exists()


def test_expired_lease_returns_the_seat_before_new_tasks(cast: Cast, batch: Batch) -> None:
    tasks = make_tasks(batch, 5, overlap=1)
    (seat,) = claim(cast.an)
    claim(cast.bo)
    run_out(seat)
    assert queue.expire_leases() == 1
    assert [s.task for s in claim(cast.bo)] == [tasks[0].id]
    assert LostLease.objects.get().cause == "expired"


def test_the_claim_itself_reclaims_what_has_run_out(cast: Cast, batch: Batch) -> None:
    make_tasks(batch, 2, overlap=1)
    held = claim(cast.an, 2)
    assert claim(cast.bo) == []
    run_out(*held)
    assert len(claim(cast.bo, 2)) == 2


def test_who_lost_a_lease_may_take_the_task_again(cast: Cast, batch: Batch) -> None:
    make_tasks(batch, 1, overlap=1)
    (seat,) = claim(cast.an)
    run_out(seat)
    (again,) = claim(cast.an)
    assert again.task == seat.task
    assert again.token != seat.token
    assert submit(cast.an, seat) == "late", "the old page's answer takes the new lease"
    assert Assignment.objects.get().state == "submitted"


def test_a_late_answer_counts_where_a_seat_is_open(cast: Cast, batch: Batch) -> None:
    (task,) = make_tasks(batch, 1)
    (seat,) = claim(cast.an)
    run_out(seat)
    queue.expire_leases()
    answer = answer_to(seat)
    assert queue.submit(annotator_id=cast.an.id, answer=answer) == "late"
    assert queue.submit(annotator_id=cast.an.id, answer=answer) == "replayed"
    task.refresh_from_db()
    assert task.answers == 1
    assert Submission.objects.get().late
    assert Earning.objects.count() == 1


def test_a_late_answer_without_an_open_seat_is_surplus_and_paid(cast: Cast, batch: Batch) -> None:
    (task,) = make_tasks(batch, 1, overlap=1)
    (seat,) = claim(cast.an)
    run_out(seat)
    queue.expire_leases()
    submit(cast.bo, claim(cast.bo)[0])
    assert submit(cast.an, seat) == "surplus"
    task.refresh_from_db()
    assert (task.answers, task.state) == (1, "answered")
    assert Earning.objects.filter(person=cast.an).count() == 1
    assert Submission.objects.get(annotator=cast.an).assignment is None


def test_who_gave_a_surplus_answer_is_not_asked_again(cast: Cast, batch: Batch) -> None:
    test_a_late_answer_without_an_open_seat_is_surplus_and_paid(cast, batch)
    assert more(Task.objects.get())
    assert claim(cast.an) == []
    assert len(claim(cast.chen)) == 1


def test_released_and_taken_back_seats_are_open_again(cast: Cast, batch: Batch) -> None:
    make_tasks(batch, 3, overlap=1)
    one, two, _three = claim(cast.an, 3)
    assert queue.release(annotator_id=cast.an.id, held=[(one.assignment, one.token)]) == 1
    assert queue.release(annotator_id=cast.an.id, held=[(two.assignment, uuid.uuid4())]) == 0
    assert queue.release(annotator_id=cast.bo.id, held=[(two.assignment, two.token)]) == 0
    assert queue.release_person(annotator_id=cast.an.id) == 2
    assert len(claim(cast.bo, 3)) == 3
    assert submit(cast.an, two) == "surplus"


def test_a_heartbeat_extends_and_names_what_is_still_held(cast: Cast, batch: Batch) -> None:
    make_tasks(batch, 2)
    one, two = claim(cast.an, 2)
    soon = timezone.now() + timedelta(seconds=10)
    Assignment.objects.filter(id=one.assignment).update(leased_until=soon)
    queue.release(annotator_id=cast.an.id, held=[(two.assignment, two.token)])
    held = [(one.assignment, one.token), (two.assignment, two.token)]
    assert queue.extend(annotator_id=cast.an.id, held=held) == {one.assignment}
    assert queue.extend(annotator_id=cast.bo.id, held=held) == set()
    assert Assignment.objects.get(id=one.assignment).leased_until > soon


def test_a_skip_asks_somebody_else_and_never_the_same_person(cast: Cast, batch: Batch) -> None:
    (task,) = make_tasks(batch, 1)
    (seat,) = claim(cast.an)
    assert skip(cast.an, seat)
    assert skip(cast.an, seat), "a repeated skip is one skip"
    assert claim(cast.an) == []
    assert sorted(task.assignments.values_list("state", flat=True)) == ["open", "open", "open", "skipped"]
    assert Throughput.objects.get().skips == 1
    assert not skip(cast.bo, seat)


def test_two_who_call_an_image_broken_stop_the_asking(cast: Cast, batch: Batch) -> None:
    (task,) = make_tasks(batch, 1)
    seats = {person: claim(person)[0] for person in (cast.an, cast.bo)}
    for person, seat in seats.items():
        skip(person, seat, "broken")
    assert claim(cast.chen) == []
    assert list(states.skipped_too_often()) == [task]
    assert states.dispute_tasks(task_ids=[task.id], now=timezone.now()) == [task.id]
    task.refresh_from_db()
    job = Job.objects.get()
    assert (task.state, task.answers, task.overlap) == ("disputed", 0, 0)
    assert (job.answered, job.disputed) == (1, 1)


def test_a_stuck_task_waits_for_who_still_holds_it(cast: Cast, batch: Batch) -> None:
    (task,) = make_tasks(batch, 1)
    seats = {person: claim(person)[0] for person in (cast.an, cast.bo, cast.chen)}
    skip(cast.an, seats[cast.an], "broken")
    skip(cast.bo, seats[cast.bo], "broken")
    assert list(states.skipped_too_often()) == []
    run_out(seats[cast.chen])
    queue.expire_leases()
    assert list(states.skipped_too_often()) == [task]
    assert set(task.assignments.values_list("state", flat=True)) == {"skipped"}
    assert submit(cast.chen, seats[cast.chen]) == "surplus"


def test_an_answer_to_a_task_that_was_settled_meanwhile_is_surplus(cast: Cast, batch: Batch) -> None:
    (task,) = make_tasks(batch, 1)
    seats = {person: claim(person)[0] for person in (cast.an, cast.bo, cast.chen)}
    skip(cast.an, seats[cast.an], "broken")
    skip(cast.bo, seats[cast.bo], "broken")
    states.dispute_tasks(task_ids=[task.id], now=timezone.now())
    assert submit(cast.chen, seats[cast.chen]) == "surplus"
    assert set(task.assignments.values_list("state", flat=True)) == {"skipped"}


def test_one_more_seat_is_served_before_new_tasks(cast: Cast, batch: Batch) -> None:
    tasks = make_tasks(batch, 30, overlap=2)
    for person in (cast.an, cast.bo):
        for seat in claim(person, 20):
            submit(person, seat)
    assert more(tasks[3]) == [tasks[3].id]
    task = Task.objects.get(id=tasks[3].id)
    assert (task.state, task.overlap, task.answered_at) == ("open", 3, None)
    assert Job.objects.get().answered == 19
    assert [seat.task for seat in claim(cast.an, 1)] == [tasks[20].id], "not to those who have had it"
    assert [seat.task for seat in claim(cast.chen, 2)] == [tasks[3].id, tasks[20].id]


def test_no_more_is_asked_than_the_maximum(cast: Cast, batch: Batch) -> None:
    (task,) = make_tasks(batch, 1, overlap=5)
    people = [make_person(site=cast.guiyang) for _ in range(5)]
    for person in people:
        submit(person, claim(person)[0])
    assert more(task) == []
    assert states.settle_tasks(task_ids=[task.id], now=timezone.now()) == [task.id]
    assert states.settle_tasks(task_ids=[task.id], now=timezone.now()) == []
    assert states.dispute_tasks(task_ids=[task.id], now=timezone.now()) == []


def test_the_cursor_passes_what_one_has_had_and_nothing_else(cast: Cast, batch: Batch) -> None:
    make_tasks(batch, 60)
    for _ in range(15):
        for seat in claim(cast.an, 4):
            submit(cast.an, seat)
    assert claim(cast.an) == []
    statement = """SELECT count(*) FROM tasks_assignment a JOIN tasks_queuecursor c
                   ON c.lane_id = a.lane_id AND c.annotator_id = %s
                   WHERE a.state = 'open' AND a.position > c.position"""
    with connection.cursor() as cursor:
        cursor.execute(statement, [cast.an.id])
        assert cursor.fetchone() == (0,), "asking again reads nothing"
    new = make_tasks(batch, 1)
    assert [seat.task for seat in claim(cast.an)] == [new[0].id]
    assert len(claim(cast.bo, 50)) == 50


def test_a_returned_seat_is_new_to_those_who_passed_its_old_place(cast: Cast, batch: Batch) -> None:
    """Bo's cursor has passed the second task in the lane of returned seats when the first comes back."""
    first, second = make_tasks(batch, 2, overlap=1)
    one, two = claim(cast.an, 2)
    queue.release(annotator_id=cast.an.id, held=[(two.assignment, two.token)])
    submit(cast.bo, claim(cast.bo)[0])
    more(Task.objects.get(id=second.id))
    assert claim(cast.bo) == [], "the only open seat is at a task that Bo has had: the cursor passes it"
    queue.release(annotator_id=cast.an.id, held=[(one.assignment, one.token)])
    assert [seat.task for seat in claim(cast.bo)] == [first.id]
    assert [seat.task for seat in claim(cast.chen, 2)] == [second.id]


def test_who_lost_a_lease_is_offered_the_tasks_other_seats_too(cast: Cast, batch: Batch) -> None:
    """Bo takes the seat that An lost; the second seat lies where An's cursor had passed."""
    (task,) = make_tasks(batch, 1, overlap=2)
    (seat,) = claim(cast.an, 2)
    queue.release(annotator_id=cast.an.id, held=[(seat.assignment, seat.token)])
    assert [s.task for s in claim(cast.bo)] == [task.id]
    assert [s.task for s in claim(cast.an)] == [task.id]


def test_newcomers_start_at_the_head(cast: Cast, batch: Batch) -> None:
    tasks = make_tasks(batch, 150, overlap=1)
    for _ in range(30):
        for seat in claim(cast.an, 4):
            submit(cast.an, seat)
    batch.lanes.update(head=0)  # as if no claim had raised it
    queue.raise_heads()
    lane = batch.lanes.get(returned=False)
    assert lane.head == Assignment.objects.filter(state="open").order_by("position")[0].position - 1
    assert [seat.task for seat in claim(cast.bo)] == [tasks[120].id]


def test_claims_raise_the_head_for_everybody(cast: Cast, batch: Batch) -> None:
    tasks = make_tasks(batch, queue.CURSOR_SLACK + 50, overlap=1)
    seats = list(Assignment.objects.order_by("position"))
    batch.lanes.update(head=seats[0].position - 1)
    for _ in range(queue.CURSOR_SLACK // 4 + 1):
        for seat in claim(cast.an, 4):
            submit(cast.an, seat)
    raised = batch.lanes.get(returned=False).head
    assert raised == seats[queue.CURSOR_SLACK - 1].position, "one claim in fifty raises it"
    assert not QueueCursor.objects.exists(), "nobody needs a cursor past what is behind everybody"
    assert [seat.task for seat in claim(cast.bo)] == [tasks[queue.CURSOR_SLACK + 4].id]


def test_the_token_of_a_lease_lost_long_ago_is_forgotten(cast: Cast, batch: Batch) -> None:
    make_tasks(batch, 2)
    old, young = claim(cast.an, 2)
    run_out(old, young)
    queue.expire_leases()
    long_ago = timezone.now() - timedelta(days=queue.KEEP_LOST_DAYS + 1)
    LostLease.objects.filter(token=old.token).update(lost_at=long_ago)
    assert queue.forget_lost_leases() == 1
    assert queue.forget_lost_leases() == 0
    with pytest.raises(queue.LeaseUnknown):
        submit(cast.an, old)
    assert submit(cast.an, young) == "late"

"""Any order of everything that can happen to the queue, against a model of a few plain lines."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tasks import corrections, queue, reserve, retire, routing, states
from tasks.corrections import Correction
from tasks.models import Assignment, Batch, EndedSeat, Job, LostLease, Project, Submission, Task
from tasks.queue import Answer, Seat
from tests.cast import make_cast
from tests.factories import make_batch, make_person, make_tasks, payload
from workers.models import Earning, Person, Throughput

PEOPLE = 4
# So few that the limits are met: of seats held online, and in a pack.
HOLD, PACK = 4, 6
PASSED = """
SELECT count(*) FROM tasks_lane l
JOIN tasks_assignment a ON a.lane_id = l.id AND a.state = 'open'
LEFT JOIN tasks_queuecursor c ON c.lane_id = l.id AND a.position <= c.position
    AND NOT EXISTS (SELECT FROM tasks_assignment m WHERE m.task_id = a.task_id AND m.annotator_id = c.annotator_id)
    AND NOT EXISTS (SELECT FROM tasks_submission s WHERE s.task_id = a.task_id AND s.annotator_id = c.annotator_id)
WHERE c.id IS NOT NULL OR a.position <= l.head
"""  # noqa: E501


@dataclass
class Model:
    """What must be true of one task, in plain counting."""

    overlap: int
    maximum: int
    counted: set[int] = field(default_factory=set)  # people whose answer counts
    surplus: set[int] = field(default_factory=set)
    skipped: set[int] = field(default_factory=set)
    holds: dict[int, Seat] = field(default_factory=dict)
    over: bool = False  # settled or disputed: asks nobody

    def may_be_given(self, person: int) -> bool:
        had = self.counted | self.surplus | self.skipped | set(self.holds)
        return person not in had and self.free() > 0

    def stuck(self) -> bool:
        return len(self.skipped) >= self.maximum

    def free(self) -> int:
        if self.over or self.stuck():
            return 0
        return self.overlap - len(self.counted) - len(self.holds)


class QueueMachine(RuleBasedStateMachine):
    leases = Bundle("leases")
    sent = Bundle("sent")

    @initialize()
    def cast(self) -> None:
        self.slack, queue.CURSOR_SLACK = queue.CURSOR_SLACK, 1  # cursors move at once
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        cast = make_cast()
        self.project = cast.project
        Project.objects.filter(id=self.project.id).update(max_overlap=3, hold_limit=HOLD)
        self.project.refresh_from_db()
        self.batch = make_batch(self.project)
        self.people = [make_person(site=cast.guiyang) for _ in range(PEOPLE)]
        self.tasks: dict[int, Model] = {}
        self.answers: dict[uuid.UUID, str] = {}
        self.paused = False
        self.paused_here = False
        self.sun = cast.sun

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            queue.CURSOR_SLACK = self.slack
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def person(self, number: int) -> Person:
        return self.people[number]

    @rule(count=st.integers(1, 4), overlap=st.integers(1, 3))
    def seed(self, count: int, overlap: int) -> None:
        for task in make_tasks(self.batch, count, overlap=overlap):
            self.tasks[task.id] = Model(overlap, task.max_overlap)

    @rule(target=leases, who=st.integers(0, PEOPLE - 1), count=st.integers(1, 5))
    def claim(self, who: int, count: int):  # type: ignore[no-untyped-def]
        return self.claimed(who, count, HOLD)

    @rule(target=leases, who=st.integers(0, PEOPLE - 1), count=st.integers(1, 8))
    def take_a_pack(self, who: int, count: int):  # type: ignore[no-untyped-def]
        return self.claimed(who, count, PACK, lease_seconds=43_200, pack_limit=PACK)

    def claimed(self, who: int, count: int, limit: int, **pack: int):  # type: ignore[no-untyped-def]
        stopped = self.paused or self.paused_here
        may = {id_ for id_, task in self.tasks.items() if task.may_be_given(who) and not stopped}
        room = max(0, limit - sum(who in task.holds for task in self.tasks.values()))
        got = queue.claim(annotator_id=self.person(who).id, project_id=self.project.id, count=count, **pack)
        assert len(got) == min(count, room, len(may)), "all there is up to the limit, never more"
        assert {seat.task for seat in got} <= may
        for seat in got:
            self.tasks[seat.task].holds[who] = seat
        return multiple(*[(who, seat) for seat in got])

    @rule(target=sent, lease=leases)
    def submit(self, lease: tuple[int, Seat]):  # type: ignore[no-untyped-def]
        who, seat = lease
        task = self.tasks[seat.task]
        answer = Answer(uuid.uuid4(), seat.assignment, seat.token, seat.task, payload(), 10)
        held = task.holds.get(who)
        free = task.free()
        try:
            status = queue.submit(annotator_id=self.person(who).id, answer=answer)
        except queue.AlreadyAnswered:
            assert who in task.counted | task.surplus
            return multiple()
        except queue.LeaseUnknown:
            assert who in task.skipped
            assert held is None
            return multiple()
        task.holds.pop(who, None)
        if status == "surplus":
            assert held is None or task.over
            assert held is not None or who in task.skipped or free == 0
            task.surplus.add(who)
        else:
            assert status == ("accepted" if held and held.token == seat.token else "late")
            assert held is not None or free > 0
            task.counted.add(who)
        self.answers[answer.id] = status
        return who, answer

    @rule(parcel=sent)
    def replay(self, parcel: tuple[int, Answer]) -> None:
        who, answer = parcel
        assert queue.submit(annotator_id=self.person(who).id, answer=answer) == "replayed"

    @rule(parcel=sent)
    def correct(self, parcel: tuple[int, Answer]) -> None:
        who, answer = parcel
        newest = Submission.objects.current().get(task=answer.task, annotator=self.person(who))
        fixed = Correction(uuid.uuid4(), newest.id, payload(), 1)
        settled = Task.objects.get(id=answer.task).state == Task.State.SETTLED
        try:
            assert corrections.correct(annotator_id=self.person(who).id, correction=fixed) == "accepted"
            assert not settled
        except corrections.TooLate:
            assert settled

    @rule()
    def reserve(self) -> None:
        """Everybody here is of the site: nothing changes for them."""
        site = self.people[0].site_id
        assert site is not None
        reserve.reserve_jobs(site_id=site, batch_id=self.batch.id, count=1)

    @rule()
    def take_jobs_back(self) -> None:
        site = self.people[0].site_id
        assert site is not None
        reserve.take_back_jobs(site_id=site, batch_id=self.batch.id)

    @rule(lease=leases)
    def skip(self, lease: tuple[int, Seat]) -> None:
        who, seat = lease
        task = self.tasks[seat.task]
        held = task.holds.get(who)
        done = queue.skip(
            annotator_id=self.person(who).id,
            assignment_id=seat.assignment,
            token=seat.token,
            reason=Assignment.SkipReason.UNCLEAR,
            note="",
        )
        assert done == ((held is not None and held.token == seat.token) or self.was_skipped(who, seat))
        if held is not None and held.token == seat.token:
            del task.holds[who]
            task.skipped.add(who)

    def was_skipped(self, who: int, seat: Seat) -> bool:
        skipped = {"annotator": self.person(who), "lease_token": seat.token, "state": "skipped"}
        return any(table.objects.filter(**skipped).exists() for table in (Assignment, EndedSeat))

    @rule(lease=leases)
    def release(self, lease: tuple[int, Seat]) -> None:
        who, seat = lease
        held = self.tasks[seat.task].holds.get(who)
        mine = held is not None and held.token == seat.token
        given = [(seat.assignment, seat.token)]
        assert queue.release(annotator_id=self.person(who).id, held=given) == int(mine)
        if mine:
            del self.tasks[seat.task].holds[who]

    @rule(lease=leases)
    def extend(self, lease: tuple[int, Seat]) -> None:
        who, seat = lease
        held = self.tasks[seat.task].holds.get(who)
        kept = queue.extend(annotator_id=self.person(who).id, held=[(seat.assignment, seat.token)])
        assert bool(kept) == (held is not None and held.token == seat.token)

    @rule(lease=consumes(leases))
    def expire(self, lease: tuple[int, Seat]) -> None:
        who, seat = lease
        past = timezone.now() - timedelta(hours=1)
        Assignment.objects.filter(lease_token=seat.token, state="leased").update(leased_until=past)
        held = self.tasks[seat.task].holds.get(who)
        mine = held is not None and held.token == seat.token
        assert queue.expire_leases() == int(mine)
        if mine:
            del self.tasks[seat.task].holds[who]

    @rule(who=st.integers(0, PEOPLE - 1))
    def take_back(self, who: int) -> None:
        held = [task for task in self.tasks.values() if who in task.holds]
        assert queue.release_person(annotator_id=self.person(who).id) == len(held)
        for task in held:
            del task.holds[who]

    @rule()
    def pause_or_resume(self) -> None:
        self.paused = not self.paused
        Project.objects.filter(id=self.project.id).update(state="paused" if self.paused else "open")

    @rule()
    def pause_or_resume_at_the_site(self) -> None:
        site = self.people[0].site_id
        assert site is not None
        if self.paused_here:
            routing.resume_project(site_id=site, project_id=self.project.id)
        else:
            routing.pause_project(site_id=site, project_id=self.project.id, by=self.sun)
        self.paused_here = not self.paused_here

    @rule()
    def raise_heads(self) -> None:
        queue.raise_heads()

    @precondition(lambda self: len(self.tasks) > 3)
    @rule()
    def settle_all_and_retire(self) -> None:
        """A batch whose answers are all known leaves the queue; new tasks come in a new one."""
        now = timezone.now()
        states.settle_known(task_ids=list(self.tasks), now=now)
        Batch.objects.filter(id=self.batch.id).update(state="complete", closed_at=now, completed_at=now)
        retire.retire_batch(batch_id=self.batch.id)
        assert retire.retire_batch(batch_id=self.batch.id) == 0
        assert not Assignment.objects.exclude(state="leased").exists()
        for task in self.tasks.values():
            task.over = True
        self.batch = make_batch(self.project)

    @precondition(lambda self: any(len(t.counted) == t.overlap and not t.over for t in self.tasks.values()))
    @rule(data=st.data())
    def review(self, data: st.DataObject) -> None:
        done = [i for i, t in self.tasks.items() if len(t.counted) == t.overlap and not t.over]
        id_ = data.draw(st.sampled_from(done))
        task = self.tasks[id_]
        verdict = data.draw(st.sampled_from([states.settle_tasks, states.dispute_tasks, states.ask_more]))
        changed = verdict(task_ids=[id_], now=timezone.now())
        if verdict is states.ask_more:
            assert changed == ([id_] if task.overlap < task.maximum else [])
            task.overlap += len(changed)
        else:
            assert changed == [id_]
            task.over = True

    @rule()
    def dispute_stuck(self) -> None:
        found = [task.id for task in states.skipped_too_often()]
        assert set(found) == {i for i, t in self.tasks.items() if t.stuck() and not t.holds and not t.over}
        states.dispute_tasks(task_ids=found, now=timezone.now())
        for id_ in found:
            self.tasks[id_].over = True

    @invariant()
    def no_cursor_and_no_head_has_passed_a_seat_that_may_be_had(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(PASSED)
            assert cursor.fetchone() == (0,)

    @invariant()
    def the_tables_agree_with_the_model(self) -> None:
        if not hasattr(self, "tasks"):
            return
        for row in Task.objects.filter(id__in=self.tasks):
            task = self.tasks[row.id]
            seats = Counter(row.assignments.values_list("state", flat=True))
            seats.update(row.ended_seats.values_list("state", flat=True))
            assert row.answers == seats["submitted"] == len(task.counted)
            assert seats["leased"] == len(task.holds)
            assert seats["skipped"] == len(task.skipped)
            assert seats["open"] == task.free()
            assert seats.total() - seats["skipped"] <= row.max_overlap
        done = [t for t in self.tasks.values() if t.over or len(t.counted) == t.overlap]
        assert sum(Job.objects.values_list("answered", flat=True)) == len(done)
        sent = len(self.answers)
        assert Submission.objects.current().count() == Earning.objects.count() == sent
        assert sum(Throughput.objects.values_list("submissions", flat=True)) == sent
        assert Submission.objects.current().filter(assignment=None).count() == sum(
            len(task.surplus) for task in self.tasks.values()
        )
        assert LostLease.objects.values("token").distinct().count() == LostLease.objects.count()


@pytest.mark.django_db
def test_any_order_of_events_conserves_seats_answers_and_pay() -> None:
    run_state_machine_as_test(
        QueueMachine,
        settings=settings(
            max_examples=12,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )

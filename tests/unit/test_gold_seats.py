"""Seats at tasks with a known answer: given like any other, answered like any other, counted nowhere."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tasks import corrections, gold, queue, retire, states
from tasks.corrections import Correction
from tasks.models import (
    Assignment,
    Batch,
    EndedSeat,
    Entrance,
    GoldTask,
    Job,
    Project,
    Submission,
    Task,
)
from tests.cast import Cast
from tests.factories import make_batch, make_person, make_project, make_tasks, payload
from tests.unit.test_queue import answer_to, claim, run_out, skip, submit
from tests.unit.test_queue_plans import plans_of
from workers.models import Earning, Person, Throughput

MEASURE, PRACTICE = GoldTask.Kind.MEASURE, GoldTask.Kind.PRACTICE


@pytest.fixture
def work(cast: Cast) -> list[Task]:
    return make_tasks(make_batch(cast.project), 200, overlap=3)


def gold_of(project: Project, count: int, kind: GoldTask.Kind = MEASURE) -> list[int]:
    """Tasks of a batch of their own, settled with a known answer; their ids, in the order given."""
    tasks = [task.id for task in make_tasks(make_batch(project), count)]
    assert states.settle_known(task_ids=tasks, now=timezone.now()) == tasks
    answers = {task: payload() for task in tasks}
    gold.make_gold(answers=answers, kind=kind, origin=GoldTask.Origin.CLIENT, by=None, rng=random.Random(7))
    return tasks


def settings_of(project: Project, **fields: Any) -> None:
    Project.objects.filter(id=project.id).update(**fields)


def given(person: Person, rounds: int, count: int = 10) -> list[queue.Seat]:
    """What they are given while they answer everything."""
    seats: list[queue.Seat] = []
    for _ in range(rounds):
        got = claim(person, count)
        sent = [answer_to(seat) for seat in got]
        assert queue.submit_several(annotator_id=person.id, answers=sent) == ["accepted"] * len(got)
        seats += got
    return seats


def test_the_projects_share_of_gold_is_mixed_in_whatever_number_is_asked_for(
    cast: Cast, work: list[Task]
) -> None:
    gold_of(cast.project, 60)
    settings_of(cast.project, gold_rate=0.2)
    for person, rounds, count in [(cast.an, 15, 10), (cast.bo, 150, 1)]:
        seats = given(person, rounds, count)
        assert len(seats) == 150
        # Drawn by ids, which differ from run to run: 30 of 150, and five standard deviations to either side.
        assert 5 < Counter(seat.purpose for seat in seats)["measure"] < 55
        assert Counter(seat.task for seat in seats).most_common(1)[0][1] == 1, "never one twice"


def test_no_gold_is_given_where_the_project_wants_none(cast: Cast, work: list[Task]) -> None:
    gold_of(cast.project, 10)
    assert {seat.purpose for seat in given(cast.an, 5)} == {"work"}


def test_people_go_round_the_gold_from_places_of_their_own(cast: Cast, work: list[Task]) -> None:
    gold_of(cast.project, 40)
    settings_of(cast.project, gold_rate=1)
    # Drawn by ids, which differ from run to run: of 8 people no more than 3 differ one time in 4,000.
    first = {claim(make_person(site=cast.guiyang))[0].task for _ in range(30)}
    assert len(first) > 3


def test_when_the_gold_is_used_up_work_goes_on_without_it(cast: Cast, work: list[Task]) -> None:
    tasks = gold_of(cast.project, 3)
    settings_of(cast.project, gold_rate=0.5)
    seats = given(cast.an, 6)
    assert sorted(seat.task for seat in seats if seat.purpose == "measure") == tasks
    assert len(seats) == 60
    more = gold_of(cast.project, 2)
    assert {seat.task for seat in given(cast.an, 2) if seat.purpose == "measure"} == set(more)


def test_retired_gold_is_given_to_nobody(cast: Cast, work: list[Task]) -> None:
    tasks = gold_of(cast.project, 3)
    settings_of(cast.project, gold_rate=1)
    assert gold.retire_gold(task_ids=tasks, why="it leaked", now=timezone.now()) == 3
    assert gold.retire_gold(task_ids=tasks, why="again", now=timezone.now()) == 0
    assert {seat.purpose for seat in claim(cast.an, 10)} == {"work"}


def test_gold_is_not_given_to_who_answered_the_task_as_work(cast: Cast, work: list[Task]) -> None:
    for person in (cast.an, cast.bo, cast.chen):
        submit(person, claim(person)[0])
    done = Task.objects.get(state=Task.State.ANSWERED)
    states.settle_tasks(task_ids=[done.id], now=timezone.now())
    make: dict[str, Any] = {
        "kind": MEASURE,
        "origin": GoldTask.Origin.REVIEW,
        "by": cast.rong,
        "rng": random.Random(1),
    }
    assert len(gold.make_gold(answers={done.id: payload()}, **make)) == 1
    with pytest.raises(gold.NotSettled):
        gold.make_gold(answers={work[5].id: payload()}, **make)
    settings_of(cast.project, gold_rate=1)
    assert {seat.purpose for seat in claim(cast.an, 5)} == {"work"}
    assert [seat.task for seat in claim(make_person(site=cast.guiyang))] == [done.id]


def test_an_answer_to_gold_is_paid_and_seen_as_work_but_counts_nowhere(cast: Cast, work: list[Task]) -> None:
    (task,) = gold_of(cast.project, 1)
    settings_of(cast.project, gold_rate=1)
    (seat,) = claim(cast.an)
    before = Task.objects.get(id=task)
    answer = answer_to(seat)
    assert queue.submit(annotator_id=cast.an.id, answer=answer) == "accepted"
    assert queue.submit(annotator_id=cast.an.id, answer=answer) == "replayed"
    kept = Submission.objects.get()
    assert (kept.purpose, kept.assignment_id, kept.late) == ("measure", None, False)
    after = Task.objects.get(id=task)
    assert (after.answers, after.state) == (before.answers, "settled")
    assert Earning.objects.get().amount == Decimal("0.0400")
    assert Throughput.objects.get().submissions == 1
    assert not Assignment.objects.filter(task=task).exists(), "the answer is the record of the seat"


def test_a_late_answer_to_gold_is_late_like_one_to_work(cast: Cast, work: list[Task]) -> None:
    gold_of(cast.project, 1)
    settings_of(cast.project, gold_rate=1)
    (seat,) = claim(cast.an)
    run_out(seat)
    assert queue.expire_leases() == 1
    assert submit(cast.an, seat) == "late"
    assert (Submission.objects.get().purpose, Earning.objects.count()) == ("measure", 1)


def test_skipped_gold_leaves_the_queue_and_does_not_come_back(cast: Cast, work: list[Task]) -> None:
    (task,) = gold_of(cast.project, 1)
    settings_of(cast.project, gold_rate=1)
    (seat,) = claim(cast.an)
    assert skip(cast.an, seat)
    assert skip(cast.an, seat), "sent twice it is skipped once"
    assert EndedSeat.objects.get(task=task).state == "skipped"
    assert Throughput.objects.get().skips == 1
    assert {seat.purpose for seat in claim(cast.an, 3)} == {"work"}


def test_gold_given_back_is_nobodys_and_may_come_again(cast: Cast, work: list[Task]) -> None:
    (task,) = gold_of(cast.project, 1)
    settings_of(cast.project, gold_rate=1)
    for _ in range(2):
        (seat,) = claim(cast.an)
        assert seat.task == task
        assert queue.extend(annotator_id=cast.an.id, held=[(seat.assignment, seat.token)])
        assert queue.release(annotator_id=cast.an.id, held=[(seat.assignment, seat.token)]) == 1
        assert not Assignment.objects.filter(task=task).exists()


def test_gold_may_be_corrected_for_a_while_like_work(cast: Cast, work: list[Task]) -> None:
    gold_of(cast.project, 1)
    settings_of(cast.project, gold_rate=1)
    submit(cast.an, claim(cast.an)[0])
    first = Submission.objects.get()
    assert [row.id for row in corrections.correctable(person=cast.an)] == [first.id]
    fixed = Correction(uuid.uuid4(), first.id, payload(), 5)
    assert corrections.correct(annotator_id=cast.an.id, correction=fixed) == "accepted"
    newest = Submission.objects.current().get()
    assert (newest.purpose, newest.version) == ("measure", 2)


# Practice


def test_newcomers_practise_in_order_until_they_are_let_in(cast: Cast, work: list[Task]) -> None:
    tasks = gold_of(cast.project, 3, PRACTICE)
    settings_of(cast.project, practice_pass_mark=0.8)
    cast.project.refresh_from_db()
    assert gold.must_practise(person_id=cast.an.id, project=cast.project)
    assert [(seat.task, seat.purpose) for seat in given(cast.an, 1)] == [(task, "practice") for task in tasks]
    assert claim(cast.an) == [], "nothing more until somebody decides"
    now = timezone.now()
    who: dict[str, Any] = {"person_id": cast.an.id, "project_id": cast.project.id, "now": now}
    assert gold.set_entrance(state=Entrance.State.PASSED, reason="", **who)
    assert not gold.set_entrance(state=Entrance.State.PASSED, reason="", **who)
    assert not gold.must_practise(person_id=cast.an.id, project=cast.project)
    assert claim(cast.an)[0].purpose == "work"
    assert gold.set_entrance(state=Entrance.State.SENT_BACK, reason="Four boxes were missing.", **who)
    assert claim(cast.an) == []
    (more,) = gold_of(cast.project, 1, PRACTICE)
    assert [seat.task for seat in claim(cast.an, 5)] == [more]


def test_practice_is_neither_paid_nor_counted_nor_corrected(cast: Cast, work: list[Task]) -> None:
    gold_of(cast.project, 2, PRACTICE)
    settings_of(cast.project, practice_pass_mark=0.8)
    first, second = claim(cast.an, 2)
    submit(cast.an, first)
    assert skip(cast.an, second)
    assert not Earning.objects.exists()
    assert not Throughput.objects.exists()
    assert Submission.objects.get().purpose == "practice"
    assert corrections.correctable(person=cast.an) == []


def test_who_practises_in_one_project_is_given_work_of_others(cast: Cast, work: list[Task]) -> None:
    closed = Project.objects.get(id=cast.project.id)
    settings_of(closed, practice_pass_mark=0.5, priority=9)
    gold_of(closed, 1, PRACTICE)
    for _ in range(20):
        make_tasks(make_batch(closed), 1)
    open_project = make_tasks(make_batch(make_project(sites=[cast.guiyang])), 2)
    assert [seat.task for seat in claim(cast.an, 3)][1:] == [task.id for task in open_project]


def test_the_gold_of_a_retired_batch_is_still_given(cast: Cast, work: list[Task]) -> None:
    (task,) = gold_of(cast.project, 1)
    batch = Task.objects.get(id=task).batch
    Batch.objects.filter(id=batch.id).update(
        state="complete", closed_at=timezone.now(), completed_at=timezone.now()
    )
    settings_of(cast.project, gold_rate=1)
    (seat,) = claim(cast.an)
    retire.retire_batch(batch_id=batch.id)
    assert not batch.lanes.exists(), "somebody at its gold does not keep a batch from being retired"
    run_out(seat)
    assert queue.expire_leases() == 1
    assert claim(cast.an)[0].task == task


def test_a_known_answer_settles_a_task_that_people_are_at(cast: Cast, work: list[Task]) -> None:
    seats = claim(cast.an, 2)
    submit(cast.an, seats[0])
    done = states.settle_known(task_ids=[seat.task for seat in seats], now=timezone.now())
    assert sorted(done) == sorted(seat.task for seat in seats)
    assert submit(cast.an, seats[1]) == "surplus"
    assert Job.objects.get().settled == 2
    assert not Assignment.objects.filter(task__in=done, state="open").exists()


def test_gold_costs_the_same_however_much_of_it_there_is(cast: Cast, work: list[Task]) -> None:
    """All of a large ring is known to the person: two hundred places are looked at, no more."""
    tasks = gold_of(cast.project, 400)
    settings_of(cast.project, gold_rate=1)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO tasks_submission (id, task_id, annotator_id, purpose, payload, late, active_ms)
               SELECT gen_random_uuid(), id, %s, 'measure', '{}', false, 1 FROM unnest(%s) AS id""",
            [cast.an.id, tasks],
        )
    plan = plans_of(lambda: claim(cast.an, 1))
    read = sum(
        n["Actual Rows"] * n["Actual Loops"] for n in plan if n.get("Relation Name") == "tasks_goldtask"
    )
    assert 0 < read <= 200

"""Correcting and settling, reserving and claiming, at once. Each control shows that the race is real."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from review import settle
from review.models import Consensus
from tasks import corrections, queue, reserve
from tasks.corrections import Correction
from tasks.models import Assignment, Submission, Task
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_person, make_tasks, payload
from tests.labelling import answer, answer_all
from tests.race.crowd import all_at_once
from workers.models import Person, Throughput

pytestmark = pytest.mark.django_db(transaction=True)
HERE = payload(box(100, 100, 200, 150))
TWO = payload(box(100, 100, 200, 150), box(500, 400, 90, 90, id="b"))


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def correct(person: Person, first: Submission, **fields: Any) -> str:
    correction = Correction(
        **{"id": uuid.uuid4(), "supersedes": first.id, "payload": TWO, "active_ms": 1, **fields}
    )
    try:
        return corrections.correct(annotator_id=person.id, correction=correction)
    except (corrections.TooLate, corrections.CorrectedMeanwhile) as error:
        return error.code


def correct_while_settling(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Submission, Consensus]:
    """Send a correction while a settler has read the answers and not yet committed what it makes of them."""
    (task,) = make_tasks(make_batch(cast.project), 1, overlap=2)
    answer_all([cast.an, cast.bo], cast.project, {task.id: HERE})
    first = Submission.objects.get(annotator=cast.an)
    read, sent = threading.Event(), threading.Event()
    real = settle.weigh_cases

    def weigh_slowly(cases: Any) -> Any:
        read.set()
        sent.wait(timeout=1.5)
        return real(cases)

    monkeypatch.setattr(settle, "weigh_cases", weigh_slowly)

    def settler() -> None:
        try:
            settle.settle_answered()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(settler)
        assert read.wait(timeout=60)
        outcome = correct(cast.an, first)
        sent.set()
        done.result()
    return outcome, first, Consensus.objects.get()


def test_a_correction_during_settling_waits_and_is_refused(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome, first, consensus = correct_while_settling(cast, monkeypatch)
    assert outcome == "too_late"
    assert str(first.id) in consensus.payload["agreement"]
    assert Submission.objects.count() == 2


def test_control_looking_before_writing_corrects_a_settled_task(cast: Cast) -> None:
    """What a correction does that reads the task's state without locking it, and writes a moment later."""
    (task,) = make_tasks(make_batch(cast.project), 1, overlap=2)
    answer_all([cast.an, cast.bo], cast.project, {task.id: HERE})
    first = Submission.objects.get(annotator=cast.an)
    seen = Task.objects.get().state
    settle.settle_answered()
    assert (seen, Task.objects.get().state) == ("answered", "settled")
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "supersedes": first.id,
        "payload": "{}",
        "annotations": 0,
        "active_ms": 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(corrections._KEEP, values)
    newest = Submission.objects.current().get(annotator=cast.an)
    agreement = Consensus.objects.get().payload["agreement"]
    assert str(newest.id) not in agreement, "settled on an answer that is not the newest"


def test_settling_and_correcting_at_once_is_one_order_or_the_other(cast: Cast) -> None:
    tasks = make_tasks(make_batch(cast.project), 20, overlap=2)
    answer_all([cast.an, cast.bo], cast.project, {task.id: HERE for task in tasks})
    firsts = list(Submission.objects.filter(annotator=cast.an))

    def work(number: int) -> list[str]:
        if number == 0:
            while settle.settle_answered(chunk=2).taken:
                pass
            return []
        return [correct(cast.an, first) for first in firsts[number - 1 :: 3]]

    outcomes = {code for codes in all_at_once(work, range(4)) for code in codes}
    assert outcomes <= {"accepted", "too_late"}
    for task in Task.objects.filter(state="settled"):
        newest = task.submissions.current()
        agreement = Consensus.objects.get(task=task).payload["agreement"]
        assert set(agreement) == {str(submission.id) for submission in newest}
    kept = Submission.objects.filter(version=2).count()
    assert sum(Throughput.objects.values_list("annotations", flat=True)) == 40 + kept


def test_one_correction_fifty_times_at_once_is_one_version(cast: Cast) -> None:
    (task,) = make_tasks(make_batch(cast.project), 1)
    (first,) = answer(cast.an, cast.project, {task.id: HERE})
    same = uuid.uuid4()
    results = all_at_once(lambda _: correct(cast.an, first, id=same), range(50))
    assert sorted(results) == ["accepted", *["replayed"] * 49]
    results = all_at_once(lambda _: correct(cast.an, first), range(10))
    assert set(results) == {"corrected_meanwhile"}
    assert Submission.objects.count() == 2
    assert Throughput.objects.get().annotations == 2


def test_reserving_while_people_work_loses_no_seat(cast: Cast) -> None:
    batch = make_batch(cast.project)
    for _ in range(4):
        make_tasks(batch, 25, overlap=2)
    elsewhere = make_person()
    assert elsewhere.site is not None
    cast.project.sites.add(elsewhere.site)
    people = [cast.an, cast.bo, cast.chen, elsewhere]

    def work(number: int) -> None:
        if number >= len(people):
            for _ in range(6):
                reserve.reserve_jobs(site_id=cast.guiyang.id, batch_id=batch.id, count=2)
                reserve.take_back_jobs(site_id=cast.guiyang.id, batch_id=batch.id)
            return
        for _ in range(12):
            seats = queue.claim(annotator_id=people[number].id, project_id=None, count=4)
            for seat in seats[:2]:
                given = queue.Answer(uuid.uuid4(), seat.assignment, seat.token, seat.task, HERE, 1)
                assert queue.submit(annotator_id=people[number].id, answer=given) in {"accepted", "late"}
            queue.release(
                annotator_id=people[number].id, held=[(seat.assignment, seat.token) for seat in seats[2:]]
            )

    all_at_once(work, range(5))
    assert Assignment.objects.exclude(state="leased").count() == 200
    while any(queue.claim(annotator_id=person.id, project_id=None, count=50) for person in people):
        pass
    seats = Assignment.objects.all()
    assert seats.filter(state="open").count() == 0, "every open seat was found again"
    assert seats.filter(lane__site__isnull=False, task__job__site=None, state="open").count() == 0

"""Going back to an answer: a new version in the same seat, neither counted nor paid again."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from review.models import Consensus
from review.settle import settle_answered
from tasks import corrections, queue
from tasks.corrections import Correction
from tasks.models import Submission, Task
from tests.cast import Cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.labelling import answer, answer_all
from workers.models import Earning, Person, Throughput

HERE = payload(box(100, 100, 200, 150))
TWO = payload(box(100, 100, 200, 150), box(500, 400, 90, 90, id="b"))
ELSEWHERE = payload(box(600, 400, 200, 150))


@pytest.fixture
def task(cast: Cast) -> Task:
    return make_tasks(make_batch(cast.project), 1, overlap=2)[0]


def correction_of(submission: Submission, what: dict[str, Any] = TWO, **fields: Any) -> Correction:
    return Correction(
        **{
            "id": uuid.uuid4(),
            "supersedes": submission.id,
            "payload": what,
            "active_ms": 0,
            **fields,
        }
    )


def correct(person: Person, correction: Correction) -> str:
    return corrections.correct(annotator_id=person.id, correction=correction)


def test_a_correction_is_a_new_version_in_the_same_seat(cast: Cast, task: Task) -> None:
    (first,) = answer(cast.an, cast.project, {task.id: HERE})
    correction = correction_of(first)
    assert correct(cast.an, correction) == "accepted"
    second = Submission.objects.get(id=correction.id)
    assert (second.version, second.supersedes_id, second.assignment_id) == (2, first.id, first.assignment_id)
    assert second.payload == TWO
    first.refresh_from_db()
    assert first.payload == HERE
    assert list(Submission.objects.current()) == [second]
    assert Task.objects.get().answers == 1


def test_pay_stays_and_the_rollup_follows(cast: Cast, task: Task) -> None:
    (first,) = answer(cast.an, cast.project, {task.id: HERE})
    before = Throughput.objects.get()
    correct(cast.an, correction_of(first, TWO))
    after = Throughput.objects.get()
    assert (after.submissions, after.annotations, after.earned) == (1, 2, before.earned)
    assert Earning.objects.count() == 1
    newest = Submission.objects.current().get()
    correct(cast.an, correction_of(newest, payload()))
    assert Throughput.objects.get().annotations == 0


def test_a_correction_sent_again_is_one_correction(cast: Cast, task: Task) -> None:
    (first,) = answer(cast.an, cast.project, {task.id: HERE})
    correction = correction_of(first)
    assert [correct(cast.an, correction) for _ in range(3)] == ["accepted", "replayed", "replayed"]
    assert Submission.objects.count() == 2


def test_a_correction_can_be_corrected_but_an_old_version_cannot(cast: Cast, task: Task) -> None:
    (first,) = answer(cast.an, cast.project, {task.id: HERE})
    second = correction_of(first)
    correct(cast.an, second)
    assert correct(cast.an, Correction(uuid.uuid4(), second.id, HERE, 0)) == "accepted"
    with pytest.raises(corrections.CorrectedMeanwhile):
        correct(cast.an, correction_of(first))
    assert Submission.objects.current().get().version == 3


def test_nobody_corrects_what_is_not_theirs(cast: Cast, task: Task) -> None:
    (first,) = answer(cast.an, cast.project, {task.id: HERE})
    with pytest.raises(corrections.AnswerUnknown):
        correct(cast.bo, correction_of(first))
    with pytest.raises(corrections.AnswerUnknown):
        correct(cast.an, Correction(uuid.uuid4(), uuid.uuid4(), HERE, 0))
    with pytest.raises(queue.IdReused):
        correct(cast.an, correction_of(first, id=first.id))


def test_settling_reads_the_newest_versions(cast: Cast, task: Task) -> None:
    (first,) = answer(cast.an, cast.project, {task.id: ELSEWHERE})
    answer(cast.bo, cast.project, {task.id: HERE})
    newer = correction_of(first, HERE)
    correct(cast.an, newer)
    assert settle_answered().settled == 1
    consensus = Consensus.objects.get()
    assert consensus.answers == 2
    assert str(newer.id) in consensus.payload["agreement"]
    assert str(first.id) not in consensus.payload["agreement"]
    assert sum(Throughput.objects.values_list("agreement_count", flat=True)) == 2


def test_a_correction_that_comes_too_late_is_refused_and_the_answer_stands(cast: Cast, task: Task) -> None:
    answer_all([cast.an, cast.bo], cast.project, {task.id: HERE})
    first = Submission.objects.get(annotator=cast.an)
    correction = correction_of(first)
    correct(cast.an, correction)
    assert settle_answered().settled == 1 or Task.objects.get().state != "settled"
    Task.objects.update(state="settled", settled_at=first.created_at)
    with pytest.raises(corrections.TooLate):
        correct(cast.an, Correction(uuid.uuid4(), correction.id, HERE, 0))
    assert correct(cast.an, correction) == "replayed", "what was accepted in time stays accepted"
    assert Submission.objects.current().get(annotator=cast.an).payload == TWO


def test_a_surplus_answer_can_be_corrected_and_stays_uncounted(cast: Cast, task: Task) -> None:
    (seat,) = queue.claim(annotator_id=cast.chen.id, project_id=None, count=1)
    queue.release_person(annotator_id=cast.chen.id)
    answer_all([cast.an, cast.bo], cast.project, {task.id: HERE})
    late = queue.Answer(uuid.uuid4(), seat.assignment, seat.token, seat.task, HERE, 1)
    assert queue.submit(annotator_id=cast.chen.id, answer=late) == "surplus"
    correct(cast.chen, Correction(uuid.uuid4(), late.id, TWO, 0))
    assert Submission.objects.current().get(annotator=cast.chen).assignment_id is None
    assert Task.objects.get().answers == 2


@pytest.mark.django_db(transaction=True)
def test_what_may_be_corrected_is_the_newest_and_not_settled(cast: Cast) -> None:
    tasks = make_tasks(make_batch(cast.project), corrections.LAST + 5)
    given = answer(cast.an, cast.project, {task.id: HERE for task in tasks})
    last = max(given, key=lambda submission: submission.created_at)
    newer = correction_of(last)
    correct(cast.an, newer)
    found = corrections.correctable(person=cast.an)
    assert len(found) == corrections.LAST
    assert found[0].id == newer.id
    assert last.id not in {row.id for row in found}
    Task.objects.update(state="settled", settled_at=last.created_at)
    assert corrections.correctable(person=cast.an) == []


def test_the_database_holds_one_line_of_versions(cast: Cast, task: Task) -> None:
    (first,) = answer(cast.an, cast.project, {task.id: HERE})
    correct(cast.an, correction_of(first))
    row: dict[str, Any] = {
        "task": task,
        "annotator": cast.an,
        "payload": {},
        "assignment_id": first.assignment_id,
    }
    wrongs: list[dict[str, Any]] = [
        {"version": 3, "supersedes": first},  # it is superseded already
        {"version": 2, "supersedes": Submission.objects.current().get()},  # that version is taken
        {"version": 3, "supersedes": None},
        {"version": 1, "supersedes": Submission.objects.current().get()},
    ]
    for wrong in wrongs:
        with pytest.raises(IntegrityError), transaction.atomic():
            Submission.objects.create(id=uuid.uuid4(), **{**row, **wrong})
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.filter(id=first.id).update(version=9)

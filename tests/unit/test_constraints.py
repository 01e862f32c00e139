"""The database itself refuses what DESIGN says must never be; each test attacks one rule."""

from __future__ import annotations

import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tasks.models import Assignment, Image, LabelSchema, Project, Submission, Task
from tests.cast import Cast
from tests.factories import make_batch, make_tasks, payload
from workers.models import Earning, Person


@pytest.fixture
def task(cast: Cast) -> Task:
    return make_tasks(make_batch(cast.project), 1)[0]


def leased(person: Person) -> dict[str, object]:
    now = timezone.now()
    return {
        "state": "leased",
        "annotator": person,
        "lease_token": uuid.uuid4(),
        "leased_at": now,
        "leased_until": now,
    }


def test_a_person_cannot_have_two_seats_at_a_task(cast: Cast, task: Task) -> None:
    first, second, _ = task.assignments.order_by("number")
    Assignment.objects.filter(id=first.id).update(**leased(cast.an))
    with pytest.raises(IntegrityError, match="one_seat_a_person_a_task"):
        Assignment.objects.filter(id=second.id).update(**leased(cast.an))


def test_a_task_never_gets_more_seats_than_its_maximum(task: Task) -> None:
    seat = task.assignments.get(number=1)
    extra = Assignment(
        task=task, number=task.max_overlap + 1, project=task.project, lane=seat.lane, position=seat.position
    )
    with pytest.raises(IntegrityError, match="maximum overlap"):
        extra.save()


def test_a_seat_number_is_given_once(task: Task) -> None:
    seat = task.assignments.get(number=1)
    with pytest.raises(IntegrityError, match="seat_number_in_task"):
        Assignment.objects.create(
            task=task, number=1, project=task.project, lane=seat.lane, position=seat.position
        )


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"state": "leased"}, "leased_seat_is_fenced"),
        ({"state": "submitted"}, "ended_seat_has_who_and_when"),
        ({"state": "skipped", "skip_reason": "other"}, "ended_seat_has_who_and_when"),
        ({"lease_token": uuid.uuid4()}, "open_seat_is_nobodys"),
        ({"skip_reason": "other"}, "skipped_seat_has_a_reason"),
    ],
)
def test_a_seats_state_and_columns_agree(task: Task, fields: dict[str, object], rule: str) -> None:
    with pytest.raises(IntegrityError, match=rule):
        task.assignments.filter(number=1).update(**fields)


def test_a_submission_cannot_be_changed_or_deleted(cast: Cast, task: Task) -> None:
    Submission.objects.create(id=uuid.uuid4(), task=task, annotator=cast.an, payload=payload())
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Submission.objects.update(active_ms=1)
    with pytest.raises(IntegrityError, match="never changed"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM tasks_submission")


def test_a_label_schema_cannot_be_changed(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="never changed"):
        LabelSchema.objects.update(version=9)


def test_the_ledger_is_append_only_and_pays_a_submission_once(cast: Cast) -> None:
    row = {
        "person": cast.an,
        "project": cast.project,
        "kind": "piece",
        "submission": uuid.uuid4(),
        "amount": "0.04",
        "currency": "CNY",
    }
    Earning.objects.create(**row)
    with pytest.raises(IntegrityError, match="a_submission_is_paid_once"), transaction.atomic():
        Earning.objects.create(**row)
    with pytest.raises(IntegrityError, match="never changed"):
        Earning.objects.update(amount=100)


def test_the_same_bytes_in_a_project_are_one_ready_image(task: Task) -> None:
    twin = Image.objects.get(id=task.image_id)
    twin.id, twin.name = None, "another name.jpg"
    with pytest.raises(IntegrityError, match="same_bytes_in_a_project_are_one_image"):
        twin.save()


def test_overlap_stays_within_its_maximum(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="overlap_within_maximum"):
        Project.objects.update(overlap=6, max_overlap=5)


def test_a_member_of_staff_is_an_operator(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="only_operators_are_staff"):
        Person.objects.filter(id=cast.an.id).update(is_staff=True)

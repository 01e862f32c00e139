"""Answers of annotators for tests, given through the real queue."""

from __future__ import annotations

import uuid
from typing import Any

from review.models import Dispute
from review.settle import settle_answered
from tasks import queue
from tasks.models import Project, Submission, Task
from workers.models import Person


def answer(person: Person, project: Project, payloads: dict[int, dict[str, Any]]) -> list[Submission]:
    """Claim seats, submit these payloads (by task id), give the other seats back."""
    seats = queue.claim(annotator_id=person.pk, project_id=project.id, count=50)
    sent = []
    for seat in seats:
        if seat.task in payloads:
            given = queue.Answer(
                uuid.uuid4(), seat.assignment, seat.token, seat.task, payloads[seat.task], 1000
            )
            assert queue.submit(annotator_id=person.pk, answer=given) == "accepted"
            sent.append(given.id)
    queue.release_person(annotator_id=person.pk)
    assert len(sent) == len(payloads), "some of the tasks had no seat for this person"
    return list(Submission.objects.filter(id__in=sent))


def answer_all(people: list[Person], project: Project, payloads: dict[int, dict[str, Any]]) -> None:
    """Each of the people gives the same answers."""
    for person in people:
        answer(person, project, payloads)


def dispute(people: list[Person], task: Task, payloads: list[dict[str, Any]]) -> Dispute:
    """Let the people answer one task so differently that the machine disputes it."""
    for person, payload in zip(people, payloads, strict=True):
        answer(person, task.project, {task.id: payload})
    settle_answered()
    return Dispute.objects.get(task=task, resolved_at=None)

"""Rejected answers that go back to their authors: out, corrected and in again, or given to somebody else.

A task that waits for its author is open and has no open seat; the rejected answer is not counted among its
answers until it is corrected (tasks/corrections.py). The author has PATIENCE for that; then a seat is opened
for somebody else, or the task goes on with the answers it has where no seat is left.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from tasks import batches, seats, states
from tasks.models import Return, Submission, Task

PATIENCE = timedelta(days=2)
CHUNK = 100


def send_back(*, answers: Sequence[Submission], now: datetime) -> bool:
    """settled -> open: these answers to one task go back to their authors. Only while the batch is in work:
    hold `batches.lock_in_work` first. False where the task is not settled any more."""
    (task_id,) = {answer.task_id for answer in answers}
    if not states.send_back(task_id=task_id, answers=len(answers), now=now):
        return False
    _note(answers=answers, now=now, ended_at=None)
    return True


def give_away(*, answers: Sequence[Submission], now: datetime) -> None:
    """These rejected answers do not go back: others are asked at once. Their authors mend them no more."""
    _note(answers=answers, now=now, ended_at=now)


def is_lost(*, submission_id: uuid.UUID) -> bool:
    """Whether somebody else was asked in place of this answer. Hold its task's lock."""
    return Return.objects.filter(submission=submission_id, ended_at__isnull=False).exists()


def come_back(*, task_id: int, annotator_id: int, now: datetime) -> bool:
    """The author has corrected the answer; it counts again. False where none of theirs was out."""
    waiting = Return.objects.filter(task=task_id, annotator=annotator_id, ended_at__isnull=True)
    if not waiting.update(ended_at=now):
        return False
    states.count_again(task_id=task_id, now=now)
    return True


def end_overdue(*, now: datetime, follow: Callable[[Submission], None]) -> int:
    """Answers that nobody corrected in time: others are asked. Returns how many.

    `follow` is told of each, once, in the transaction that ends it; it must not lock lanes.
    """
    overdue = Return.objects.filter(ended_at__isnull=True, returned_at__lt=now - PATIENCE)
    tasks = overdue.order_by("task").values_list("task", flat=True).distinct()[:CHUNK]
    return sum(_end(task_id=task_id, now=now, follow=follow) for task_id in tasks)


def _note(*, answers: Sequence[Submission], now: datetime, ended_at: datetime | None) -> None:
    rows = [
        Return(
            submission=one,
            task_id=one.task_id,
            annotator_id=one.annotator_id,
            returned_at=now,
            ended_at=ended_at,
        )
        for one in answers
    ]
    # An answer that an appeal gave its place again may be rejected again.
    Return.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["submission"], update_fields=["returned_at", "ended_at"]
    )


def _end(*, task_id: int, now: datetime, follow: Callable[[Submission], None]) -> int:
    with transaction.atomic():
        # As correcting does: whoever has the task first decides.
        task = Task.objects.select_for_update(no_key=True).get(id=task_id)
        late = Return.objects.filter(task=task, ended_at__isnull=True, returned_at__lt=now - PATIENCE)
        ended = list(late.select_related("submission__task__project"))
        late.update(ended_at=now)
        for row in ended:
            follow(row.submission)
        taken = task.assignments.filter(purpose="work").exclude(state="skipped").count()
        # What was settled meanwhile by a known answer, or waits for a reviewer, asks nobody any more.
        for one in range(len(ended) if task.state == Task.State.OPEN else 0):
            if taken + one < task.max_overlap:
                seats.add_seats(task_ids=[task.id])
            else:
                states.do_without(task_id=task.id, now=now)
    batches.advance_batches(batch_ids=[task.batch_id], now=now)
    return len(ended)

"""One closes a thread while the other side writes in it; the same remark sent twice at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.utils import timezone

from review.comments import Pin, Remark, SpokenMeanwhile, open_thread, reply, resolve
from review.models import Comment, Thread
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.labelling import answer
from tests.race.crowd import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 12


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def thread_of(cast: Cast) -> Thread:
    (task,) = make_tasks(make_batch(cast.project), 1)
    (given,) = answer(cast.an, cast.project, {task.id: payload(box(1, 1, 20, 20))})
    said = Remark(uuid.uuid4(), "What is this?")
    thread, _ = open_thread(
        person=cast.an, submission_id=given.id, pin=Pin(), remark=said, now=timezone.now()
    )
    return thread


def test_no_thread_is_closed_over_a_remark_that_came_meanwhile(cast: Cast) -> None:
    for _ in range(ROUNDS):
        thread = thread_of(cast)

        def close(thread: Thread = thread) -> bool:
            try:
                resolve(person=cast.rong, thread_id=thread.id, seen=1, now=timezone.now())
            except SpokenMeanwhile:
                return False
            return True

        def write(thread: Thread = thread) -> bool:
            said = Remark(uuid.uuid4(), "More.")
            return reply(person=cast.an, thread_id=thread.id, remark=said, now=timezone.now())[1]

        acts: list[Callable[[], bool]] = [close, write]
        all_at_once(lambda act: act(), acts)
        thread.refresh_from_db()
        assert (thread.said, thread.resolved_at) == (2, None)


def test_closing_by_id_alone_would_hide_the_remark(cast: Cast) -> None:
    """The control: without the number of remarks read, whoever closes later closes over it."""
    thread = thread_of(cast)
    reply(person=cast.an, thread_id=thread.id, remark=Remark(uuid.uuid4(), "More."), now=timezone.now())
    assert Thread.objects.filter(id=thread.id).update(resolved_at=timezone.now()) == 1


def test_a_remark_sent_many_times_at_once_is_said_once(cast: Cast) -> None:
    thread, said = thread_of(cast), Remark(uuid.uuid4(), "Again and again.")

    def send(_: int) -> bool:
        return reply(person=cast.an, thread_id=thread.id, remark=said, now=timezone.now())[1]

    def opening(_: int) -> bool:
        pin, now = Pin(), timezone.now()
        return open_thread(
            person=cast.an, submission_id=thread.submission_id, pin=pin, remark=first, now=now
        )[1]

    assert sum(all_at_once(send, range(5))) == 1
    first = Remark(uuid.uuid4(), "A new thread.")
    assert sum(all_at_once(opening, range(5))) == 1
    assert (Comment.objects.count(), Thread.objects.count()) == (3, 2)

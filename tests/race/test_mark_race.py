"""Several markers of gold at once, and feedback on practice asked for twice. The control shows the race."""

from __future__ import annotations

import random
import threading
import uuid

import pytest
from django.db import IntegrityError
from django.db.models import Sum
from django.utils import timezone

from review import marking
from review.gold import supply_gold
from review.models import GoldScore
from tasks import gold
from tasks.models import GoldTask, Submission
from tasks.pointed import Pointed
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.race.crowd import all_at_once
from workers.models import Throughput

pytestmark = pytest.mark.django_db(transaction=True)
MARKERS, TASKS = 5, 20
HERE = payload(box(100, 100, 200, 150))


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def given(cast: Cast, purpose: str) -> list[Submission]:
    """An's answers to gold; the queue, which usually takes them, has its own races."""
    batch = make_batch(cast.project)
    tasks = make_tasks(batch, TASKS)
    items = [Pointed(payload=HERE, image=task.image_id) for task in tasks]
    supply_gold(batch=batch, kind=GoldTask.Kind(purpose), items=items, by=None, rng=random.Random(1))
    return Submission.objects.bulk_create(
        Submission(id=uuid.uuid4(), task=task, annotator=cast.an, payload=HERE, purpose=purpose)
        for task in tasks
    )


def mark_until_dry(_: int) -> int:
    later = timezone.now() + 2 * gold.OPEN_FOR
    return sum(len(marking.mark_measured(now=later, limit=4)) for _round in range(30))


def test_each_answer_is_marked_once_however_many_mark(cast: Cast) -> None:
    given(cast, "measure")
    all_at_once(mark_until_dry, range(MARKERS))
    mark_until_dry(0)
    assert GoldScore.objects.count() == TASKS
    assert Throughput.objects.aggregate(n=Sum("agreement_count"))["n"] == TASKS


def test_without_the_lock_two_markers_meet(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: both read the same answers before either has written."""
    given(cast, "measure")
    both = threading.Barrier(2)
    met = threading.local()
    real = marking.mark_or_retire

    def mark(submission, *, now):  # type: ignore[no-untyped-def]
        if not hasattr(met, "once"):
            met.once = both.wait(timeout=30)
        return real(submission, now=now)

    monkeypatch.setattr(marking, "_alone", lambda: True)
    monkeypatch.setattr(marking, "mark_or_retire", mark)
    with pytest.raises(IntegrityError):
        all_at_once(mark_until_dry, range(2))


def test_feedback_asked_for_twice_at_once_is_one_score(cast: Cast) -> None:
    ids = [submission.id for submission in given(cast, "practice")]

    def ask(_: int) -> float:
        submission = Submission.objects.select_related("task__schema", "task__gold").get(id=ids[0])
        return marking.mark_practice(submission).score

    assert all_at_once(ask, range(MARKERS)) == [1.0] * MARKERS
    assert GoldScore.objects.count() == 1

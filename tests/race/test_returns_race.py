"""An answer that was sent back is corrected in the moment its time is up; the control shows the race."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import pytest
from django.utils import timezone

from review.models import SpotCheck
from review.settle import settle_answered
from review.spot_verdicts import end_overdue
from tasks.corrections import Correction, NothingToMend, correct
from tasks.models import Return, Submission
from tests.api.test_check_policies import MENDED, answer_of, counts, drawn, jobs_add_up, overdue, sent_back
from tests.cast import Cast, make_cast
from tests.race.crowd import all_at_once
from workers.models import Earning

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_it_is_either_corrected_or_given_to_others(cast: Cast) -> None:
    for _ in range(ROUNDS):
        check = drawn(cast, max_overlap=2, others=0, holds=True)
        mine = answer_of(check, cast.an)
        sent_back(cast, check)
        overdue()
        before = Earning.objects.filter(kind="correction").count()

        def corrected(mine: Submission = mine) -> bool:
            given = Correction(uuid.uuid4(), supersedes=mine.id, payload=MENDED, active_ms=1)
            try:
                return correct(annotator_id=cast.an.id, correction=given) == "accepted"
            except NothingToMend:
                return False

        acts: list[Callable[[], object]] = [corrected, lambda: end_overdue(now=timezone.now())]
        was_corrected, _ = all_at_once(lambda act: act(), acts)
        was_given_up = Earning.objects.filter(kind="correction").count() > before
        assert was_given_up != was_corrected
        assert counts(check) == (("answered", 1, 1) if was_given_up else ("answered", 2, 2))
        assert jobs_add_up(check)
        settle_answered()
        SpotCheck.objects.filter(judged_at=None).delete()


def test_who_reads_before_acting_would_act_twice(cast: Cast) -> None:
    """The control: without compare-and-set both find the answer still out."""
    sent_back(cast, drawn(cast))
    both = threading.Barrier(2)

    def reads(_: int) -> bool:
        is_out = Return.objects.filter(ended_at__isnull=True).exists()
        both.wait(timeout=30)
        Return.objects.update(ended_at=timezone.now())
        return is_out

    assert all_at_once(reads, range(2)) == [True, True]

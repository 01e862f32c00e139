"""The same report sent several times at once, as a line that answers late has it: it is one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from tasks import queue
from tasks.models import ProblemReport
from tasks.reports import Report, report_problem
from tasks.veil import veil
from tests.cast import Cast, make_cast
from tests.factories import make_batch, make_tasks
from tests.race.crowd import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 6


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def report(cast: Cast) -> Report:
    make_tasks(make_batch(cast.project), 1)
    (seat,) = queue.claim(annotator_id=cast.an.id, project_id=cast.project.id, count=1)
    return Report(task=veil(seat.task), kind="image", note="糊")


def kept(cast: Cast, report: Report) -> int:
    """How many there are after it was sent several times at once."""
    ProblemReport.objects.all().delete()
    all_at_once(lambda _: report_problem(person=cast.an, report=report), range(TIMES))
    return ProblemReport.objects.count()


def is_doubled(cast: Cast, report: Report) -> bool:
    try:
        return kept(cast, report) > 1
    except ProblemReport.MultipleObjectsReturned:
        return True


def test_a_report_sent_at_once_is_one(cast: Cast, report: Report) -> None:
    assert kept(cast, report) == 1
    ProblemReport.objects.update(handled_at=timezone.now())
    report_problem(person=cast.an, report=report)
    assert ProblemReport.objects.count() == 2, "one that was dealt with may be made again"


def test_without_the_constraint_it_is_several(cast: Cast, report: Report) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'report_open_once'")
        (index,) = cursor.fetchone()
        cursor.execute("DROP INDEX report_open_once")
    try:
        assert any(is_doubled(cast, report) for _ in range(20))
    finally:
        ProblemReport.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(index)

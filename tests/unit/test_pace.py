"""When a batch will be answered: one rule for the supervisor's floor and the client's page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from annotator.floor.batches import site_batches
from tasks.models import Batch, Job, Project
from tasks.pace import answers_left, batch_forecast, forecast, project_pace
from tests.cast import Cast
from tests.factories import make_batch, make_project, make_tasks
from workers.models import Throughput

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def worked(cast: Cast, *, count: int, ago: timedelta = timedelta(minutes=30)) -> None:
    Throughput.objects.create(person=cast.an, project=cast.project, hour=NOW - ago, submissions=count)


def test_what_is_left_is_divided_by_the_pace() -> None:
    assert forecast(answers=60, pace=30.0, state="open", now=NOW) == NOW + 2 * HOUR


def test_nothing_left_is_done_now_even_while_nobody_works() -> None:
    assert forecast(answers=0, pace=0.0, state="paused", now=NOW) == NOW


@pytest.mark.parametrize(("pace", "state"), [(0.0, "open"), (30.0, "paused"), (30.0, "closed")])
def test_without_work_there_is_no_forecast(pace: float, state: str) -> None:
    assert forecast(answers=1, pace=pace, state=state, now=NOW) is None


def test_a_snails_pace_does_not_leave_the_calendar() -> None:
    assert forecast(answers=10**9, pace=1e-9, state="open", now=NOW) is not None


def test_more_answered_than_ready_leaves_nothing() -> None:
    assert answers_left(tasks=3, answered=4, overlap=3) == 0


def test_pace_is_taken_since_the_first_hour_of_work(cast: Cast) -> None:
    worked(cast, count=15, ago=timedelta(minutes=90))
    worked(cast, count=15)
    worked(cast, count=999, ago=timedelta(hours=4, minutes=30))
    assert project_pace(projects=[cast.project.id], now=NOW) == {cast.project.id: pytest.approx(20.0)}


def test_a_batch_waits_for_those_before_it_in_its_project(cast: Cast) -> None:
    low, first, urgent = (make_batch(cast.project, priority=priority) for priority in (-1, 0, 5))
    done = make_batch(cast.project, priority=9, state="complete", closed_at=NOW, completed_at=NOW)
    for batch in (low, first, urgent, done, make_batch(make_project())):
        make_tasks(batch, 10, overlap=3)
    worked(cast, count=15)
    assert batch_forecast(batch=urgent, now=NOW) == NOW + HOUR
    assert batch_forecast(batch=first, now=NOW) == NOW + 2 * HOUR
    assert batch_forecast(batch=low, now=NOW) == NOW + 3 * HOUR


def test_the_client_is_told_what_the_supervisor_is_told(cast: Cast) -> None:
    for priority in (0, 3, 0, -2):
        make_tasks(make_batch(cast.project, priority=priority), 7 + priority)
    Job.objects.filter(batch__priority=3).update(answered=4)
    worked(cast, count=11)
    rows = site_batches(site=cast.guiyang, now=NOW)
    assert len(rows) == 4
    assert [batch_forecast(batch=row.batch, now=NOW) for row in rows] == [row.done_at for row in rows]


def test_a_forecast_costs_two_queries(cast: Cast, django_assert_num_queries: Any) -> None:
    for _ in range(5):
        make_tasks(make_batch(cast.project), 2)
    worked(cast, count=1)
    batch = Batch.objects.select_related("project").order_by("id")[3]
    with django_assert_num_queries(2):
        batch_forecast(batch=batch, now=NOW)


def test_a_paused_project_has_no_forecast(cast: Cast) -> None:
    make_tasks(make_batch(cast.project), 2)
    worked(cast, count=5)
    Project.objects.filter(id=cast.project.id).update(state="paused")
    assert batch_forecast(batch=Batch.objects.select_related("project").get(), now=NOW) is None

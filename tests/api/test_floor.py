"""The supervisor's pages: right figures, bounded queries, and nobody else's people."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.timezone import now as clock

from annotator.floor.batches import hourly_submissions, site_batches
from annotator.floor.health import queue_health
from annotator.floor.people import Now, people_now
from tasks.models import Assignment, ProblemReport
from tests.api.clients import signed_in
from tests.cast import Cast
from tests.factories import PIN, make_batch, make_person, make_tasks
from workers.models import Presence, Role, Throughput


def seen(cast: Cast, person: object, **ago: timedelta) -> None:
    now = timezone.now()
    times = {key: now - value for key, value in ago.items()}
    Presence.objects.create(person=person, project=cast.project, **times)  # type: ignore[misc]


def lease(person: object, seat: Assignment, *, left: timedelta = timedelta(minutes=10)) -> None:
    now = clock()
    Assignment.objects.filter(id=seat.id).update(
        state="leased", annotator=person, lease_token=uuid.uuid4(), leased_at=now, leased_until=now + left
    )


def states(cast: Cast) -> dict[str, Now]:
    return {row.person.username: row.state for row in people_now(site=cast.guiyang, now=timezone.now())}


def test_people_are_told_apart_by_what_they_do(cast: Cast) -> None:
    minute = timedelta(minutes=1)
    seen(cast, cast.an, started_at=60 * minute, seen_at=minute, submitted_at=minute)
    seen(cast, cast.bo, started_at=60 * minute, seen_at=minute, submitted_at=20 * minute)
    seen(cast, cast.chen, started_at=60 * minute, seen_at=30 * minute, submitted_at=31 * minute)
    assert states(cast) == {"an": Now.WORKING, "bo": Now.IDLE, "chen": Now.OFFLINE}


def test_somebody_who_has_just_started_is_working_not_idle(cast: Cast) -> None:
    seen(cast, cast.an, started_at=timedelta(seconds=20), seen_at=timedelta(seconds=5))
    assert states(cast)["an"] == Now.WORKING


def test_pace_counts_the_last_sixty_minutes_of_hourly_rollups(cast: Cast) -> None:
    now = timezone.now().replace(minute=15, second=0, microsecond=0)
    hour = now.replace(minute=0)
    for when, count in [(hour, 10), (hour - timedelta(hours=1), 40), (hour - timedelta(hours=2), 99)]:
        Throughput.objects.create(person=cast.an, project=cast.project, hour=when, submissions=count)
    row = next(row for row in people_now(site=cast.guiyang, now=now) if row.person == cast.an)
    assert row.pace == pytest.approx(10 + 40 * 0.75)


def test_forecast_divides_what_is_left_by_the_projects_pace(cast: Cast) -> None:
    batch = make_batch(cast.project)
    make_tasks(batch, 20)
    now = timezone.now().replace(minute=30, second=0, microsecond=0)
    hour = now.replace(minute=0)
    Throughput.objects.create(person=cast.an, project=cast.project, hour=hour, submissions=15)
    (row,) = site_batches(site=cast.guiyang, now=now)
    assert row.answers_left == 60
    assert row.done_at == now + timedelta(hours=2)


def test_a_quiet_project_has_no_forecast(cast: Cast) -> None:
    make_tasks(make_batch(cast.project), 2)
    (row,) = site_batches(site=cast.guiyang, now=timezone.now())
    assert row.done_at is None


def test_the_chart_shows_quiet_hours_as_zero(cast: Cast) -> None:
    now = timezone.now()
    Throughput.objects.create(
        person=cast.an,
        project=cast.project,
        hour=now.replace(minute=0, second=0, microsecond=0),
        submissions=7,
    )
    Throughput.objects.create(
        person=cast.deng,
        project=cast.project,
        hour=now.replace(minute=0, second=0, microsecond=0),
        submissions=5,
    )
    hours = hourly_submissions(site=cast.guiyang, now=now, hours=24)
    assert [count for _, count, _ in hours] == [0] * 23 + [7]


def test_queue_health_counts_open_held_and_run_out(cast: Cast) -> None:
    first, second, third, *_ = make_tasks(make_batch(cast.project), 4)
    for person, task, left in [(cast.an, first, 10), (cast.bo, second, 1), (cast.chen, third, -1)]:
        lease(person, task.assignments.get(number=1), left=timedelta(minutes=left))
    health = queue_health(site=cast.guiyang, now=timezone.now())
    assert (health.open_seats, health.leased, health.expiring, health.expired) == (9, 3, 1, 1)


def test_the_dashboards_queries_do_not_grow_with_people(
    cast: Cast, django_assert_num_queries: object
) -> None:
    make_tasks(make_batch(cast.project), 3)
    client = signed_in(cast.sun)
    client.get("/floor/live")
    with django_assert_num_queries(11):  # type: ignore[operator]
        client.get("/floor/live")
    for _ in range(20):
        seen(cast, make_person(site=cast.guiyang), started_at=timedelta(hours=1), seen_at=timedelta(0))
        make_tasks(make_batch(cast.project), 1)
    with django_assert_num_queries(11):  # type: ignore[operator]
        client.get("/floor/live")


@pytest.mark.parametrize(
    "path", ["", "live", "throughput.json", "people/", "people/add", "batches/", "reports/"]
)
def test_only_supervisors_and_operators_see_the_floor(cast: Cast, path: str) -> None:
    assert Client().get(f"/floor/{path}").status_code == 302
    for person in (cast.an, cast.rong, cast.ada):
        assert signed_in(person).get(f"/floor/{path}").status_code == 403
    for person in (cast.sun, cast.oscar):
        assert signed_in(person).get(f"/floor/{path}").status_code == 200


@pytest.mark.parametrize("action", ["pin", "pause", "resume", "release"])
def test_another_sites_people_are_out_of_reach(cast: Cast, action: str) -> None:
    client = signed_in(cast.sun)
    assert client.get(f"/floor/people/{cast.deng.id}/").status_code == 404
    assert client.post(f"/floor/people/{cast.deng.id}/{action}").status_code == 404
    cast.deng.refresh_from_db()
    assert cast.deng.check_password(PIN)
    assert not cast.deng.is_paused


def test_a_new_person_can_sign_in_with_the_pin_shown_once(cast: Cast) -> None:
    client = signed_in(cast.sun)
    form = {"display_name": "韩梅梅", "username": "Han.Mei", "language": "zh-hans"}
    page = client.post("/floor/people/add", form).content.decode()
    pin = re.search(r"data-pin>(\d{6})<", page)
    assert pin
    entered = Client().post("/sign-in", {"username": "han.mei", "password": pin.group(1)})
    assert entered.status_code == 302
    again = client.post("/floor/people/add", form)
    assert again.status_code == 200
    assert "data-pin" not in again.content.decode()


def test_a_new_pin_ends_the_old_sessions(cast: Cast) -> None:
    annotator = signed_in(cast.an)
    assert annotator.get("/desk/").status_code == 200
    signed_in(cast.sun).post(f"/floor/people/{cast.an.id}/pin")
    assert annotator.get("/desk/").status_code == 302


def test_pausing_and_resuming_twice_is_harmless(cast: Cast) -> None:
    client = signed_in(cast.sun)
    for action, paused in [("pause", True), ("pause", True), ("resume", False), ("resume", False)]:
        assert client.post(f"/floor/people/{cast.an.id}/{action}").status_code == 302
        cast.an.refresh_from_db()
        assert cast.an.is_paused is paused


def test_taking_back_opens_the_seats_again(cast: Cast) -> None:
    task = make_tasks(make_batch(cast.project), 1)[0]
    lease(cast.an, task.assignments.get(number=1))
    signed_in(cast.sun).post(f"/floor/people/{cast.an.id}/release")
    assert task.assignments.filter(state="open").count() == 3


def test_a_report_is_handled_once_and_by_its_own_site(cast: Cast) -> None:
    task = make_tasks(make_batch(cast.project), 1)[0]
    report = ProblemReport.objects.create(task=task, person=cast.an, kind="guide", note="哪一类？")
    assert "哪一类？" in signed_in(cast.sun).get("/floor/reports/").content.decode()
    assert signed_in(cast.dou).post(f"/floor/reports/{report.id}/handled").status_code == 404
    signed_in(cast.sun).post(f"/floor/reports/{report.id}/handled")
    report.refresh_from_db()
    assert report.handled_by == cast.sun
    signed_in(cast.oscar).post(f"/floor/reports/{report.id}/handled?site=guiyang")
    report.refresh_from_db()
    assert report.handled_by == cast.sun


def test_supervisors_of_two_sites_see_their_own_people(cast: Cast) -> None:
    names = {row.person.username for row in people_now(site=cast.datong, now=timezone.now())}
    assert names == {"deng"}
    assert Role.ANNOTATOR in {row.person.role for row in people_now(site=cast.datong, now=timezone.now())}


def test_a_large_site_shows_those_to_look_after_and_finds_the_others(cast: Cast) -> None:
    for n in range(60):
        make_person(site=cast.guiyang, username=f"crowd-{n}", display_name=f"Wang {n}")
    client = signed_in(cast.sun)
    page = client.get("/floor/")
    assert (len(page.context["people"]), page.context["more"]) == (25, 38)
    everybody = client.get("/floor/live?all=1&q=wang")
    assert len(everybody.context["people"]) == 60
    for words in ("wang 59", "CROWD-59"):
        (row,) = client.get("/floor/live", {"q": words}).context["people"]
        assert row.person.display_name == "Wang 59"
    nobody = client.get("/floor/live", {"q": "<b>"})
    assert "&lt;b&gt;" in nobody.content.decode()

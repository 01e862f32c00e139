"""Agreement, the quality report and what changed between releases, in Chinese, on a PC and on a phone."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from review import builder
from review.adjudicate import Verdict
from review.differences import find_next
from review.models import CheckPolicy, Release, SpotCheck
from review.releases import request_release
from review.settle import settle_answered
from review.spot_verdicts import fix_check
from tasks.models import Batch, Task
from tests.cast import Cast
from tests.e2e.desk import ingest
from tests.e2e.screens import PC, PHONE, WIDER, keep_picture
from tests.e2e.test_review import cast, photographs  # noqa: F401
from tests.factories import PASSWORD, box, payload
from tests.labelling import answer
from workers.models import Person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
NAMES = ("esp8266", "arduino-nano")


def worked_on(cast: Cast) -> Batch:  # noqa: F811
    """Six photographs that An and Bo answered, one of them under two names; all but that one are settled."""
    CheckPolicy.objects.create(project=cast.project, rate=1, seed=7)
    ingest(cast, cast.project, photographs(6))
    tasks = list(Task.objects.filter(project=cast.project).order_by("id"))
    for person, names in ((cast.an, NAMES * 3), (cast.bo, [NAMES[1], *(NAMES * 3)[1:]])):
        given = {
            task.id: payload(box(100, 100, 200 + i, 150, label=name), box(500, 300, 90, 60 + i, id="b"))
            for i, (task, name) in enumerate(zip(tasks, names, strict=True))
        }
        answer(person, cast.project, given)
    settle_answered()
    return Batch.objects.get(project=cast.project)


def opened(browser: Browser, server: LiveServer, username: str, path: str) -> Page:
    Person.objects.filter(username=username).update(language="zh-hans")
    found = browser.new_context(viewport=PC, locale="zh-CN").new_page()
    found.goto(f"{server.url}/sign-in?next={path}")
    found.fill("input[name=username]", username)
    found.fill("input[name=password]", PASSWORD)
    found.keyboard.press("Enter")
    found.wait_for_url(f"{server.url}{path}")
    return found


def looked_at(page: Page, name: str) -> None:
    """On a PC and on a phone: nothing is wider than the window."""
    for where, size in (("pc", PC), ("phone", PHONE)):
        page.set_viewport_size(size)
        assert page.evaluate(WIDER) <= 0, where
        keep_picture(page, f"{name}-{where}-zh", full_page=True)
    page.set_viewport_size(PC)


def test_a_confusion_leads_to_the_images_behind_it(
    browser: Browser,
    live_server: LiveServer,
    cast: Cast,  # noqa: F811
) -> None:
    batch = worked_on(cast)
    page = opened(browser, live_server, "rong", f"/review/projects/{cast.project.id}/agreement/")
    looked_at(page, "agreement")
    page.locator("td.other a").first.click()
    expect(page.locator(".thumb")).to_have_count(1)
    looked_at(page, "behind")

    report = opened(browser, live_server, "ada", f"/portal/batches/{batch.id}/quality")
    looked_at(report, "report")
    report.emulate_media(media="print")
    keep_picture(report, "report-print-zh", full_page=True)
    report.emulate_media(media="screen")
    report.locator("td.same a").first.click()
    expect(report.locator(".thumb")).not_to_have_count(0)
    looked_at(report, "report-behind")
    report.locator("a.thumb").first.click()
    expect(report.locator(".drawn")).to_be_visible()


def test_what_changed_between_two_releases_is_seen(
    browser: Browser,
    live_server: LiveServer,
    cast: Cast,  # noqa: F811
) -> None:
    worked_on(cast)
    for check in [None, SpotCheck.objects.order_by("id")[0]]:
        if check is not None:
            corrected = payload(box(110, 100, 200, 150, label="raspberry-pi-3"), box(20, 20, 60, 60, id="n"))
            fix_check(person=cast.rong, check_id=check.id, verdict=Verdict(uuid.uuid4(), corrected))
        request_release(project=cast.project, batch=None, formats=["coco"], person=None)
        assert builder.build_next()
    newer = Release.objects.latest("version")
    page = opened(browser, live_server, "ada", f"/portal/releases/{newer.id}/")
    page.get_by_role("link", name="变化").click()
    expect(page.locator(".spinner")).to_be_visible()
    keep_picture(page, "difference-waiting-zh")
    find_next()
    expect(page.locator(".thumb")).to_have_count(1)
    looked_at(page, "difference")
    page.goto(f"{live_server.url}/portal/releases/?batch=1")
    looked_at(page, "releases-form")
    page.goto(f"{live_server.url}/portal/projects/{cast.project.id}/quality/")
    looked_at(page, "quality-form")

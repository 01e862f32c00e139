"""Comments and returned answers in a real browser: pinned by click and by keys, on a phone in Chinese."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from review.models import CheckPolicy, Comment, SpotCheck, Thread
from review.settle import settle_answered
from review.spot_verdicts import Rejection, judge_check
from tasks.models import Project, Submission, Task
from tests.cast import Cast
from tests.e2e.desk import ingest
from tests.e2e.screens import PHONE, WIDER, keep_picture
from tests.e2e.test_review import (  # noqa: F401
    LEFT,
    all_sent,
    cast,
    disputes,
    page,
    photographs,
    press,
    sign_in,
    start,
)
from tests.factories import PIN
from tests.labelling import answer_all
from workers.models import Person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


def at_desk(browser: Browser, server: LiveServer, path: str, **options: Any) -> Page:
    """An's browser."""
    Person.objects.filter(username="an").update(language="zh-hans")
    found = browser.new_context(**options).new_page()
    found.goto(f"{server.url}/sign-in?next={path}")
    found.fill("input[name=username]", "an")
    found.fill("input[name=password]", PIN)
    found.keyboard.press("Enter")
    found.wait_for_url(f"{server.url}{path}")
    return found


def test_a_reviewer_writes_by_keys_and_the_author_replies_on_a_phone(
    page: Page,  # noqa: F811
    browser: Browser,
    live_server: LiveServer,
    cast: Cast,  # noqa: F811
) -> None:
    (case,) = disputes(cast, 1)
    start(page, live_server, case)
    mine = Submission.objects.get(task=case.task_id, annotator=cast.an)
    letters = page.locator(".answer").all_inner_texts()
    assert len(letters) == 3
    # Whichever of the two answers is An's: its one object is selected, and C writes about it.
    for key in ("1", "2"):
        press(page, key, "Tab", "c")
        expect(page.locator("dialog textarea")).to_be_focused()
        page.keyboard.type("Nearer to the edge, please. e d x")
        keep_picture(page, "talk-dialog-en")
        press(page, "Control+Enter")
        expect(page.locator("dialog")).to_have_count(0)
        expect(page.locator(".talks")).to_contain_text("Nearer to the edge")
        expect(page.locator(".pins circle")).to_have_count(1)
    keep_picture(page, "talk-bench-en")
    thread = Thread.objects.get(annotator=cast.an)
    assert thread.shape == mine.payload["shapes"][0]["id"]
    assert set(Comment.objects.values_list("words", flat=True)) == {"Nearer to the edge, please. e d x"}

    path = reverse("desk-comments", args=[mine.id])
    reader = at_desk(browser, live_server, path, viewport=PHONE, locale="zh-CN")
    assert reader.evaluate(WIDER) <= 0
    keep_picture(reader, "talk-phone-zh", full_page=True)
    reader.locator(f"#reply-{thread.id}").fill("看不清，边缘被挡住了。")
    reader.locator(f"#thread-{thread.id} form button").first.click()
    expect(reader.locator(".talk .own")).to_contain_text("看不清")

    page.goto(f"{live_server.url}/review/comments/")
    keep_picture(page, "talk-waiting-en")
    page.locator(".thumb").first.click()
    expect(page.locator(".talk")).to_contain_text("看不清")
    keep_picture(page, "talk-page-en", full_page=True)
    page.locator("#pinned").click(position={"x": 400, "y": 300})
    expect(page.locator("#about")).to_have_value("place")
    expect(page.locator("#words")).to_be_focused()
    page.keyboard.type("And what is this?")
    page.get_by_role("button", name="Send").last.click()
    expect(page.locator(".place")).to_have_count(1)
    assert Thread.objects.filter(x__gt=0, y__gt=0).count() == 1


def test_an_answer_that_came_back_is_corrected_in_the_workbench(
    browser: Browser,
    live_server: LiveServer,
    cast: Cast,  # noqa: F811
) -> None:
    Project.objects.filter(id=cast.project.id).update(overlap=2, max_overlap=2)
    CheckPolicy.objects.create(project=cast.project, rate=1, seed=7, again="same")
    ingest(cast, cast.project, photographs(2))
    task = Task.objects.filter(project=cast.project).order_by("id")[0]
    answer_all([cast.an, cast.bo], cast.project, {task.id: LEFT})
    settle_answered()
    mine = Submission.objects.get(task=task, annotator=cast.an)
    rejections = {mine.id: Rejection("geometry", "再靠右一点")}
    check = SpotCheck.objects.get()
    judge_check(person=cast.rong, check_id=check.id, rejections=rejections, send_on=True)
    desk = at_desk(
        browser, live_server, "/desk/mine/", viewport={"width": 1366, "height": 768}, locale="zh-CN"
    )
    keep_picture(desk, "mine-back-zh", full_page=True)
    desk.locator(f'a.button[href$="{mine.id}/mend/"]').click()
    expect(desk.locator(".picture-layer img")).to_have_count(1)
    expect(desk.locator(".reason")).to_contain_text("再靠右一点")
    press(desk, "x", "s", "c")
    expect(desk.get_by_role("alertdialog")).to_have_count(0)
    keep_picture(desk, "mend-zh")
    press(desk, "Tab", "Shift+ArrowRight", "Enter")
    expect(desk.locator(".start-card")).to_be_visible()
    expect(desk.locator(".bar .lamp.good")).to_be_visible()
    keep_picture(desk, "mended-zh")
    corrected = Submission.objects.current().get(task=task, annotator=cast.an)
    assert corrected.payload["shapes"][0]["box"][0] == 110
    task.refresh_from_db()
    assert task.state == "answered"

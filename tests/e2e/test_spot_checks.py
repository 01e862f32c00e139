"""A spot check in a real browser: put right in the workbench, an answer rejected, its author reads why."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from review.models import CheckedAnswer, CheckPolicy, Consensus, SpotCheck
from review.settle import settle_answered
from tasks.models import Submission, Task
from tests.cast import Cast
from tests.e2e.desk import ingest
from tests.e2e.screens import PHONE, WIDER, keep_picture
from tests.e2e.test_review import LEFT, all_sent, cast, page, photographs, press, sign_in  # noqa: F401
from tests.labelling import answer_all

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


def drawn(cast: Cast) -> SpotCheck:  # noqa: F811
    CheckPolicy.objects.create(project=cast.project, rate=1, seed=7)
    ingest(cast, cast.project, photographs(2))
    task = Task.objects.filter(project=cast.project).order_by("id")[0]
    answer_all([cast.an, cast.bo], cast.project, {task.id: LEFT})
    settle_answered()
    return SpotCheck.objects.get()


def test_a_check_is_put_right_and_an_answer_rejected(
    page: Page,  # noqa: F811
    live_server: LiveServer,
    cast: Cast,  # noqa: F811
) -> None:
    check = drawn(cast)
    sign_in(page, live_server)
    page.get_by_role("link", name="Spot checks").click()
    keep_picture(page, "checks-en")
    page.get_by_role("link", name="Start checking").click()
    expect(page.get_by_role("heading", name="Answer B")).to_be_visible()
    keep_picture(page, "check-en", full_page=True)
    page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER) <= 0
    keep_picture(page, "check-phone", full_page=True)
    page.set_viewport_size({"width": 1366, "height": 768})
    page.get_by_role("link", name="Put it right").click()
    expect(page.locator(".picture-layer img")).to_have_count(1)
    press(page, "Tab", "Shift+ArrowRight")
    keep_picture(page, "check-fix-en")
    press(page, "Enter")
    all_sent(page)
    consensus = Consensus.objects.get(task=check.task_id)
    assert (consensus.source, consensus.payload["shapes"][0]["box"][0]) == ("check", 110)
    page.get_by_role("link", name="All projects").first.click()
    expect(page.get_by_text("Put right by you")).to_be_visible()
    mine = Submission.objects.get(task=check.task_id, annotator=cast.an)
    page.locator(f"#reason-{mine.id}").select_option("geometry")
    page.locator(f"#note-{mine.id}").fill("The board ends farther right.")
    page.get_by_role("button", name="Done, next check").click()
    expect(page.get_by_text("Nothing to check")).to_be_visible()
    assert CheckedAnswer.objects.get(rejected=True).submission == mine


def test_the_author_reads_why(browser: Browser, live_server: LiveServer, cast: Cast) -> None:  # noqa: F811
    check = drawn(cast)
    from_rong = SpotCheck.objects.filter(id=check.id)
    from_rong.update(reviewer=cast.rong, outcome="stands", judged_at=check.drawn_at)
    CheckedAnswer.objects.create(
        check_made=check,
        submission=Submission.objects.get(task=check.task_id, annotator=cast.an),
        rejected=True,
        reason="missed",
        note="Below the cable.",
    )
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    reader = context.new_page()
    reader.goto(f"{live_server.url}/sign-in?next=/desk/mine/")
    reader.fill("input[name=username]", "an")
    reader.fill("input[name=password]", "271828")
    reader.keyboard.press("Enter")
    expect(reader.get_by_text("Below the cable.")).to_be_visible()
    assert reader.evaluate(WIDER) <= 0
    keep_picture(reader, "rejected-phone", full_page=True)
    context.close()

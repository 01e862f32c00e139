"""Practice in a real browser: the guide, one's answer against the right one, and into the work."""

from __future__ import annotations

import random

import pytest
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from review.gold import supply_gold
from tasks.models import Batch, Entrance, GoldTask, Project, Submission
from tasks.pointed import Pointed
from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.cable import cable
from tests.e2e.desk import LINE_BACK, Desk, Truth, ingest
from tests.e2e.screens import keep_picture
from tests.e2e.test_offline_pack import KEPT
from tests.e2e.test_workbench_modes import serious
from tests.factories import box, payload

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
SPEC_ORDER = ["arduino-nano", "esp8266", "raspberry-pi-3", "heltec-esp32-lora"]


@pytest.fixture
def cast(live_server: LiveServer, known: Truth) -> Cast:
    """Four photographs of boards, two of them to practise on, with what the data's own annotators drew."""
    cast = make_cast()
    names = sorted(known)[:4]
    ingest(cast, cast.project, [data_folder("boxes_voc") / "train" / name for name in names])
    items = [
        Pointed(
            payload=payload(*(box(*b, label=c, id=f"k{i}") for i, (c, b) in enumerate(known[name]))),
            name=name,
        )
        for name in names[:2]
    ]
    supply_gold(
        batch=Batch.objects.get(), kind=GoldTask.Kind.PRACTICE, items=items, by=None, rng=random.Random(1)
    )
    Project.objects.filter(id=cast.project.id).update(practice_pass_mark=0.8)
    return cast


def draw_what_is_known(desk: Desk, known: Truth) -> None:
    desk.wait_for_image()
    for label, drawn in known[desk.image]:
        desk.draw(drawn)
        desk.press(f"Digit{SPEC_ORDER.index(label) + 1}")


def test_a_newcomer_practises_until_the_mark_and_then_works(
    context: BrowserContext, live_server: LiveServer, cast: Cast, known: Truth
) -> None:
    desk = Desk(context, live_server, "an")
    assert "Practice comes first" in desk.page.locator(".start-card").inner_text()
    desk.press("Enter")
    desk.page.wait_for_selector("text=First some practice")
    assert serious(desk.page) == []
    keep_picture(desk.page, "practice-introduction")
    desk.press("Enter")
    for said in ["At least 1 more", "You have passed"]:
        draw_what_is_known(desk, known)
        desk.press("Enter")
        desk.page.wait_for_selector(f"text={said}")
        panel = desk.page.locator(".practice-panel").inner_text()
        assert "Just right" in panel
        expect(desk.page.locator(".practice-picture .right path")).not_to_have_count(0)
        assert serious(desk.page) == []
        keep_picture(desk.page, f"practice-{said}")
        desk.press("Enter")
    desk.wait_for_image()
    assert Entrance.objects.get(person=cast.an).state == "passed"
    assert set(Submission.objects.values_list("purpose", flat=True)) == {"practice"}
    assert desk.faults == []


def opened_anew(desk: Desk, context: BrowserContext) -> None:
    desk.page.close()
    desk.page = context.new_page()
    desk.page.goto(f"{desk.url}/desk/")


def test_a_line_that_drops_delays_the_comparison_and_a_reload_does_not_lose_it(
    context: BrowserContext, live_server: LiveServer, cast: Cast, known: Truth
) -> None:
    with cable(live_server.url) as line:
        desk = Desk(context, line, "an")
        desk.page.wait_for_function(KEPT)
        desk.press("Enter")
        desk.page.get_by_text("First some practice").wait_for()
        desk.press("Enter")
        draw_what_is_known(desk, known)
        line.pull()
        desk.press("Enter")
        for _again in range(2):
            desk.page.get_by_text("Your answer is safe on this computer").wait_for()
            desk.state("1 not yet sent")
            keep_picture(desk.page, "practice-without-a-line")
            opened_anew(desk, context)
        assert not Submission.objects.exists()
        line.put_back()
        desk.page.get_by_text("At least 1 more").wait_for(timeout=LINE_BACK)
        assert "Just right" in desk.page.locator(".practice-panel").inner_text()
        opened_anew(desk, context)
        desk.page.get_by_text("At least 1 more").wait_for()
        desk.press("Enter")
        desk.page.get_by_text("First some practice").wait_for()
        desk.state("Saved")
        opened_anew(desk, context)
        # It has been seen: what comes is the next image, with the guide anew.
        desk.page.get_by_text("First some practice").wait_for()
        desk.press("Enter")
        desk.wait_for_image()
        assert Submission.objects.get().purpose == "practice"
        assert desk.faults == []

"""A ten-inch tablet, upright and across, with fingers alone: all of a day's work is there, large enough."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession
from pytest_django.live_server_helper import LiveServer

from tasks.models import Submission
from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.desk import Desk, Truth, ingest
from tests.e2e.drawing import Hand
from tests.e2e.screens import WIDER, keep_picture
from tests.factories import make_project

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

SIZES = {"upright": (800, 1180), "across": (1180, 800)}
SPEC = {
    "classes": [
        {"key": "board", "names": {"en": "Board", "zh-hans": "开发板"}, "geometries": ["box", "polygon"]},
        {"key": "chip", "names": {"en": "Chip", "zh-hans": "芯片"}, "geometries": ["box"]},
    ],
    "tags": [],
}
# WCAG 2.2, 2.5.8: 24 by 24 CSS pixels at least. What is seen of each thing that a finger is meant for.
SMALL = """() => [...document.querySelectorAll('button, a[href], summary, select, input')]
  .filter((one) => one.checkVisibility() && !one.matches('.skip-link'))
  .map((one) => [(one.closest('label') ?? one).getBoundingClientRect(), one])
  .filter(([{ width, height }]) => width < 24 || height < 24)
  .map(([{ width, height }, one]) => `${one.outerHTML.slice(0, 80)}: ${width} by ${height}`)"""
# A button that is narrower than what stands on it.
CROWDED = """() => [...document.querySelectorAll('.button')]
  .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
  .map((one) => `${one.textContent}: ${one.scrollWidth} in ${one.clientWidth}`)"""
# Whatever does not scroll lies in the window.
CUT_OFF = """(selector) => [...document.querySelectorAll(selector)]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.getBoundingClientRect(), one])
  .filter(([r]) => Math.min(r.left, r.top, innerWidth - r.right, innerHeight - r.bottom) < -1)
  .map(([r, one]) => `${one.outerHTML.slice(0, 80)}: ${[r.left, r.top, r.right, r.bottom]}`)"""
FIXED = ", ".join(
    (
        *(".bar > *", ".tools", ".panel-foot .button", ".hint", "dialog[open]"),
        *(".menu[open] .menu-list", ".pack[open] .pack-list"),
    )
)


class Fingers:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.hand = Hand(desk)
        self.session: CDPSession = desk.page.context.new_cdp_session(desk.page)

    def send(self, kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(places)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def slide(self, *ways: tuple[tuple[float, float], tuple[float, float]]) -> None:
        """Each finger from one place of the window to another."""
        self.send("touchStart", *(start for start, _end in ways))
        for step in (0.3, 0.6, 1.0):
            places = [(a[0] + (b[0] - a[0]) * step, a[1] + (b[1] - a[1]) * step) for a, b in ways]
            self.send("touchMove", *places)
        self.send("touchEnd")

    def tap(self, x: float, y: float) -> None:
        self.send("touchStart", self.hand.at(x, y))
        self.send("touchEnd")


@pytest.fixture(params=SIZES)
def tablet(browser: Browser, request: pytest.FixtureRequest) -> Iterator[tuple[str, BrowserContext]]:
    width, height = SIZES[request.param]
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    yield request.param, context
    context.close()


@pytest.fixture
def cast(live_server: LiveServer, known: Truth) -> Cast:
    cast = make_cast()
    project = make_project(SPEC, organization=cast.mill, sites=[cast.guiyang], name="Pieces")
    ingest(cast, project, [data_folder("boxes_voc") / "train" / name for name in sorted(known)[:2]])
    return cast


def test_a_task_is_done_with_fingers(
    tablet: tuple[str, BrowserContext], live_server: LiveServer, cast: Cast
) -> None:
    name, context = tablet
    desk = Desk(context, live_server, "an")
    page = desk.page
    problems: dict[str, Any] = {}

    def look(at: str) -> None:
        wider = page.evaluate(WIDER)
        found = (
            page.evaluate(SMALL) + page.evaluate(CUT_OFF, FIXED) + ([f"{wider} wider"] if wider > 0 else [])
        )
        if found:
            problems[at] = found
        keep_picture(page, f"tablet-{name}-{at}")

    look("start")
    page.locator(".projects").get_by_text("Pieces").tap()
    page.get_by_role("button", name="Start").tap()
    desk.wait_for_image()
    fingers = Fingers(desk)
    hand = fingers.hand
    look("task")

    fingers.slide((hand.at(100, 100), hand.at(300, 250)))
    page.locator(".rows li").nth(0).wait_for()
    before = hand.at(0, 0)
    middle = hand.at(400, 300)
    left, right = (middle[0] - 60, middle[1]), (middle[0] + 60, middle[1])
    fingers.slide((left, (left[0] + 50, left[1] + 40)), (right, (right[0] + 50, right[1] + 40)))
    assert hand.at(0, 0) == pytest.approx((before[0] + 50, before[1] + 40), abs=3), (
        "two fingers move the image"
    )
    apart = hand.at(800, 0)[0] - hand.at(0, 0)[0]
    fingers.slide((left, (left[0] - 60, left[1])), (right, (right[0] + 60, right[1])))
    assert hand.at(800, 0)[0] - hand.at(0, 0)[0] > 1.5 * apart, "and bring it nearer"
    assert desk.boxes == 1, "neither draws"
    page.get_by_role("button", name="Fit").tap()

    page.get_by_role("button", name="Polygon").first.tap()
    for x, y in ((400, 320), (600, 330), (580, 480), (410, 470), (400, 320)):
        fingers.tap(x, y)
    page.locator(".rows li").nth(1).wait_for()
    look("drawn")

    for summary, at in ((".pack > summary", "pack"), ("details.menu > summary", "menu")):
        page.locator(summary).tap()
        look(at)
        page.locator(summary).tap()
    for button, at in (("Skip", "skip"), ("Guide", "guide"), ("Report a problem", "report")):
        page.get_by_role("button", name=button).first.tap()
        page.locator("dialog[open]").wait_for()
        look(at)
        page.locator("dialog[open]").get_by_role("button", name="Close").tap()
        page.locator("dialog[open]").wait_for(state="detached")
    page.locator("details.menu > summary").tap()
    page.get_by_role("button", name="Picture, hand, rest").tap()
    look("comfort")
    page.get_by_label("For the left hand").tap()
    page.locator("dialog[open]").get_by_role("button", name="Close").tap()
    look("left-handed")

    page.get_by_role("button", name="Submit").tap()
    desk.state("All sent")
    (sent,) = Submission.objects.filter(annotator=cast.an)
    box, polygon = sent.payload["shapes"]
    assert box["box"] == pytest.approx([100, 100, 200, 150], abs=2)
    assert list(polygon["polygon"][0]) == pytest.approx([400, 320, 600, 330, 580, 480, 410, 470], abs=2)
    assert problems == {}, json.dumps(problems, indent=1)
    assert desk.faults == []

"""What only a browser shows of the view and the comforts: where things are, what follows the pointer."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image as Picture
from PIL import ImageStat
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.desk import Desk, Truth, ingest
from tests.e2e.drawing import Hand
from tests.e2e.screens import keep_picture

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


@pytest.fixture
def cast(live_server: LiveServer, known: Truth) -> Cast:
    cast = make_cast()
    ingest(cast, cast.project, [data_folder("boxes_voc") / "train" / name for name in sorted(known)[:2]])
    return cast


def test_the_view_is_as_the_person_wants_it(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    page, hand = desk.page, Hand(desk)
    desk.draw((100, 100, 200, 150))
    desk.state("Saved")
    page.locator("details.menu summary").click()
    assert re.match(r"This image \d+ KB, \d+ KB a task", page.locator(".menu-note").inner_text())
    desk.press("Escape", "Escape", "KeyV")
    hovering_tells_what_a_click_takes(desk, hand)
    the_crosshair_follows_the_pointer(desk, hand)
    the_picture_is_brighter_and_as_it_is_again(desk)
    hands_change_sides(desk)
    page.reload()
    desk.wait_for_image()
    page.wait_for_function("() => document.querySelector('.panel').getBoundingClientRect().left === 0")
    assert desk.faults == []


def left_of(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box
    return box["x"]


def hovering_tells_what_a_click_takes(desk: Desk, hand: Hand) -> None:
    hovered = desk.page.locator(".hovered")
    desk.page.mouse.move(*hand.at(200, 175))
    hovered.wait_for()
    desk.page.mouse.move(*hand.at(600, 500))
    hovered.wait_for(state="detached")


def the_crosshair_follows_the_pointer(desk: Desk, hand: Hand) -> None:
    desk.press("n")
    lines = desk.page.locator(".crosshair path").last
    for place in ((300, 300), (500, 200)):
        x, y = hand.at(*place)
        desk.page.mouse.move(x, y)
        lines.wait_for()
        box = lines.bounding_box()
        stage = desk.page.locator("#stage").bounding_box()
        assert box
        assert stage
        assert (box["width"], box["height"]) == pytest.approx((stage["width"], stage["height"]), abs=2)
        at = [float(number) for number in re.findall(r"[\d.]+", lines.get_attribute("d") or "")]
        assert (at[1], at[3]) == pytest.approx((y - stage["y"], x - stage["x"]), abs=1)
    desk.press("KeyC")
    lines.wait_for(state="detached")
    desk.press("KeyC")
    lines.wait_for()
    desk.press("Escape", "KeyV")


def the_picture_is_brighter_and_as_it_is_again(desk: Desk) -> None:
    page = desk.page
    before = grey(page)
    for name, value, brighter in (
        ("Brightness", "2", True),
        ("Brightness", "0.5", False),
        ("Contrast", "3", None),
        ("Dark parts (gamma)", "3", True),
    ):
        desk.press("Shift+KeyE")
        page.get_by_role("slider", name=name).fill(value)
        desk.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")
        now = grey(page)
        if brighter is None:
            assert now[1] > 1.3 * before[1], "more contrast spreads the greys"
        else:
            assert (now[0] > before[0] * 1.1) if brighter else (now[0] < before[0] * 0.8), name
        if name == "Brightness" and value == "2":
            keep_picture(page, "comfort-bright")
        desk.press("Shift+KeyE")
        page.get_by_role("button", name="Show pictures as they are").click()
        desk.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")
        assert grey(page) == pytest.approx(before, rel=0.02)


def grey(page: Page) -> tuple[float, float]:
    """Mean and spread of the picture's lower part, where nothing is drawn."""
    page.mouse.move(0, 0)
    stage = page.locator("#stage").bounding_box()
    assert stage
    clip = {"x": stage["x"] + 200, "y": stage["y"] + 350, "width": 500.0, "height": 200.0}
    picture = Picture.open(io.BytesIO(page.screenshot(clip=clip))).convert("L")  # type: ignore[arg-type]
    seen = ImageStat.Stat(picture)
    return seen.mean[0], seen.stddev[0]


def hands_change_sides(desk: Desk) -> None:
    page = desk.page
    assert left_of(page, ".tools") == 0 < left_of(page, ".panel")
    desk.press("Shift+KeyE")
    page.get_by_label("For the left hand").check()
    desk.press("Escape")
    assert left_of(page, ".panel") == 0 < left_of(page, ".tools")
    stage = page.locator("#stage").bounding_box()
    panel = page.locator(".panel").bounding_box()
    assert stage
    assert panel
    assert stage["x"] >= panel["x"] + panel["width"], "the panel covers nothing of the image"
    assert stage["x"] + stage["width"] <= left_of(page, ".tools")
    keep_picture(page, "comfort-left")

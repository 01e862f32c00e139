"""What only a browser shows of the view and the comforts: where things are, what follows the pointer."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image as Picture
from PIL import ImageStat
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from tasks.models import Submission
from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.desk import Desk, Truth, ingest
from tests.e2e.drawing import Hand
from tests.e2e.screens import keep_picture
from tests.factories import make_project

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

# How the page is arranged when the work is first in it.
FIRST_DRAWN = """new MutationObserver((_, observer) => {
    if (!document.querySelector(".panel")) return;
    window.firstDrawn = document.documentElement.className;
    observer.disconnect();
}).observe(document, { childList: true, subtree: true });"""


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
    name, line = page.locator(".menu-note").all_inner_texts()
    assert name == desk.image
    assert re.match(r"This image \d+ KB, \d+ KB a task", line)
    desk.press("Escape", "Escape", "KeyV")
    hovering_tells_what_a_click_takes(desk, hand)
    the_crosshair_follows_the_pointer(desk, hand)
    the_picture_is_brighter_and_as_it_is_again(desk)
    hands_change_sides(desk)
    desk.state("Saved")
    context.add_init_script(FIRST_DRAWN)
    page.reload()
    desk.wait_for_image()
    assert page.evaluate("firstDrawn") == "left-handed", "nothing changes sides under the person's eyes"
    assert left_of(page, ".panel") == 0
    assert desk.faults == []


def test_a_class_far_down_a_long_list_gets_a_key_of_ones_own(
    context: BrowserContext, live_server: LiveServer, cast: Cast, known: Truth
) -> None:
    names = [{"key": f"part-{n}", "names": {"en": f"Part {n}", "zh-hans": f"零件{n}"}} for n in range(1, 121)]
    project = make_project(
        {"classes": names}, organization=cast.mill, name="Parts", priority=5, sites=[cast.guiyang]
    )
    ingest(cast, project, [data_folder("boxes_voc") / "train" / sorted(known)[0]])
    desk = Desk(context, live_server, "an")
    desk.page.get_by_text("Parts", exact=True).click()
    desk.start()
    desk.draw((60, 60, 150, 120))
    desk.press("Control+KeyF")
    desk.page.keyboard.type("Part 87")
    desk.press("Enter", "Alt+Digit3")
    desk.page.get_by_text("3 is the key of Part 87 now.").wait_for()
    desk.press("Escape", "Digit1")
    desk.draw((300, 60, 150, 120))
    desk.press("Escape", "Digit3")
    third = desk.page.locator("#panel .very-many .option").nth(2)
    expect(third).to_have_text(re.compile(r"Part 87\s*3"))
    keep_picture(desk.page, "comfort-given")
    desk.page.reload()
    desk.wait_for_image()
    desk.draw((520, 60, 150, 120))
    desk.press("Digit1", "Digit3")
    desk.submit()
    desk.state("All sent")
    (stored,) = Submission.objects.filter(annotator=cast.an)
    assert [shape["class"] for shape in stored.payload["shapes"]] == ["part-87", "part-1", "part-87"]
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
    page.wait_for_selector("html.left-handed")
    assert left_of(page, ".panel") == 0 < left_of(page, ".tools")
    stage = page.locator("#stage").bounding_box()
    panel = page.locator(".panel").bounding_box()
    assert stage
    assert panel
    assert stage["x"] >= panel["x"] + panel["width"], "the panel covers nothing of the image"
    assert stage["x"] + stage["width"] <= left_of(page, ".tools")
    keep_picture(page, "comfort-left")


def work_for(page: Page, minutes: int) -> None:
    """A key now and then: five minutes without one are a rest."""
    for _ in range(minutes // 4):
        page.clock.fast_forward("04:00")
        page.keyboard.press("KeyF")


def rest_after(desk: Desk, choice: str) -> None:
    desk.press("Shift+KeyE")
    desk.page.get_by_label("Propose a rest after").select_option(choice)
    desk.press("Escape")
    desk.page.wait_for_selector("dialog[open]", state="detached")


def test_a_rest_is_proposed_in_the_time_that_the_person_has_set(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    context.clock.install()
    desk = Desk(context, live_server, "an")
    desk.start()
    page = desk.page
    desk.draw((100, 100, 200, 150))  # the first press begins the clock
    proposal = page.get_by_text("You have worked for 50 minutes")
    work_for(page, 48)
    expect(proposal).to_have_count(0)
    work_for(page, 4)
    expect(proposal).to_be_visible()
    keep_picture(page, "comfort-rest")
    desk.submit()
    desk.wait_for_image()
    expect(proposal).to_be_visible()
    page.locator(".low").get_by_role("button", name="Close").click()
    expect(proposal).to_have_count(0)

    rest_after(desk, "25 minutes")
    page.reload()
    desk.start()
    desk.press("KeyF")
    proposal = page.get_by_text("You have worked for 25 minutes")
    work_for(page, 24)
    expect(proposal).to_have_count(0)
    work_for(page, 4)
    expect(proposal).to_be_visible()
    page.clock.fast_forward("01:01")
    expect(proposal).to_have_count(0)

    rest_after(desk, "never")
    work_for(page, 100)
    expect(page.get_by_text("You have worked for")).to_have_count(0)
    assert desk.faults == []


def key_of(page: Page, name: str) -> Locator:
    return page.get_by_title(f"Change the key for: {name}", exact=True)


def open_sheet(desk: Desk) -> None:
    desk.press("F1")
    desk.page.get_by_role("heading", name="Keyboard shortcuts").wait_for()


def guide_of(page: Page) -> Locator:
    return page.get_by_role("heading", name="Guide", exact=True)


def leads_to_guide(desk: Desk, key: str) -> None:
    desk.press(key)
    guide_of(desk.page).wait_for()
    desk.press("Escape")
    guide_of(desk.page).wait_for(state="detached")


def leads_nowhere(desk: Desk, key: str) -> None:
    desk.press(key)
    desk.page.wait_for_timeout(1000)  # the guide's part has long come
    assert guide_of(desk.page).count() == 0


def test_a_key_is_changed_on_the_shortcut_sheet_and_given_back(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    page = desk.page
    leads_to_guide(desk, "KeyG")
    open_sheet(desk)
    key_of(page, "Guide").click()
    page.get_by_text("Press the new key, Esc keeps the old one").wait_for()
    expect(key_of(page, "Guide").locator("kbd")).to_have_text("…")
    keep_picture(page, "rekey-waiting")
    desk.press("F9")
    expect(key_of(page, "Guide").locator("kbd")).to_have_text("F9")

    key_of(page, "Skip").focus()
    desk.press("Enter")
    expect(key_of(page, "Skip").locator("kbd")).to_have_text("…")
    desk.press("F9")
    page.get_by_text("F9 already means: Guide").wait_for()
    keep_picture(page, "rekey-taken")
    desk.press("Escape")
    expect(key_of(page, "Skip").locator("kbd")).to_have_text("S")
    desk.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    leads_to_guide(desk, "F9")
    leads_nowhere(desk, "KeyG")
    desk.state("Saved")

    page.reload()
    desk.start()
    leads_to_guide(desk, "F9")
    open_sheet(desk)
    page.get_by_role("button", name="All keys as they were").click()
    expect(key_of(page, "Guide").locator("kbd")).to_have_text("G")
    desk.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    leads_to_guide(desk, "KeyG")
    leads_nowhere(desk, "F9")
    assert desk.faults == []


def fills_its_half(desk: Desk, hand: Hand, left: float, top: float, width: float, height: float) -> None:
    """The object is in the middle of the view, and half as large in the one direction that has less room."""
    stage = desk.page.locator("#stage").bounding_box()
    assert stage
    (x0, y0), (x1, y1) = hand.at(left, top), hand.at(left + width, top + height)
    middle = (stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2)
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx(middle, abs=2)
    share = max((x1 - x0) / stage["width"], (y1 - y0) / stage["height"])
    assert 0.47 < share <= 0.5


def test_the_next_and_the_previous_object_are_looked_at_closely(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    hand = Hand(desk)
    wide, high = (100, 150, 80, 20), (500, 300, 30, 120)
    for box in (wide, high):
        desk.draw(box)
    desk.press("Escape", "KeyV")
    selected = desk.page.locator(".row-chosen")
    seen = []
    for key in ("Tab", "Tab", "Shift+Tab"):
        desk.press(key)
        expect(selected).to_have_count(1)
        seen.append(selected.inner_text())
        desk.press("Shift+KeyF")
        fills_its_half(desk, hand, *(wide if len(seen) != 2 else high))
    assert seen[0] == seen[2] != seen[1]
    keep_picture(desk.page, "zoomed-to-object")
    desk.press("KeyF")
    assert hand.at(0, 0) == pytest.approx(desk.on_screen(0, 0), abs=1)
    assert desk.faults == []

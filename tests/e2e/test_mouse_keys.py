"""Every tool by keys alone: mouse keys move a pointer, click, and press and hold. What is drawn is stored."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pycocotools import mask as coco_mask
from pytest_django.live_server_helper import LiveServer

from tests.cast import Cast, make_cast
from tests.e2e.drawing import Hand, Point
from tests.e2e.screens import PC, PHONE, WIDER, keep_picture
from tests.e2e.test_schema_pieces import named
from tests.e2e.test_tools import at_work, send, stored
from tests.e2e.test_workbench_modes import serious
from workers.models import Person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

SQUARE: list[Point] = [(0, 0), (80, 0), (80, 80), (0, 80)]
DRAWN = ["box", "rotated_box", "ellipse", "polyline", "point"]
SPEC: dict[str, Any] = {
    "classes": [
        named("area", "Area", "区域", geometries=["polygon"]),
        named("paint", "Paint", "涂抹", geometries=["mask"]),
        named("thing", "Thing", "物体", geometries=DRAWN),
        named("figure", "Figure", "人形", geometries=["skeleton"],
              skeleton={"points": [named(key, key, key) for key in ("head", "hip", "foot")],
                        "edges": [[0, 1], [1, 2]]}),
    ],
    "tags": [],
}  # fmt: skip

# Pointer events of a real device; there must be none.
WATCHED = """() => {
    window.touched = 0;
    for (const kind of ["pointerdown", "pointermove", "mousemove", "wheel"])
        window.addEventListener(kind, (event) => event.isTrusted && window.touched++, true);
}"""
# The cross that stands for the pointer, in CSS pixels of the stage.
CROSS = """() => {
    const cross = [...document.querySelectorAll("#stage .crosshair path:last-child")].at(-1);
    const [, x, y] = /^M(\\S+) (\\S+)h/.exec(cross.getAttribute("d"));
    return [Number(x) + 14, Number(y)];
}"""
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
ARROWS = {(0, 1): "ArrowRight", (0, -1): "ArrowLeft", (1, 1): "ArrowDown", (1, -1): "ArrowUp"}


class KeyHand(Hand):
    """The same hand without a pointer."""

    def __init__(self, hand: Hand) -> None:
        super().__init__(hand.desk)
        self.page.evaluate(WATCHED)
        self.desk.press("F2")
        self.page.wait_for_selector("#stage .crosshair")

    def go(self, x: float, y: float) -> None:
        """Moves the pointer to a place of the image, by large and small steps."""
        frame = self.page.locator("#stage").bounding_box()
        assert frame
        to = self.at(x, y)
        scale = self.page.locator(".picture-layer").evaluate(
            "layer => new DOMMatrix(layer.style.transform).a"
        )
        now = self.page.evaluate(CROSS)
        for axis, start in enumerate((frame["x"], frame["y"])):
            steps = round((to[axis] - start - now[axis]) / max(scale, 1))
            key = ARROWS[axis, 1 if steps > 0 else -1]
            large, small = divmod(abs(steps), 10)
            self.desk.press(*[f"Shift+{key}"] * large, *[key] * small)
        self.page.evaluate(TWO_FRAMES)

    def click(self, x: float, y: float, *, held: Any = ()) -> None:
        self.go(x, y)
        self.desk.press("+".join([*held, "Space"]))

    def drag(self, points: Any) -> None:
        first, *rest = points
        self.go(*first)
        self.desk.press("Quote")
        for point in rest:
            self.go(*point)
        self.desk.press("Quote")

    def clicks(self, points: list[Point]) -> None:
        for point in points:
            self.click(*point)

    def way(self, name: str) -> None:
        """Goes through the ways to draw until it is the one."""
        for _ in range(8):
            if self.state.split(".")[0] == name:
                return
            self.desk.press("Backquote")
        assert self.state.startswith(f"{name}."), self.state

    def ended(self, name: str) -> None:
        """Until the tool that does one thing has done it."""
        self.page.wait_for_selector(f'#stage:not([data-state^="{name}"])')

    def submit(self) -> None:
        send(self)
        assert self.page.evaluate("window.touched") == 0


def at(left: float, top: float, points: list[Point] = SQUARE) -> list[Point]:
    return [(left + x, top + y) for x, y in points]


def near(numbers: list[float], points: list[Point]) -> bool:
    """Whether a ring goes through these places, beginning anywhere, either way round."""
    ring = np.array(numbers).reshape(-1, 2)
    wanted = np.array(points)
    if ring.shape != wanted.shape:
        return False
    turns = [np.roll(one, shift, axis=0) for one in (ring, ring[::-1]) for shift in range(len(ring))]
    return any(np.abs(turned - wanted).max() <= 1 for turned in turns)


def area(rings: list[list[float]]) -> float:
    def signed(ring: list[float]) -> float:
        x, y = np.array(ring).reshape(-1, 2).T
        return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)

    return signed(rings[0]) - sum(signed(hole) for hole in rings[1:])


@pytest.fixture
def cast(live_server: LiveServer) -> Cast:
    cast = make_cast()
    Person.objects.filter(id=cast.an.id).update(language="en")
    return cast


@pytest.fixture
def hand(context: BrowserContext, live_server: LiveServer, cast: Cast) -> KeyHand:
    return KeyHand(at_work(context, live_server, cast, SPEC, "polygons_coco", "images/16.jpg"))


def square(hand: KeyHand, left: float, top: float) -> None:
    """A polygon clicked corner by corner; it is selected then."""
    hand.desk.press("KeyN")
    hand.clicks(at(left, top))
    hand.desk.press("Enter")
    expect(hand.page.locator("#stage")).to_have_attribute("data-state", "polygon.idle")


def test_a_polygon_is_clicked_extended_cut_split_and_merged(hand: KeyHand, cast: Cast) -> None:
    hand.desk.press("Digit1")
    square(hand, 60, 60)

    square(hand, 60, 250)
    hand.desk.press("Shift+KeyA")
    hand.clicks(at(120, 270, [(0, 0), (60, 0), (60, 40), (0, 40)]))
    hand.desk.press("Enter")
    hand.ended("extend")

    square(hand, 300, 60)
    hand.desk.press("Shift+KeyC")
    hand.clicks(at(330, 90, [(0, 0), (20, 0), (20, 20), (0, 20)]))
    hand.desk.press("Enter")
    hand.ended("cut")

    square(hand, 300, 250)
    hand.desk.press("Shift+KeyX")
    hand.clicks([(340, 235), (340, 345)])
    hand.desk.press("Enter")
    hand.ended("split")
    assert hand.desk.boxes == 5

    square(hand, 520, 60)
    square(hand, 570, 100)
    hand.desk.press("Shift+KeyM")
    hand.click(540, 80)
    hand.ended("merge")
    assert hand.desk.boxes == 6
    hand.desk.press("Control+KeyZ")
    assert hand.desk.boxes == 7
    hand.desk.press("Control+KeyY")
    hand.submit()

    polygons = [shape["polygon"] for shape in stored(cast)]
    plain, extended, holed, *halves, merged = polygons
    assert len(plain) == 1
    assert near(plain[0], at(60, 60))
    assert len(extended) == 1
    assert len(extended[0]) == 16
    assert area(extended) == pytest.approx(80 * 80 + 40 * 40, rel=0.03)
    assert near(holed[0], at(300, 60))
    assert near(holed[1], at(330, 90, [(0, 0), (20, 0), (20, 20), (0, 20)]))
    assert [area(half) for half in halves] == [pytest.approx(40 * 80, rel=0.05)] * 2
    assert len(merged) == 1
    assert area(merged) == pytest.approx(2 * 80 * 80 - 30 * 40, rel=0.03)


def test_scissors_follow_an_edge(hand: KeyHand, cast: Cast) -> None:
    hand.desk.press("Digit1", "Shift+KeyQ", "KeyN")
    date: list[Point] = [(200, 199), (256, 270), (200, 370), (146, 300)]
    hand.clicks(date)
    hand.desk.press("Enter")
    hand.page.wait_for_selector(".rows li")
    hand.submit()
    (outline,) = stored(cast)
    (ring,) = outline["polygon"]
    assert len(ring) > 4 * len(date), "more points than were clicked"


def test_a_mask_is_brushed_filled_and_erased(hand: KeyHand, cast: Cast) -> None:
    hand.desk.press("Digit2")
    hand.page.wait_for_selector('#stage[data-state^="mask"]')
    hand.desk.press("F2", "Shift+KeyN")
    hand.page.get_by_text("A mask is painted: F2 turns mouse keys on.").wait_for()
    hand.desk.press("F2")
    hand.drag([*at(200, 200, [(0, 0), (200, 0), (200, 200), (0, 200)]), (200, 200)])
    hand.way("fill")
    hand.click(300, 300)
    hand.way("eraser")
    hand.drag([(260, 300), (340, 300)])
    hand.submit()
    (painted,) = stored(cast)
    pixels = coco_mask.decode(painted["mask"])
    inked = {
        (x, y): int(pixels[y, x]) for x, y in [(300, 200), (200, 300), (300, 250), (300, 300), (100, 100)]
    }
    assert inked == {(300, 200): 1, (200, 300): 1, (300, 250): 1, (300, 300): 0, (100, 100): 0}


def test_every_other_shape(hand: KeyHand, cast: Cast) -> None:
    hand.desk.press("Digit3", "KeyN")
    hand.clicks([(60, 60), (160, 140)])  # the box by two corners
    hand.desk.press("KeyN")
    hand.drag([(200, 60), (240, 90), (300, 140)])  # and by a drag
    hand.way("extreme")
    hand.desk.press("KeyN")
    hand.clicks([(400, 50), (350, 90), (410, 150), (450, 100)])
    hand.way("rotated_box")
    hand.desk.press("KeyN")
    hand.clicks([(60, 220), (140, 220), (140, 270)])
    hand.way("ellipse")
    hand.desk.press("KeyN")
    hand.clicks([(200, 220), (300, 280)])
    hand.way("polyline")
    hand.desk.press("KeyN")
    hand.clicks([(350, 220), (420, 260)])
    hand.desk.press("Enter")
    hand.way("point")
    hand.desk.press("KeyN")
    hand.click(500, 250)
    hand.desk.press("Digit4")
    hand.page.wait_for_selector('#stage[data-state^="skeleton"]')
    hand.desk.press("KeyN")
    hand.click(500, 320)
    hand.click(520, 370, held=["Shift"])
    hand.click(540, 420)
    hand.submit()
    shapes = stored(cast)
    assert [shape["type"] for shape in shapes] == [
        "box", "box", "box", "rotated_box", "ellipse", "polyline", "point", "skeleton",
    ]  # fmt: skip
    wanted = [
        [60, 60, 100, 80], [200, 60, 100, 80], [350, 50, 100, 100], [100, 245, 80, 50, 0],
        [250, 250, 50, 30, 0], [350, 220, 420, 260], [500, 250], [500, 320, 2, 520, 370, 1, 540, 420, 2],
    ]  # fmt: skip
    for shape, numbers in zip(shapes, wanted, strict=True):
        assert shape[shape["type"]] == pytest.approx(numbers, abs=1.5), shape["type"]


def test_what_was_drawn_is_selected_moved_and_reshaped_and_the_view_goes_along(
    hand: KeyHand, cast: Cast
) -> None:
    hand.desk.press("Digit3", "KeyN")
    hand.clicks([(100, 100), (200, 180)])
    hand.desk.press("KeyV")
    hand.drag([(150, 140), (170, 150), (200, 170)])  # the shape itself
    hand.drag([(250, 210), (260, 230), (300, 260)])  # a corner of it
    hand.desk.press(*["Equal"] * 7)
    before = hand.page.locator(".picture-layer").evaluate("layer => layer.style.transform")
    hand.page.keyboard.down("ArrowLeft")
    hand.page.wait_for_function(
        "before => document.querySelector('.picture-layer').style.transform !== before", arg=before
    )
    hand.page.keyboard.up("ArrowLeft")
    hand.desk.press("KeyF")
    hand.submit()
    (box,) = stored(cast)
    assert box["box"] == pytest.approx([150, 130, 150, 130], abs=1.5)


def test_they_are_told_of_kept_and_left(hand: KeyHand) -> None:
    desk, page = hand.desk, hand.page
    told = page.get_by_text("Mouse keys are on.")
    expect(told).to_have_attribute("role", "status")
    desk.press("F1")
    sheet = page.locator("dialog")
    for line in ("Mouse keys: arrows move", "Mouse keys: click", "Mouse keys: press"):
        expect(sheet.locator("dt").get_by_text(line)).to_be_visible()
    desk.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    page.reload()
    desk.wait_for_image()
    expect(told).to_be_visible()
    desk.press("Escape")
    expect(told).to_have_count(0)
    assert page.locator("#stage .crosshair").count() == 0
    desk.press("Digit3", "Shift+KeyN", "ArrowRight")
    page.reload()
    desk.wait_for_image()
    expect(told).to_have_count(0)
    assert desk.boxes == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("screen", [PC, PHONE], ids=["pc", "phone"])
def test_they_fit_on_the_page(
    browser: Browser, live_server: LiveServer, cast: Cast, screen: Any, language: str
) -> None:
    Person.objects.filter(id=cast.an.id).update(language=language)
    context = browser.new_context(viewport=screen)
    hand = KeyHand(at_work(context, live_server, cast, SPEC, "polygons_coco", "images/16.jpg"))
    page: Page = hand.page
    assert serious(page) == []
    assert page.evaluate(WIDER) <= 0
    keep_picture(page, f"mouse-keys-{language}-{screen['width']}")
    hand.desk.press("Digit1")
    hand.clicks([(100, 100), (200, 100)])
    hand.desk.press("Quote", *["ArrowRight"] * 6)
    expect(page.locator("#stage [role=status]").first).to_have_text(re.compile("Pressed|已按住"))
    keep_picture(page, f"mouse-keys-held-{language}-{screen['width']}")
    hand.desk.press("F1")
    keep_picture(page, f"mouse-keys-sheet-{language}-{screen['width']}")
    context.close()

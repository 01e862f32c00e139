"""Intelligent scissors in a real browser: few clicks along the fruit of photographs; edges do the rest."""

from __future__ import annotations

from math import hypot
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import BrowserContext, Route
from pytest_django.live_server_helper import LiveServer

from tasks.models import Project
from tests.cast import Cast, make_cast
from tests.e2e.desk import Desk, ingest
from tests.e2e.drawing import Hand, Point, pairs
from tests.e2e.screens import keep_picture
from tests.e2e.test_tools import at_work, fruit_spec, outlines, overlap, send, stored
from tests.factories import make_project

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

# A way of some length has been found between two clicks: more places than were clicked.
LED = "places => document.querySelectorAll('.dot').length > places"


@pytest.fixture
def cast(live_server: LiveServer) -> Cast:
    return make_cast()


def flat(ring: list[Point]) -> list[float]:
    return [coordinate for point in ring for coordinate in point]


def test_five_clicks_outline_a_fruit(context: BrowserContext, live_server: LiveServer, cast: Cast) -> None:
    hand = at_work(context, live_server, cast, fruit_spec("polygon"), "polygons_coco", "images/16.jpg")
    hand.desk.press("Shift+KeyQ")
    rings = [ring for _name, ring in outlines("16.jpg")][:3]
    clicked = [[ring[at * len(ring) // 5] for at in range(5)] for ring in rings]
    for nth, places in enumerate(clicked):
        hand.desk.press("n")
        for at, place in enumerate(places):
            hand.click(*place)
            if at:
                hand.page.wait_for_function(LED, arg=at + 1)
        if nth == 0:
            hand.page.mouse.move(*hand.at(*places[0]))
            keep_picture(hand.page, "scissors")
        hand.desk.press("Enter")
        hand.page.wait_for_function("n => document.querySelectorAll('.rows li').length === n", arg=nth + 1)
    assert hand.state == "polygon.idle"
    send(hand)
    drawn = [shape["polygon"][0] for shape in stored(cast)]
    led = [overlap([one], [flat(ring)]) for one, ring in zip(drawn, rings, strict=True)]
    straight = [overlap([flat(few)], [flat(ring)]) for few, ring in zip(clicked, rings, strict=True)]
    assert all(with_edges > without for with_edges, without in zip(led, straight, strict=True))
    assert min(led) > 0.85, (led, straight)


def disc_at_work(context: BrowserContext, server: LiveServer, cast: Cast, folder: Path) -> Hand:
    """A red disc on grey, drawn here: what is right is known to the pixel."""
    picture = Image.new("RGB", (400, 300), (90, 90, 90))
    ImageDraw.Draw(picture).ellipse((120, 80, 280, 240), fill=(200, 30, 30))
    picture.save(folder / "disc.png")
    project = make_project(fruit_spec("polygon"), organization=cast.mill, sites=[cast.guiyang], name="Discs")
    Project.objects.exclude(id=project.id).update(state="paused")
    ingest(cast, project, [folder / "disc.png"])
    desk = Desk(context, server, "an")
    desk.start()
    return Hand(desk)


def off_the_rim(ring: list[float]) -> float:
    """By how much the worst point of the outline misses the disc's rim, in pixels."""
    return max(abs(hypot(x - 200.5, y - 160.5) - 80.5) for x, y in pairs(ring))


def test_four_clicks_near_a_rim_lie_on_it(
    context: BrowserContext, live_server: LiveServer, cast: Cast, tmp_path: Path
) -> None:
    hand = disc_at_work(context, live_server, cast, tmp_path)
    # On a thin line the scissors come after the first clicks.
    on_the_line: list[Route] = []
    context.route("**/chunks/guide-*", lambda route: on_the_line.append(route))
    hand.desk.press("Shift+KeyQ", "n")
    for at, place in enumerate([(118, 160), (200, 78), (283, 160), (200, 242)]):
        hand.click(*place)
        if at == 1:
            [scissors] = on_the_line
            scissors.continue_()
        if at:
            hand.page.wait_for_function(LED, arg=at + 1)
    hand.desk.press("Enter")
    hand.page.wait_for_selector(".rows li")
    send(hand)
    (shape,) = stored(cast)
    assert off_the_rim(shape["polygon"][0]) < 3


def test_an_outline_made_by_keys_alone_is_laid_onto_the_edges(
    context: BrowserContext, live_server: LiveServer, cast: Cast, tmp_path: Path
) -> None:
    hand = disc_at_work(context, live_server, cast, tmp_path)
    desk = hand.desk
    desk.press("Shift+KeyN")
    # Four corners of a shape in the middle, each walked to the rim by arrows.
    corners = [(143, 103), (257, 103), (257, 217), (143, 217)]
    for x, y in corners:
        desk.press("Period")
        held = hand.page.locator(".grip-held").bounding_box()
        assert held
        left, top = hand.at(0, 0)
        scale = (hand.at(100, 0)[0] - left) / 100
        now = ((held["x"] + held["width"] / 2 - left) / scale, (held["y"] + held["height"] / 2 - top) / scale)
        for axis, keys in ((0, ("ArrowLeft", "ArrowRight")), (1, ("ArrowUp", "ArrowDown"))):
            far = round((x, y)[axis] - now[axis])
            key = keys[far > 0]
            desk.press(*[f"Shift+{key}"] * (abs(far) // 10), *[key] * (abs(far) % 10))
    desk.press("Shift+KeyI")
    hand.page.wait_for_function("() => document.querySelectorAll('.grip-vertex').length > 8")
    desk.press("Control+z")
    hand.page.wait_for_function("() => document.querySelectorAll('.grip-vertex').length === 4")
    desk.press("Control+y")
    hand.page.wait_for_function("() => document.querySelectorAll('.grip-vertex').length > 8")
    send(hand)
    (shape,) = stored(cast)
    assert off_the_rim(shape["polygon"][0]) < 3

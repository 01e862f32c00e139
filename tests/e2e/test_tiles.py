"""A closer look at a large photograph shows its own pixels, and costs nothing before somebody looks."""

from __future__ import annotations

import io
from typing import Any
from unittest.mock import patch

import pytest
from PIL import Image as Picture
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from tasks import tiles
from tasks.decode.decoder import Decoder
from tasks.decode.verdicts import Sizes
from tests.cast import Cast, make_cast
from tests.e2e.desk import Desk, ingest
from tests.e2e.screens import keep_picture

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

# Lines one pixel wide: in any smaller copy they are grey.
WIDTH, HEIGHT = 3200, 2400
# The darkest and the lightest of the pixels in the middle of the tiles' canvas; nothing there: none.
RANGE = """() => {
  const canvas = document.querySelector('canvas.tiles');
  if (!canvas || canvas.hidden) return null;
  const [x, y] = [canvas.width >> 1, canvas.height >> 1];
  const { data } = canvas.getContext('2d').getImageData(x - 20, y - 20, 40, 40);
  const greys = Array.from({ length: 1600 }, (_, at) => data[at * 4]);
  const isCovered = greys.every((_, at) => data[at * 4 + 3] > 0);
  return isCovered ? [Math.min(...greys), Math.max(...greys)] : null;
}"""

# The darkest and the lightest under the magnifying glass.
UNDER_THE_GLASS = """() => {
  const canvas = document.querySelector('.magnified-picture');
  if (!canvas) return null;
  const { data } = canvas.getContext('2d').getImageData(canvas.width / 4, canvas.height / 4, 50, 50);
  const greys = Array.from({ length: 2500 }, (_, at) => data[at * 4]);
  return [Math.min(...greys), Math.max(...greys)];
}"""


@pytest.fixture
def cast(live_server: LiveServer, tmp_path: Any) -> Cast:
    cast = make_cast()
    row = Picture.new("L", (WIDTH, 1))
    row.putdata([255 * (x % 2) for x in range(WIDTH)])
    file = tmp_path / "lines.png"
    file.write_bytes(png(row.resize((WIDTH, HEIGHT), Picture.Resampling.NEAREST)))
    ingest(cast, cast.project, [file])
    return cast


def png(picture: Picture.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


def test_a_closer_look_brings_the_pictures_own_pixels(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    asked: list[Any] = []
    with patch("tasks.jobs.make_tiles.apply_async", lambda **how: asked.append(how["args"])):
        desk = Desk(context, live_server, "an")
        fetched: list[str] = []
        desk.page.on(
            "request", lambda request: fetched.append(request.url) if "-tiles-" in request.url else None
        )
        desk.start()
        desk.page.wait_for_timeout(500)
        assert (fetched, asked) == ([], [])
        while desk.page.evaluate(RANGE) is None and len(fetched) == 0:
            desk.press("Equal")
            desk.page.wait_for_timeout(300)
        [(project, sha256)] = asked[:1]
    with Decoder(sizes=Sizes(tile=tiles.TILE)) as decoder:
        tiles.make_tiles(project_id=project, sha256=sha256, decoder=decoder)
    for _ in range(6):
        desk.press("Equal")
    desk.page.wait_for_function(
        f"() => {{ const range = ({RANGE})(); return range && range[1] - range[0] > 200; }}"
    )
    before = len(fetched)
    desk.press("f")
    desk.page.wait_for_function("() => document.querySelector('canvas.tiles').hidden")
    assert len(fetched) == before  # the whole picture needs none
    the_glass_shows_own_pixels(desk)
    pictures_are_darkened(desk)


def the_glass_shows_own_pixels(desk: Desk) -> None:
    """Also where the picture around it is shown small."""
    desk.press("n", "Shift+KeyZ")
    desk.page.mouse.move(*desk.on_screen(1000, 1000, WIDTH, HEIGHT))
    desk.page.wait_for_function(
        f"() => {{ const range = ({UNDER_THE_GLASS})(); return range && range[1] - range[0] > 200; }}"
    )


def pictures_are_darkened(desk: Desk) -> None:
    """Whatever shows a picture shows it as the person wants to see it: the copy, its tiles, the glass."""
    page = desk.page
    glass = page.locator(".magnified-picture")
    assert lightest(glass.screenshot()) > 200
    desk.press("Shift+KeyE")
    page.get_by_label("Brightness").fill("0.4")
    page.keyboard.press("Escape")
    page.mouse.move(*desk.on_screen(1000, 1000, WIDTH, HEIGHT))
    glass.wait_for()
    # Nothing of the drawing is in the middle of a quarter of it.
    assert lightest(glass.screenshot(), part=(10, 10, 50, 50)) < 110
    keep_picture(page, "glass-darkened")
    page.mouse.move(0, 0)
    desk.press(*["Equal"] * 8)
    page.wait_for_function(
        f"() => {{ const range = ({RANGE})(); return range && range[1] - range[0] > 200; }}"
    )
    desk.press("Shift+KeyZ")
    middle = page.locator("#stage").screenshot()
    assert lightest(middle, part=(500, 300, 100, 100)) < 110
    keep_picture(page, "tiles-darkened")


def lightest(screenshot: bytes, part: tuple[int, int, int, int] | None = None) -> int:
    """Of the greys in (left, top, width, height), or in all of it."""
    picture = Picture.open(io.BytesIO(screenshot)).convert("L")
    if part:
        left, top, width, height = part
        picture = picture.crop((left, top, left + width, top + height))
    return max(picture.tobytes())

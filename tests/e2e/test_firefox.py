"""The other engine: Gecko does all that an annotator's day needs. Skipped where no Firefox is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from PIL import Image as Picture
from pytest_django.live_server_helper import LiveServer

from tasks import tiles
from tasks.decode.decoder import Decoder
from tasks.decode.verdicts import Sizes
from tasks.models import Image, Submission
from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.desk import MARGIN, Truth, ingest
from tests.e2e.screens import PICTURES
from tests.e2e.test_tiles import HEIGHT, RANGE, UNDER_THE_GLASS, WIDTH, lightest, png
from tests.factories import PIN
from tests.firefox import Firefox, firefox, firefox_path

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.skipif(firefox_path() is None, reason="No Firefox is installed, and FIREFOX names none"),
]

IMAGE_THERE = "return document.querySelector('#stage[aria-busy=\"false\"]')?.getAttribute('aria-label')"
ROWS = "return document.querySelectorAll('.rows li').length"
STATE_SAYS = "return document.querySelector('.state')?.textContent.includes(arguments[0])"
# Pixels that the shapes' canvas has painted; its drawing context is the worker's or the page's.
PAINTED = """const canvas = document.querySelector('canvas.shapes:not(.tiles)');
  if (!canvas || canvas.hidden) return 0;
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  let painted = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at]) painted++;
  return painted"""


@pytest.fixture
def browser() -> Iterator[Firefox]:
    program = firefox_path()
    assert program
    with firefox(program) as running:
        yield running


@pytest.fixture
def cast(live_server: LiveServer) -> Cast:
    return make_cast()


def sign_in(browser: Firefox, server: LiveServer) -> None:
    browser.goto(f"{server.url}/sign-in?next=/desk/")
    for name, text in (("username", "an"), ("password", PIN)):
        browser.run(f"document.querySelector('input[name={name}]').focus()")
        browser.type(text)
    browser.press("Enter")
    browser.wait("return document.querySelector('.start-card')")
    browser.press("Enter")
    browser.wait(IMAGE_THERE)


def on_screen(browser: Firefox, x: float, y: float, width: int, height: int) -> tuple[float, float]:
    """Where a point of the fitted image is in the window."""
    left, top, room, tall = browser.run(
        "const { x, y, width, height } = document.querySelector('#stage').getBoundingClientRect();"
        "return [x, y, width, height]"
    )
    scale = min((room - 2 * MARGIN) / width, (tall - 2 * MARGIN) / height)
    return left + (room - width * scale) / 2 + x * scale, top + (tall - height * scale) / 2 + y * scale


def keep(browser: Firefox, name: str) -> None:
    if PICTURES:
        (Path(PICTURES) / f"firefox-{name}.png").write_bytes(browser.screenshot())


def test_a_task_is_labelled_kept_over_a_reload_and_sent(
    browser: Firefox, live_server: LiveServer, cast: Cast, known: Truth
) -> None:
    folder = data_folder("boxes_voc")
    ingest(cast, cast.project, [folder / "train" / name for name in sorted(known)[:2]])
    sign_in(browser, live_server)
    assert browser.run("return document.querySelector('.opening')") is None
    keep(browser, "task")
    title = browser.run(IMAGE_THERE)
    objects = known[next(name for name in known if name in title)]
    (_label, box), *_others = objects
    right, bottom = box[0] + box[2], box[1] + box[3]
    browser.drag(on_screen(browser, box[0], box[1], 800, 600), on_screen(browser, right, bottom, 800, 600))
    browser.wait(f"{ROWS} === 1")
    browser.press("2", "n", "Shift+N", "Escape")  # a class; one more by keys, in the middle
    browser.wait(f"{ROWS} === 2")
    browser.press("Shift+Tab", "Shift+Tab", "Escape")
    browser.wait(PAINTED)
    browser.wait(STATE_SAYS, "Saved")
    browser.reload()
    browser.wait(IMAGE_THERE)
    assert browser.run(IMAGE_THERE) == title
    browser.wait(f"{ROWS} === 2")
    keep(browser, "reloaded")
    browser.press("Control+z")
    browser.wait(f"{ROWS} === 1")
    browser.press("Enter")
    browser.wait(f"const now = (() => {{ {IMAGE_THERE} }})(); return now && now !== arguments[0]", title)
    browser.wait(STATE_SAYS, "All sent")
    (sent,) = Submission.objects.filter(annotator=cast.an)
    (shape,) = sent.payload["shapes"]
    assert (shape["class"], shape["box"]) == ("esp8266", pytest.approx(box, abs=1.5))
    assert browser.faults() == []


def test_a_large_picture_shows_its_own_pixels(
    browser: Firefox, live_server: LiveServer, cast: Cast, tmp_path: Path
) -> None:
    row = Picture.new("L", (WIDTH, 1))
    row.putdata([255 * (x % 2) for x in range(WIDTH)])
    file = tmp_path / "lines.png"
    file.write_bytes(png(row.resize((WIDTH, HEIGHT), Picture.Resampling.NEAREST)))
    ingest(cast, cast.project, [file])
    with Decoder(sizes=Sizes(tile=tiles.TILE)) as decoder:
        image = Image.objects.get()
        tiles.make_tiles(project_id=cast.project.id, sha256=image.sha256, decoder=decoder)
    with patch("tasks.jobs.make_tiles.apply_async"):
        sign_in(browser, live_server)
        browser.press("n", "Shift+Z")
        browser.move(*on_screen(browser, 1000, 1000, WIDTH, HEIGHT))
        browser.wait(f"const range = ({UNDER_THE_GLASS})(); return range && range[1] - range[0] > 200")
        browser.run("document.querySelector('#stage').focus()")
        browser.press("Shift+E")
        browser.wait("return document.querySelector('dialog[open] input[type=range]')")
        browser.run(
            "const slider = document.querySelector('dialog[open] input[type=range]');"
            "slider.value = 0.4; slider.dispatchEvent(new Event('input', { bubbles: true }))"
        )
        browser.press("Escape")
        browser.move(*on_screen(browser, 1010, 1000, WIDTH, HEIGHT))
        browser.wait("return document.querySelector('.magnified-picture')")
        keep(browser, "glass")
        browser.press(*["="] * 8)
        browser.wait(f"const range = ({RANGE})(); return range && range[1] - range[0] > 200")
        browser.press("Shift+Z")
        browser.move(1000, 600)
        keep(browser, "tiles")
        assert lightest(browser.screenshot(), part=(300, 200, 100, 100)) < 110
    assert browser.faults() == []

"""A picture of 100 megapixels: taken in, cut into tiles within a worker's bounds, seen pixel by pixel."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from PIL import Image as Picture
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from tasks import tiles
from tasks.decode.decoder import Decoder
from tasks.decode.verdicts import Sizes
from tasks.models import Image
from tests.cast import Cast, make_cast
from tests.e2e.desk import Desk, ingest
from tests.e2e.drawing import Hand
from tests.e2e.screens import keep_picture

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]

WIDTH, HEIGHT = 11_600, 8_620
MIB = 1024  # in the kB of /proc
# Means of red and green in the middle of the tiles' canvas; nothing there: none.
COLOUR = """() => {
  const canvas = document.querySelector('canvas.tiles');
  if (!canvas || canvas.hidden) return null;
  const { data } = canvas.getContext('2d').getImageData((canvas.width >> 1) - 20, (canvas.height >> 1) - 20, 40, 40);
  const sum = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 0) return null;
    sum[0] += data[at];
    sum[1] += data[at + 1];
  }
  return sum.map((one) => one / 1600);
}"""  # noqa: E501


def colour_at(x: float, y: float) -> tuple[float, float]:
    """Red grows to the right, green downwards: a colour says where it was."""
    return 20 + 215 * x / WIDTH, 20 + 215 * y / HEIGHT


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """As large as a photograph of that size: 30 MB."""
    red, green = colour_at(np.arange(WIDTH), np.arange(HEIGHT))  # type: ignore[arg-type]
    grain = np.random.default_rng(1).integers(-12, 13, (HEIGHT, WIDTH), dtype=np.int16)
    pixels = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    pixels[..., 0] = grain + np.asarray(red).astype(np.int16)[None, :]
    pixels[..., 1] = grain + np.asarray(green).astype(np.int16)[:, None]
    pixels[..., 2] = grain + 128
    file = tmp_path / "survey.jpg"
    Picture.fromarray(pixels).save(file, "JPEG", quality=90)
    return file


@pytest.fixture
def cast(live_server: LiveServer, file: Path) -> Cast:
    cast = make_cast()
    began = time.monotonic()
    ingest(cast, cast.project, [file])
    print(f"RESULT: taken_in_s={time.monotonic() - began:.1f} file_mb={file.stat().st_size / 1e6:.0f}")
    return cast


def peak_of(decoder: Decoder) -> int:
    """Most memory, in kB, that the process has had which decodes."""
    assert decoder._child
    lines = Path(f"/proc/{decoder._child.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def cut(image: Image) -> None:
    began = time.monotonic()
    with Decoder(sizes=Sizes(tile=tiles.TILE)) as decoder:
        tiles.make_tiles(project_id=image.project_id, sha256=image.sha256, decoder=decoder)
        peak = peak_of(decoder)
    print(f"RESULT: cut_s={time.monotonic() - began:.1f} cut_mib={peak / MIB:.0f}")
    assert peak < 1024 * MIB, "four workers of a small server have a gigabyte each"


def seen(desk: Desk, hand: Hand) -> tuple[set[str], tuple[float, float], float]:
    """Tiles of the own resolution that the stage shows, the middle of it in the picture, and the scale."""
    stage = desk.page.locator("#stage").bounding_box()
    assert stage
    (left, top), (far_left, far_top) = hand.at(0, 0), hand.at(1, 1)
    scale = far_left - left
    assert far_top - top == pytest.approx(scale, rel=1e-3)
    x0, y0 = (stage["x"] - left) / scale, (stage["y"] - top) / scale
    x1, y1 = x0 + stage["width"] / scale, y0 + stage["height"] / scale
    side = tiles.TILE
    names = {
        f"0-{column}-{row}"
        for column in range(int(x0 // side), int(x1 // side) + 1)
        for row in range(int(y0 // side), int(y1 // side) + 1)
    }
    return names, ((x0 + x1) / 2, (y0 + y1) / 2), scale


def test_a_picture_of_100_megapixels_is_seen_pixel_by_pixel(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    image = Image.objects.get()
    assert (image.state, image.width, image.height) == ("ready", WIDTH, HEIGHT)
    asked: list[Any] = []
    with patch("tasks.jobs.make_tiles.apply_async", lambda **how: asked.append(how["args"])):
        desk = Desk(context, live_server, "an")
        fetched: Counter[str] = Counter()

        def note(request: Any) -> None:
            if "-tiles-" in request.url:
                fetched.update([request.url.rpartition("/")[2].removesuffix(".webp")])

        desk.page.on("request", note)
        desk.start()
        hand = Hand(desk)
        assert not fetched
        while not asked:
            desk.press("Equal")
            desk.page.wait_for_timeout(200)
        assert set(asked) == {(image.project_id, image.sha256)}
    cut(image)
    fetched.clear()
    while seen(desk, hand)[2] < 0.999:
        desk.press("Equal")
    shows_its_own_pixels(desk, hand, fetched)
    before = len(fetched)
    desk.page.keyboard.down("Space")
    stage = desk.page.locator("#stage").bounding_box()
    assert stage
    desk.page.mouse.move(stage["x"] + 900, stage["y"] + 600)
    desk.page.mouse.down()
    desk.page.mouse.move(stage["x"] + 100, stage["y"] + 50, steps=4)
    desk.page.mouse.up()
    desk.page.keyboard.up("Space")
    shows_its_own_pixels(desk, hand, fetched)
    assert len(fetched) > before, "what comes into view is asked for"
    twice = [name for name, times in fetched.items() if times > 1 and name.startswith("0-")]
    assert twice == [], "what is there is not asked for again"
    keep_picture(desk.page, "hundred-megapixels")
    assert desk.faults == []


def shows_its_own_pixels(desk: Desk, hand: Hand, fetched: Counter[str]) -> None:
    """All tiles in view are asked for, few others, and what is in the middle is what belongs there."""
    names, middle, _scale = seen(desk, hand)
    expected = colour_at(*middle)
    desk.page.wait_for_function(
        f"""([red, green]) => {{
          const found = ({COLOUR})();
          return found && Math.hypot(found[0] - red, found[1] - green) < 4;
        }}""",
        arg=list(expected),
        timeout=60_000,
    )
    for _while_they_come in range(100):
        if names <= set(fetched):
            break
        desk.page.wait_for_timeout(200)
    assert names <= set(fetched)
    assert len([name for name in fetched if name.startswith("0-")]) <= 12 * len(names)

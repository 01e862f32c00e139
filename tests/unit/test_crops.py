"""Objects cut out of their images: where, how many at once, and the pixels of each kind's mask."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from review import crops
from review.crops import members
from review.formats import Settled
from tasks.decode.cropping import COMMAND, request
from tasks.decode.decoder import Decoder
from tasks.shapes.rle import pack_mask
from tests.unit.pictures import BLUE, GREEN, RED, WHITE, encode, oriented, quarters

WIDTH, HEIGHT = 320, 160


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder(command=COMMAND) as found:
        yield found


def shape(kind: str, geometry: Any, label: str = "cat") -> dict[str, Any]:
    return {"id": "a", "class": label, "type": kind, kind: geometry, "attributes": {}}


def made(
    decoder: Decoder,
    *shapes: dict[str, Any],
    picture: bytes | None = None,
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> dict[str, bytes]:
    record = Settled(1, "photos/a.jpg", *size, "0" * 64, {"shapes": list(shapes), "tags": {}}, split="val")
    data = picture or encode(quarters(WIDTH, HEIGHT), "PNG")
    found = members(iter([record]), original=lambda _: data, decoder=decoder, crops=True, masks=True)
    return {name: b"".join(chunks) for name, chunks in found}


def opened(data: bytes) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(io.BytesIO(data)))


def test_a_crop_holds_the_pixels_around_its_object(decoder: Decoder) -> None:
    files = made(decoder, shape("box", [0, 0, 160, 80]), shape("box", [160.2, 80.2, 300, 300], "dog"))
    first, second = (
        opened(files["images/val/cat/photos/a-1.jpg"]),
        opened(files["images/val/dog/photos/a-2.jpg"]),
    )
    assert first.shape == second.shape == (80, 160, 3)
    assert first[40, 80] == pytest.approx(RED, abs=4)
    assert second[40, 80] == pytest.approx(BLUE, abs=4)
    rows = list(csv.DictReader(io.StringIO(files["crops.csv"].decode())))
    assert [(row["left"], row["top"], row["width"], row["height"]) for row in rows] == [
        ("0", "0", "160", "80"),
        ("160", "80", "160", "80"),
    ]


def test_pictures_are_turned_upright_before(decoder: Decoder) -> None:
    picture = oriented(6)
    with Image.open(io.BytesIO(picture)) as stored:
        width, height = stored.size[::-1]
    corners = {
        (0, 0): RED,
        (width // 2, 0): GREEN,
        (width // 2, height // 2): BLUE,
        (0, height // 2): WHITE,
    }
    asked = [shape("box", [x, y, width // 2, height // 2]) for x, y in corners]
    files = made(decoder, *asked, picture=picture, size=(width, height))
    for number, color in enumerate(corners.values(), start=1):
        crop = opened(files[f"images/val/cat/photos/a-{number}.jpg"])
        assert crop[crop.shape[0] // 2, crop.shape[1] // 2] == pytest.approx(color, abs=12)


def test_a_mask_is_where_the_object_is(decoder: Decoder) -> None:
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[10:20, 30:50] = True
    pixels[12:14, 32:36] = False
    files = made(
        decoder,
        shape("mask", pack_mask(pixels)),
        shape("polygon", [[100, 10, 140, 10, 100, 50]]),
        shape("polyline", [10, 10, 60, 60]),
        shape("point", [5, 5]),
    )
    assert (opened(files["masks/val/cat/photos/a-1.png"]) == pixels[10:20, 30:50] * 255).all()
    triangle = opened(files["masks/val/cat/photos/a-2.png"])
    assert triangle.shape == (40, 40)
    assert (triangle[0, 0], triangle[39, 39]) == (255, 0)
    assert (triangle > 0).mean() == pytest.approx(0.5, abs=0.02)
    assert "masks/val/cat/photos/a-3.png" not in files
    assert "images/val/cat/photos/a-3.jpg" in files
    assert not any("a-4" in name for name in files)


def test_what_is_cut_out_at_once_is_bounded(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(rectangles: Any, data: bytes) -> bytes:
        asked.append(len(rectangles))
        return request(rectangles, data)

    monkeypatch.setattr(crops, "request", counted)
    monkeypatch.setattr(crops, "MOST_PIXELS", 2 * 160 * 80)
    boxes = [shape("box", [0, 0, 160, 80]) for _ in range(5)]
    files = made(decoder, *boxes)
    assert asked == [2, 2, 1]
    assert sum(name.endswith(".jpg") for name in files) == 5


def test_an_image_of_nothing_is_not_even_opened(decoder: Decoder) -> None:
    assert list(made(decoder, picture=b"never read")) == ["crops.csv"]


def test_what_is_longer_than_a_jpeg_may_be_is_made_smaller(decoder: Decoder) -> None:
    wide = (66_000, 20)
    picture = encode(Image.new("RGB", wide, RED), "PNG")
    boxes = [shape("box", [0, 0, *wide]), shape("box", [0, 0, 30, 20], "dog")]
    files = made(decoder, *boxes, picture=picture, size=wide)
    assert opened(files["images/val/cat/photos/a-1.jpg"]).shape[1] == 65_500
    assert opened(files["images/val/dog/photos/a-2.jpg"]).shape == (20, 30, 3)

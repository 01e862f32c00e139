"""Tiles come to whoever holds the image's address; the first to look closely has them made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache

from tasks import storage, tiles
from tasks.decode.decoder import Decoder
from tasks.decode.verdicts import Sizes
from tasks.delivery import image_url
from tasks.models import Image
from tests.api.test_media import body, fetch
from tests.cast import Cast
from tests.factories import make_batch, make_tasks
from tests.unit.pictures import encode, noise


@pytest.fixture
def image(cast: Cast) -> Image:
    cache.clear()
    image = make_tasks(make_batch(cast.project), 1)[0].image
    original = encode(noise(1700, 900), "JPEG")
    storage.keep_bytes(original, storage.image_key(image.project_id, image.sha256, "original"))
    return image


@pytest.fixture
def asked() -> Iterator[list[Any]]:
    sent: list[Any] = []
    with patch("tasks.jobs.make_tiles.apply_async", lambda **how: sent.append(how["args"])):
        yield sent


def address(image: Image, name: str) -> str:
    return image_url(image, "tiles").rpartition("/")[0] + f"/{name}.webp"


def make(image: Image) -> None:
    with Decoder(sizes=Sizes(tile=tiles.TILE)) as decoder:
        tiles.make_tiles(project_id=image.project_id, sha256=image.sha256, decoder=decoder)


def test_first_look_has_tiles_made_and_asks_only_once(image: Image, asked: list[Any]) -> None:
    answers = [fetch(address(image, "0-0-0")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert asked == [(image.project_id, image.sha256)]


def test_tiles_are_served_once_made(image: Image, asked: list[Any]) -> None:
    make(image)
    answer = fetch(address(image, "0-3-1"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert body(answer)[8:12] == b"WEBP"
    assert "immutable" in answer.headers["Cache-Control"]
    assert asked == []


@pytest.mark.parametrize("name", ["0-9-0", "9-0-0", "made", "..", "0-0", "0-0-0-0"])
def test_what_is_no_tile_of_the_image_is_not_found(image: Image, asked: list[Any], name: str) -> None:
    make(image)
    assert fetch(address(image, name)).status_code == 404
    assert asked == []


def test_making_tiles_again_changes_nothing(image: Image, asked: list[Any]) -> None:
    make(image)
    with patch("tasks.storage.keep_bytes") as kept:
        make(image)
    kept.assert_not_called()


def test_image_that_cannot_be_cut_is_not_tried_for_ever(image: Image, asked: list[Any]) -> None:
    key = storage.image_key(image.project_id, image.sha256, "original")
    storage.keep_bytes(b"broken", key)
    make(image)
    assert fetch(address(image, "0-0-0")).status_code == 404
    assert asked == []


def test_address_of_a_rendition_opens_no_tile_and_the_other_way_about(image: Image) -> None:
    make(image)
    screen = image_url(image, "screen").rpartition("/")[0]
    assert fetch(f"{screen}/0-0-0.webp").status_code == 404  # the rendition itself is not there
    assert fetch(image_url(image, "tiles")).status_code == 404

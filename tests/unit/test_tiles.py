"""Tiles put side by side are the upright picture, at every level."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops, ImageStat

from tasks.decode.decoder import Decoder
from tasks.decode.imaging import render
from tasks.decode.verdicts import BadImage, Limits, Rendered, Sizes
from tests.unit import pictures

SIZES = Sizes(screen=100, tile=64)


def together(done: Rendered, level: int) -> Image.Image:
    width, height = done.width >> level, done.height >> level
    whole = Image.new("RGB", (width, height))
    for tile in done.tiles:
        if tile.level == level:
            whole.paste(Image.open(io.BytesIO(tile.webp)), (tile.column * 64, tile.row * 64))
    return whole


def difference(one: Image.Image, other: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_tiles_together_are_the_upright_picture_at_every_level(orientation: int) -> None:
    done = render(pictures.oriented(orientation), limits=Limits(), sizes=SIZES)
    upright = pictures.quarters()
    # 320 pixels, then 160; 80 would be less than the screen rendition has.
    assert sorted({tile.level for tile in done.tiles}) == [0, 1]
    for level in (0, 1):
        size = (320 >> level, 160 >> level)
        assert difference(together(done, level), upright.resize(size)) < 6


def test_tiles_at_the_edge_are_cut_off_where_the_picture_ends() -> None:
    data = pictures.encode(pictures.noise(200, 130), "PNG")
    done = render(data, limits=Limits(), sizes=SIZES)
    sizes = {(t.column, t.row): Image.open(io.BytesIO(t.webp)).size for t in done.tiles if t.level == 0}
    assert (len(sizes), sizes[0, 0], sizes[3, 2]) == (12, (64, 64), (8, 2))


def test_without_a_side_no_tiles_are_cut() -> None:
    done = render(pictures.encode(pictures.noise(), "JPEG"), limits=Limits(), sizes=Sizes())
    assert done.tiles == ()


def test_the_child_hands_over_every_tile_and_the_next_file_is_decoded_as_ever() -> None:
    data = pictures.encode(pictures.noise(), "JPEG")
    wanted = render(data, limits=Limits(), sizes=SIZES)
    with Decoder(sizes=SIZES) as decoder:
        assert isinstance(decoder.decode(b"not a picture"), BadImage)
        assert decoder.decode(data) == wanted
        assert decoder.decode(data) == wanted

"""Each object of a release cut out of its image, and its mask in the same rectangle: members of an archive.

    images/<split>/<class>/<image>-<n>.jpg     the pixels around the object, upright
    masks/<split>/<class>/<image>-<n>.png      255 where the object is, 0 elsewhere
    crops.csv                                  every object with its rectangle; which image it was cut out of

Points have no extent and are left out; lines and skeletons have no mask. One image is in memory at a time.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import numpy as np
import structlog
from PIL import Image

from review.formats import Member, Settled, named
from review.formats.base import shapes
from review.formats.geometry import AREAL, bounds, outlines
from review.formats.names import safe_name, stem
from tasks.decode.cropping import MOST, Rectangle, request
from tasks.decode.decoder import Decoder
from tasks.decode.verdicts import BadImage
from tasks.shapes.raster import Mask, fill
from tasks.shapes.rle import unpack_mask

log = structlog.get_logger()
BLOCK = 1 << 16
# So many pixels are cut out of an image at once: they are all in memory.
MOST_PIXELS = 50_000_000
HEADER = ("crop", "mask", "image", "class", "left", "top", "width", "height", "confidence")


@dataclass(frozen=True, slots=True)
class Cut:
    """One object to be cut out; `place` is its path without folder and suffix."""

    shape: Any
    place: str
    rectangle: Rectangle

    @property
    def pixels(self) -> int:
        left, top, right, bottom = self.rectangle
        return (right - left) * (bottom - top)


def members(
    records: Iterator[Settled],
    *,
    original: Callable[[Settled], bytes],
    decoder: Decoder,
    crops: bool,
    masks: bool,
) -> Iterator[Member]:
    """`original` gives a record's file; `decoder` is one for tasks.decode.cropping."""
    with tempfile.TemporaryFile() as listing:
        listing.write(_line(HEADER))
        for record, file_name in named(records):
            cuts = _cuts(record, file_name)
            pictures = _pictures(record, cuts, original, decoder) if crops and cuts else iter(())
            there = set()
            for cut, jpeg in pictures:
                there.add(cut.place)
                yield f"images/{cut.place}.jpg", iter([jpeg])
            for cut in cuts:
                mask = masks and cut.shape["type"] in AREAL
                if mask:
                    yield f"masks/{cut.place}.png", iter([_mask(cut)])
                listing.write(_listed(cut, file_name, has_crop=cut.place in there, has_mask=mask))
        listing.seek(0)
        yield "crops.csv", iter(lambda: listing.read(BLOCK), b"")


def _cuts(record: Settled, file_name: str) -> list[Cut]:
    found = []
    for number, shape in enumerate(shapes(record), start=1):
        rectangle = _rectangle(shape, record)
        if rectangle is not None:
            place = f"{record.split}/{safe_name(shape['class'])}/{stem(file_name)}-{number}"
            found.append(Cut(shape, place, rectangle))
    return found


def _rectangle(shape: Any, record: Settled) -> Rectangle | None:
    """Whole pixels around the shape, inside the image; none for what has no extent."""
    around = bounds(shape)
    if around is None or shape["type"] == "point":
        return None
    x, y, width, height = around
    left, top = max(floor(x), 0), max(floor(y), 0)
    right, bottom = min(ceil(x + width), record.width), min(ceil(y + height), record.height)
    return (left, top, right, bottom) if left < right and top < bottom else None


def _pictures(
    record: Settled, cuts: Sequence[Cut], original: Callable[[Settled], bytes], decoder: Decoder
) -> Iterator[tuple[Cut, bytes]]:
    data = original(record)
    for some in _portions(cuts):
        done = decoder.decode(request([cut.rectangle for cut in some], data))
        if isinstance(done, BadImage):
            # It was accepted at ingest, where a smaller copy was enough; the list says that it lacks.
            log.warning("not cut out", task=record.task, verdict=done.verdict, detail=done.detail)
            return
        yield from zip(some, (tile.webp for tile in done.tiles), strict=True)


def _portions(cuts: Sequence[Cut]) -> Iterator[list[Cut]]:
    portion: list[Cut] = []
    pixels = 0
    for cut in cuts:
        if portion and (len(portion) == MOST or pixels + cut.pixels > MOST_PIXELS):
            yield portion
            portion, pixels = [], 0
        portion.append(cut)
        pixels += cut.pixels
    yield portion


def _mask(cut: Cut) -> bytes:
    left, top, right, bottom = cut.rectangle
    if cut.shape["type"] == "mask":
        inside: Mask = unpack_mask(cut.shape["mask"])[top:bottom, left:right]
    else:
        moved = [[at - (top if i % 2 else left) for i, at in enumerate(ring)] for ring in outlines(cut.shape)]
        inside = fill(moved, width=right - left, height=bottom - top)
    out = io.BytesIO()
    Image.fromarray(inside.astype(np.uint8) * 255).save(out, "PNG")
    return out.getvalue()


def _listed(cut: Cut, file_name: str, *, has_crop: bool, has_mask: bool) -> bytes:
    left, top, right, bottom = cut.rectangle
    return _line(
        [
            f"images/{cut.place}.jpg" if has_crop else "",
            f"masks/{cut.place}.png" if has_mask else "",
            file_name,
            cut.shape["class"],
            left,
            top,
            right - left,
            bottom - top,
            cut.shape.get("confidence", ""),
        ]
    )


def _line(row: Sequence[object]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(row)
    return buffer.getvalue().encode()

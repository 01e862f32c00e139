"""Class masks: a PNG an image whose pixels are the places of the classes in the schema from 1, 0 is nothing.

    masks/<split>/*.png     8 bits a pixel with the classes' colours as palette; 16 bits above 255 classes
    classes.txt             number, key and colour of each class

Where shapes overlap, the one on top has the pixels. Lines, points and skeletons cover none.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from PIL import Image

from review.formats.base import Answer, Format, Member, ReadFault, Settled, class_index, named, shapes
from review.formats.geometry import areal, pixels
from review.formats.names import stem
from review.formats.panoptic import opened, png_bytes
from review.formats.reading import ClassBook, FindImage, Source, file_stem, payload_of, shape_of
from tasks.shapes.rle import pack_mask

MOST_OF_PALETTE = 255


def write(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    classes = class_index(spec)
    colors = ["#000000", *(entry.get("color", "#ffffff") for entry in spec.get("classes", ()))]
    for record, file_name in named(records):
        image = _painted(record, classes, colors)
        yield f"masks/{record.split}/{stem(file_name)}.png", iter([png_bytes(image)])
    rows = (
        f"{i}\t{key}\t{color}\n" for i, (key, color) in enumerate(zip(["", *classes], colors, strict=True))
    )
    yield "classes.txt", iter(["".join(rows).encode()])


def _painted(record: Settled, classes: Mapping[str, int], colors: list[str]) -> Image.Image:
    wide = len(classes) > MOST_OF_PALETTE
    numbers = np.zeros((record.height, record.width), np.uint16 if wide else np.uint8)
    for shape in areal(shapes(record)):
        numbers[pixels(shape, width=record.width, height=record.height)] = classes[shape["class"]] + 1
    image = Image.fromarray(numbers)
    if not wide:
        image = Image.frombytes("P", image.size, numbers.tobytes())
        image.putpalette(bytes.fromhex("".join(color[1:] for color in colors)))
    return image


def read(source: Source, *, spec: Mapping[str, Any], images: FindImage) -> Iterator[Answer]:
    """A mask a class and image, as this format does not tell objects of a class apart."""
    keys = _classes(source, spec)
    for path in source.paths(".png"):
        if "masks" not in path.split("/"):
            continue
        numbers = np.asarray(opened(source, path))
        if numbers.ndim != 2:
            raise ReadFault(path, "This is no PNG of class numbers: it has several channels.")
        found = (
            shape_of("mask", keys.get(int(number), str(number)), pack_mask(numbers == number))
            for number in np.unique(numbers)
            if number
        )
        known = images(file_stem(path))
        yield known.name if known else file_stem(path), payload_of(found) if known else None


def _classes(source: Source, spec: Mapping[str, Any]) -> dict[int, str]:
    entries = spec.get("classes", ())
    if "classes.txt" not in source.paths("classes.txt"):
        return {i: entry["key"] for i, entry in enumerate(entries, start=1)}
    book = ClassBook(entries)
    rows = (line.split("\t") for line in source.text("classes.txt").splitlines())
    return {int(row[0]): book.key(row[1]) for row in rows if len(row) > 1 and row[0].isdigit() and row[1]}


FORMAT = Format("masks", "Class masks (PNG)", write, read)

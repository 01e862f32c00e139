"""LabelMe: a JSON file an image (https://github.com/wkentaro/labelme), read by it and by many converters.

Rotated boxes and ellipses become polygons, outlines with holes and masks LabelMe's masks: a PNG of the part
inside their bounds. Points of a skeleton are points of one group, named `class/point`.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from review.formats.base import Answer, Format, Member, ReadFault, Settled, named, shapes, skeletons, to_json
from review.formats.geometry import Shape, bounds, outlines, pixels, points
from review.formats.names import stem
from review.formats.panoptic import png_bytes
from review.formats.reading import ClassBook, FindImage, Source, payload_of, polygons_of, shape_of
from tasks.shapes.rle import pack_mask


def write(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    keys = skeletons(spec)
    for record, file_name in named(records, flat=True):
        document: dict[str, Any] = {
            "version": "5.5.0",
            "flags": {},
            "shapes": [
                part
                for i, shape in enumerate(shapes(record), start=1)
                for part in _parts(i, shape, record, keys)
            ],
            "imagePath": file_name,
            "imageData": None,
            "imageHeight": record.height,
            "imageWidth": record.width,
        }
        yield f"{record.split}/{stem(file_name)}.json", iter([to_json(document)])


def _parts(
    number: int, shape: Shape, record: Settled, keys: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, Any]]:
    kind, label, group = shape["type"], shape["class"], shape.get("group")
    more = {"flags": {}, "description": "", "attributes": shape.get("attributes", {})}
    if kind == "skeleton":
        for key, (x, y, seen) in zip(keys[label], points(shape), strict=True):
            if seen:
                part = {"label": f"{label}/{key}", "points": [[x, y]], "shape_type": "point"}
                yield part | {"group_id": number, **more}
        return
    if kind == "box":
        x, y, width, height = shape["box"]
        geometry: dict[str, Any] = {"points": [[x, y], [x + width, y + height]], "shape_type": "rectangle"}
    elif kind == "point":
        geometry = {"points": [shape["point"]], "shape_type": "point"}
    elif kind == "polyline":
        geometry = {"points": _pairs(shape["polyline"]), "shape_type": "linestrip"}
    elif kind == "mask" or len(outlines(shape)) > 1:
        geometry = _mask(shape, record)
    else:
        geometry = {"points": _pairs(outlines(shape)[0]), "shape_type": "polygon"}
    yield {"label": label, "group_id": group, **geometry, **more}


def _mask(shape: Shape, record: Settled) -> dict[str, Any]:
    x, y, width, height = (
        round(number) for number in bounds({"type": "mask", "mask": _packed(shape, record)}) or ()
    )
    part = pixels(shape, width=record.width, height=record.height)[y : y + height, x : x + width]
    png = png_bytes(Image.fromarray(part.astype(np.uint8) * 255))
    # Its corners are pixels, the lower right one still inside.
    corners = [[x, y], [x + width - 1, y + height - 1]]
    return {"points": corners, "shape_type": "mask", "mask": b64encode(png).decode()}


def _packed(shape: Shape, record: Settled) -> dict[str, Any]:
    return pack_mask(pixels(shape, width=record.width, height=record.height))


def _pairs(flat: Sequence[float]) -> list[list[float]]:
    return [list(pair) for pair in zip(flat[::2], flat[1::2], strict=True)]


def read(source: Source, *, spec: Mapping[str, Any], images: FindImage) -> Iterator[Answer]:
    """Circles become ellipses; points named `class/point` come together as skeletons."""
    book = ClassBook(spec.get("classes", ()))
    keys = skeletons(spec)
    for path, document in source.documents("shapes", "imagePath"):
        try:
            yield str(document["imagePath"]), payload_of(_shapes(document, book, keys))
        except (KeyError, TypeError, ValueError, IndexError, UnidentifiedImageError, Base64Error) as error:
            raise ReadFault(path, f"A shape is none of LabelMe's: {error}") from error


def _shapes(
    document: Mapping[str, Any], book: ClassBook, keys: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, Any]]:
    together: dict[tuple[str, Any], list[float]] = {}
    for part in document["shapes"]:
        class_name, _, point = part["label"].rpartition("/")
        known = list(keys.get(book.key(class_name), ()))
        if part["shape_type"] == "point" and point in known:
            one = (book.key(class_name), part.get("group_id"))
            flat = together.setdefault(one, [0] * (3 * len(known)))
            place = 3 * known.index(point)
            flat[place : place + 3] = [*part["points"][0], 2]
        else:
            yield from _read_part(part, book.key(part["label"]), document)
    for (label, _), flat in together.items():
        yield shape_of("skeleton", label, flat)


def _read_part(part: Mapping[str, Any], label: str, document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    kind, corners = part.get("shape_type", "polygon"), part["points"]
    more = {"attributes": part.get("attributes", {})}
    flat = [float(number) for pair in corners for number in pair]
    if kind == "rectangle":
        left, right = sorted(flat[::2])
        top, bottom = sorted(flat[1::2])
        yield shape_of("box", label, [left, top, right - left, bottom - top], **more)
    elif kind == "circle":
        radius = ((flat[0] - flat[2]) ** 2 + (flat[1] - flat[3]) ** 2) ** 0.5
        yield shape_of("ellipse", label, [flat[0], flat[1], radius, radius, 0], **more)
    elif kind == "point":
        yield shape_of("point", label, flat[:2], **more)
    elif kind in {"line", "linestrip"}:
        yield shape_of("polyline", label, flat, **more)
    elif kind == "mask":
        yield shape_of("mask", label, _unpacked(part, document), **more)
    else:
        for polygon in polygons_of(flat):
            yield shape_of("polygon", label, polygon, **more)


def _unpacked(part: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    x, y = (int(number) for number in part["points"][0])
    inside = np.asarray(Image.open(BytesIO(b64decode(part["mask"])), formats=["PNG"]).convert("L")) > 0
    whole = np.zeros((document["imageHeight"], document["imageWidth"]), np.bool_)
    whole[y : y + inside.shape[0], x : x + inside.shape[1]] = inside
    return pack_mask(whole)


def folder(record: Settled, spec: Mapping[str, Any]) -> str:
    return record.split


KEEPS = frozenset({"box", "polyline", "point", "mask"})
FORMAT = Format("labelme", "LabelMe JSON", write, read, KEEPS, folder, flat=True)

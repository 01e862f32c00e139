"""CVAT for images 1.1: https://docs.cvat.ai/docs/dataset_management/formats/format-cvat/, one XML document.

CVAT has no polygon with holes: such a one becomes a mask. Masks count runs along the rows of their bounds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from review.formats.base import (
    Answer,
    Format,
    Member,
    ReadFault,
    Settled,
    named,
    shapes,
    skeletons,
    tag_values,
)
from review.formats.geometry import Shape, pixels, points
from review.formats.reading import ClassBook, FindImage, Source, payload_of, polygons_of, shape_of
from review.formats.voc import escaped
from tasks.shapes.rle import pack_mask


def write(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    yield "annotations.xml", _document(records, spec)


def _document(records: Iterable[Settled], spec: Mapping[str, Any]) -> Iterator[bytes]:
    yield b'<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n'
    labels = "".join(
        f"<label><name>{escaped(entry['key'])}</name><color>{entry.get('color', '#888888')}</color></label>"
        for entry in spec.get("classes", ())
    )
    yield f"  <meta><job><labels>{labels}</labels></job></meta>\n".encode()
    keys = skeletons(spec)
    for number, (record, file_name) in enumerate(named(records)):
        size = f'width="{record.width}" height="{record.height}"'
        more = f"source_name={_quoted(record.name)} subset={_quoted(record.split)} {size}"
        yield f'  <image id="{number}" name={_quoted(file_name)} {more}>\n'.encode()
        for z, shape in enumerate(shapes(record)):
            yield _element(shape, record, z, keys).encode()
        yield "".join(_tags(record)).encode()
        yield b"  </image>\n"
    yield b"</annotations>\n"


def _tags(record: Settled) -> Iterator[str]:
    for key, value in tag_values(record).items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                said = f'<attribute name="value">{escaped(_text(one))}</attribute>'
                yield f'    <tag label={_quoted(key)} source="manual">{said}</tag>\n'


def _element(shape: Shape, record: Settled, z: int, keys: Mapping[str, Sequence[str]]) -> str:
    kind, label = shape["type"], _quoted(shape["class"])
    group = f' group_id="{shape["group"]}"' if shape.get("group") else ""
    head = f'label={label} source="manual" occluded="{int(bool(shape.get("occluded")))}" z_order="{z}"{group}'
    attributes = "".join(
        f"<attribute name={_quoted(key)}>{escaped(_text(value))}</attribute>"
        for key, value in shape.get("attributes", {}).items()
    )
    if kind == "skeleton":
        parts = "".join(
            f'<points label={_quoted(key)} outside="{int(not seen)}" occluded="{int(seen == 1)}"'
            f' points="{x},{y}"/>'
            for key, (x, y, seen) in zip(keys[shape["class"]], points(shape), strict=True)
        )
        return f"    <skeleton {head}>{parts}{attributes}</skeleton>\n"
    name, geometry = _geometry(shape, record)
    return f"    <{name} {head} {geometry}>{attributes}</{name}>\n"


def _geometry(shape: Shape, record: Settled) -> tuple[str, str]:
    """The element's name, and its geometry as XML attributes."""
    kind = shape["type"]
    if kind == "box":
        x, y, width, height = shape["box"]
        return "box", f'xtl="{x}" ytl="{y}" xbr="{x + width}" ybr="{y + height}"'
    if kind == "rotated_box":
        cx, cy, width, height, angle = shape[kind]
        left, top = cx - width / 2, cy - height / 2
        corners = f'xtl="{left}" ytl="{top}" xbr="{left + width}" ybr="{top + height}"'
        return "box", f'{corners} rotation="{angle}"'
    if kind == "ellipse":
        cx, cy, a, b, angle = shape[kind]
        return "ellipse", f'cx="{cx}" cy="{cy}" rx="{a}" ry="{b}" rotation="{angle}"'
    if kind == "point":
        return "points", f'points="{_pairs(shape[kind])}"'
    if kind == "polyline" or (kind == "polygon" and len(shape[kind]) == 1):
        flat = shape[kind] if kind == "polyline" else shape[kind][0]
        return kind, f'points="{_pairs(flat)}"'
    return "mask", _mask(shape, record)


def _mask(shape: Shape, record: Settled) -> str:
    mask = pixels(shape, width=record.width, height=record.height)
    rows, columns = mask.nonzero()
    if rows.size == 0:  # an outline so thin that it encloses no pixel's centre
        return 'rle="1" left="0" top="0" width="1" height="1"'
    left, top, right, bottom = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    flat = mask[top:bottom, left:right].reshape(-1)
    (changes,) = np.nonzero(flat[1:] != flat[:-1])
    bounds = [0, *([0] if flat[0] else []), *(changes + 1).tolist(), flat.size]
    runs = ", ".join(str(run) for run in np.diff(bounds))
    return f'rle="{runs}" left="{left}" top="{top}" width="{right - left}" height="{bottom - top}"'


def _pairs(flat: Sequence[float]) -> str:
    return ";".join(f"{x},{y}" for x, y in zip(flat[::2], flat[1::2], strict=True))


def _quoted(text: str) -> str:
    quoted = escaped(text).replace('"', "&quot;")
    return f'"{quoted}"'


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def read(source: Source, *, spec: Mapping[str, Any], images: FindImage) -> Iterator[Answer]:
    book = ClassBook(spec.get("classes", ()))
    keys = skeletons(spec)
    kinds = {group["key"]: group["kind"] for group in spec.get("tags", ())}
    for path in source.paths(".xml"):
        for image in source.xml(path).iter("image"):
            try:
                found = [shape for node in image for shape in _shapes(node, image, book, keys)]
                name = image.get("source_name") or image.attrib["name"]
                yield name, payload_of(found, _read_tags(image, kinds))
            except (KeyError, TypeError, ValueError) as error:
                raise ReadFault(path, f"An image is none of this format: {error!r}") from error


def _read_tags(image: Element, kinds: Mapping[str, str]) -> dict[str, Any]:
    tags: dict[str, Any] = {}
    for node in image.iter("tag"):
        key, value = node.attrib["label"], node.findtext("attribute") or ""
        if kinds.get(key) == "multiple":
            tags.setdefault(key, []).append(value)
        elif key in kinds:
            tags[key] = float(value) if kinds[key] == "number" else value
    return tags


def _shapes(
    node: Element, image: Element, book: ClassBook, keys: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, Any]]:
    """The shapes an element stands for; none for a tag."""
    label = book.key(node.attrib["label"])
    said: dict[str, Any] = {
        "attributes": {a.attrib["name"]: _value(a.text or "") for a in node.findall("attribute")},
        "occluded": node.get("occluded") == "1",
        "group": int(node.get("group_id") or 0),
    }
    for kind, geometry in _geometries(node, image, keys.get(label, ())):
        yield shape_of(kind, label, geometry, **said)


def _geometries(node: Element, image: Element, keys: Sequence[str]) -> Iterator[tuple[str, Any]]:
    if node.tag == "box":
        yield _box(node)
    elif node.tag == "ellipse":
        numbers = [float(node.attrib[part]) for part in ("cx", "cy", "rx", "ry")]
        yield "ellipse", [*numbers, _angle(node)]
    elif node.tag == "polygon":
        for polygon in polygons_of(_flat(node)):
            yield "polygon", polygon
    elif node.tag == "polyline":
        yield "polyline", _flat(node)
    elif node.tag == "points":
        flat = _flat(node)
        for i in range(0, len(flat), 2):
            yield "point", flat[i : i + 2]
    elif node.tag == "mask":
        yield "mask", _unpacked(node, image)
    elif node.tag == "skeleton":
        yield "skeleton", _skeleton(node, keys)


def _box(node: Element) -> tuple[str, list[float]]:
    left, top, right, bottom = (float(node.attrib[side]) for side in ("xtl", "ytl", "xbr", "ybr"))
    width, height = right - left, bottom - top
    if node.get("rotation"):
        return "rotated_box", [left + width / 2, top + height / 2, width, height, _angle(node)]
    return "box", [left, top, width, height]


def _angle(node: Element) -> float:
    return float(node.get("rotation") or 0) % 360


def _flat(node: Element) -> list[float]:
    return [float(number) for pair in node.attrib["points"].split(";") for number in pair.split(",")]


def _skeleton(node: Element, keys: Sequence[str]) -> list[float]:
    flat: list[float] = [0.0] * (3 * len(keys))
    for part in node.findall("points"):
        if part.get("outside") != "1":
            place = 3 * list(keys).index(part.attrib["label"])
            flat[place : place + 3] = [*_flat(part)[:2], 1 if part.get("occluded") == "1" else 2]
    return flat


def _unpacked(node: Element, image: Element) -> dict[str, Any]:
    left, top, width, height = (int(node.attrib[part]) for part in ("left", "top", "width", "height"))
    runs = np.array([int(run) for run in node.attrib["rle"].split(",")])
    inside = np.repeat(np.arange(runs.size) % 2 == 1, runs)
    whole = np.zeros((int(image.attrib["height"]), int(image.attrib["width"])), np.bool_)
    part = np.zeros(width * height, np.bool_)
    part[: inside.size] = inside[: part.size]
    whole[top : top + height, left : left + width] = part.reshape(height, width)
    return pack_mask(whole)


def _value(text: str) -> Any:
    """CVAT writes all values as text; truth values and numbers come back as what they are."""
    if text in {"true", "false"}:
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text


FORMAT = Format(
    "cvat",
    "CVAT XML",
    write,
    read,
    frozenset({"box", "rotated_box", "ellipse", "polyline", "point", "skeleton", "mask"}),
)

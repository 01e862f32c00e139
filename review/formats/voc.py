"""Pascal VOC: Annotations/*.xml, ImageSets/Main/<split>.txt and labelmap.txt; the boxes around areas.

Corners are pixel edges from 0, with fractions: the original's whole numbers from 1 would cost up to a pixel
an edge, and its readers of today take fractions. http://host.robots.ox.ac.uk/pascal/VOC/
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from review.formats.base import Answer, Format, Member, ReadFault, Settled, Spools, named, shapes
from review.formats.geometry import areal, bounds
from review.formats.names import stem
from review.formats.reading import ClassBook, FindImage, Source, payload_of, shape_of

# XML 1.0 has no way to write these at all, not even escaped.
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

SIDES = ("xmin", "ymin", "xmax", "ymax")


def write(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    with Spools() as lists:
        for record, file_name in named(records):
            name = stem(file_name)
            lists.write(record.split, f"{name}\n".encode())
            yield f"Annotations/{name}.xml", iter([_annotation(record, file_name).encode()])
        for split in lists.names() or ["train"]:
            yield f"ImageSets/Main/{split}.txt", lists.read(split)
    labels = "".join(f"{entry['key']}:::\n" for entry in spec.get("classes", ()))
    yield "labelmap.txt", iter([f"# label:color_rgb:parts:actions\nbackground:::\n{labels}".encode()])


def _annotation(record: Settled, file_name: str) -> str:
    return (
        "<annotation>\n"
        "  <folder>JPEGImages</folder>\n"
        f"  <filename>{escaped(file_name)}</filename>\n"
        f"  <source><database>Unknown</database><image>{escaped(record.name)}</image></source>\n"
        f"  <size><width>{record.width}</width><height>{record.height}</height><depth>3</depth></size>\n"
        "  <segmented>0</segmented>\n"
        f"{''.join(map(_object, areal(shapes(record))))}"
        "</annotation>\n"
    )


def _object(shape: Mapping[str, Any]) -> str:
    x, y, width, height = bounds(shape) or (0.0, 0.0, 0.0, 0.0)
    attributes = shape.get("attributes", {})
    said = {**attributes, "occluded": shape.get("occluded") or attributes.get("occluded")}
    flags = "".join(
        f"    <{flag}>{int(said.get(flag) is True)}</{flag}>\n"
        for flag in ("truncated", "difficult", "occluded")
    )
    return (
        "  <object>\n"
        f"    <name>{escaped(shape['class'])}</name>\n"
        "    <pose>Unspecified</pose>\n"
        f"{flags}"
        f"    <bndbox><xmin>{_number(x)}</xmin><ymin>{_number(y)}</ymin>"
        f"<xmax>{_number(x + width)}</xmax><ymax>{_number(y + height)}</ymax></bndbox>\n"
        f"    <confidence>{shape.get('confidence', 1.0)}</confidence>\n"
        f"    <attributes>{''.join(map(_attribute, attributes.items()))}</attributes>\n"
        "  </object>\n"
    )


def _attribute(item: tuple[str, Any]) -> str:
    key, value = item
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<attribute><name>{escaped(key)}</name><value>{escaped(text)}</value></attribute>"


def _number(value: float) -> str:
    return f"{value:.2f}"


def escaped(value: str) -> str:
    return escape(NOT_IN_XML.sub("\ufffd", value))


def read(source: Source, *, spec: Mapping[str, Any], images: FindImage) -> Iterator[Answer]:
    book = ClassBook(spec.get("classes", ()))
    for path in source.paths(".xml"):
        root = source.xml(path)
        if root.tag != "annotation":
            continue
        name = root.findtext("source/image") or root.findtext("filename") or ""
        try:
            found = [_shape(node, book) for node in root.iter("object")]
        except (TypeError, ValueError) as error:
            raise ReadFault(path, "An object has no box of four numbers.") from error
        yield name if images(name) else root.findtext("filename") or name, payload_of(found)


def _shape(node: Element, book: ClassBook) -> dict[str, Any]:
    left, top, right, bottom = (float(node.findtext(f"bndbox/{side}") or "") for side in SIDES)
    confidence = node.findtext("confidence")
    return shape_of(
        "box",
        book.key(node.findtext("name")),
        [left, top, right - left, bottom - top],
        confidence=float(confidence) if confidence else None,
        occluded=node.findtext("occluded") == "1",
    )


def folder(record: Settled, spec: Mapping[str, Any]) -> str:
    return "JPEGImages"


FORMAT = Format("voc", "Pascal VOC", write, read, frozenset({"box"}), folder)

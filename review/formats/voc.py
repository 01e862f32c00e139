"""Pascal VOC: Annotations/*.xml, ImageSets/Main/<split>.txt and labelmap.txt.

Corners are pixel edges from 0, with fractions: the original's whole numbers from 1 would cost up to a pixel
an edge, and its readers of today take fractions. http://host.robots.ox.ac.uk/pascal/VOC/
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

from review.formats.base import Format, Member, Settled, Spools, boxes, named
from review.formats.names import stem

# XML 1.0 has no way to write these at all, not even escaped.
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
        f"  <filename>{_text(file_name)}</filename>\n"
        f"  <source><database>Unknown</database><image>{_text(record.name)}</image></source>\n"
        f"  <size><width>{record.width}</width><height>{record.height}</height><depth>3</depth></size>\n"
        "  <segmented>0</segmented>\n"
        f"{''.join(map(_object, boxes(record)))}"
        "</annotation>\n"
    )


def _object(shape: Mapping[str, Any]) -> str:
    x, y, width, height = shape["box"]
    attributes = shape.get("attributes", {})
    flags = "".join(
        f"    <{flag}>{int(attributes.get(flag) is True)}</{flag}>\n"
        for flag in ("truncated", "difficult", "occluded")
    )
    return (
        "  <object>\n"
        f"    <name>{_text(shape['class'])}</name>\n"
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
    return f"<attribute><name>{_text(key)}</name><value>{_text(text)}</value></attribute>"


def _number(value: float) -> str:
    return f"{value:.2f}"


def _text(value: str) -> str:
    return escape(NOT_IN_XML.sub("\ufffd", value))


FORMAT = Format("voc", "Pascal VOC", write, image_folder="JPEGImages")

"""CSV: a row an image for tags, a row a box for boxes. UTF-8, comma, first row names the columns."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from review.formats.base import Format, Member, Settled, boxes, named, to_json
from tasks.spreadsheets import safe_text

IMAGE = ("image", "source_name", "split", "width", "height", "sha256")


def write_tags(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    """tags.csv: per tag group its value and confidence; several choices joined by `|`, left open is empty."""
    keys = [group["key"] for group in spec.get("tags", ())]
    header = [*IMAGE, *(column for key in keys for column in (key, f"{key}_confidence"))]
    yield "tags.csv", _rows(header, (_tag_row(record, name, keys) for record, name in named(records)))


def write_boxes(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    """boxes.csv: pixels from the top left; attributes as JSON. An image without boxes has no row."""
    header = [
        *IMAGE,
        "class",
        "x",
        "y",
        "box_width",
        "box_height",
        "confidence",
        "expected_iou",
        "attributes",
    ]
    yield (
        "boxes.csv",
        _rows(
            header,
            (_box_row(record, name, shape) for record, name in named(records) for shape in boxes(record)),
        ),
    )


def _tag_row(record: Settled, name: str, keys: Sequence[str]) -> list[Any]:
    row = _image(record, name)
    tags = record.consensus.get("tags", {})
    for key in keys:
        tag = tags.get(key, {"value": None, "confidence": None})
        value = tag["value"]
        row += ["|".join(value) if isinstance(value, list) else value, tag["confidence"]]
    return row


def _box_row(record: Settled, name: str, shape: Mapping[str, Any]) -> list[Any]:
    return [
        *_image(record, name),
        shape["class"],
        *shape["box"],
        shape.get("confidence", 1.0),
        shape.get("expected_iou", 1.0),
        to_json(shape.get("attributes", {})).decode(),
    ]


def _image(record: Settled, name: str) -> list[Any]:
    return [name, record.name, record.split, record.width, record.height, record.sha256]


def _rows(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")  # RFC 4180; "\n" alone would leave "\r" unquoted
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        if buffer.tell() > 1 << 16:
            yield _taken(buffer)
    yield _taken(buffer)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return safe_text(value.replace("\x00", "\ufffd"))
    return value


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", errors="replace")


TAGS = Format("csv-tags", "CSV (tags)", write_tags)
BOXES = Format("csv-boxes", "CSV (boxes)", write_boxes)

"""CSV: a row an image for tags, a row a shape for shapes. UTF-8, comma, first row names the columns."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import msgspec

from review.formats.base import Answer, Format, Member, ReadFault, Settled, named, shapes, to_json
from review.formats.geometry import bounds
from review.formats.jsonl import KINDS
from review.formats.reading import ClassBook, FindImage, Source, payload_of, shape_of
from tasks.spreadsheets import bare_text, safe_text

IMAGE = ("image", "source_name", "split", "width", "height", "sha256")


def write_tags(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    """tags.csv: per tag group its value and confidence; several choices joined by `|`, left open is empty."""
    keys = [group["key"] for group in spec.get("tags", ())]
    header = [*IMAGE, *(column for key in keys for column in (key, f"{key}_confidence"))]
    yield "tags.csv", _rows(header, (_tag_row(record, name, keys) for record, name in named(records)))


SHAPE = (
    *("class", "type", "x", "y", "shape_width", "shape_height"),
    *("geometry", "confidence", "expected_iou", "attributes"),
)


def write_shapes(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    """shapes.csv: the box around the shape in pixels from the top left; geometry and attributes as JSON.

    An image without shapes has no row.
    """
    rows = (_shape_row(record, name, shape) for record, name in named(records) for shape in shapes(record))
    yield "shapes.csv", _rows([*IMAGE, *SHAPE], rows)


def _tag_row(record: Settled, name: str, keys: Sequence[str]) -> list[Any]:
    row = _image(record, name)
    tags = record.consensus.get("tags", {})
    for key in keys:
        tag = tags.get(key, {"value": None, "confidence": None})
        value = tag["value"]
        row += ["|".join(value) if isinstance(value, list) else value, tag["confidence"]]
    return row


def _shape_row(record: Settled, name: str, shape: Mapping[str, Any]) -> list[Any]:
    return [
        *_image(record, name),
        shape["class"],
        shape["type"],
        *(bounds(shape) or (None, None, None, None)),
        to_json(shape[shape["type"]]).decode(),
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


def read_tags(source: Source, *, spec: Mapping[str, Any], images: FindImage) -> Iterator[Answer]:
    """A row an image; columns are named as the tag groups."""
    groups = {group["key"]: group["kind"] for group in spec.get("tags", ())}
    for path, row in _entries(source, "tags.csv"):
        try:
            tags = {key: _tag(row[key], kind) for key, kind in groups.items() if row.get(key)}
        except ValueError as error:
            raise ReadFault(path, f"A value is no number: {error}") from error
        yield _name(row), payload_of((), tags)


def read_shapes(source: Source, *, spec: Mapping[str, Any], images: FindImage) -> Iterator[Answer]:
    """A row a shape; rows of one image follow each other."""
    book = ClassBook(spec.get("classes", ()))
    for name, rows in groupby(_entries(source, "shapes.csv"), key=lambda entry: _name(entry[1])):
        yield name, payload_of(_shape(path, row, book) for path, row in rows)


def _shape(path: str, row: Mapping[str, str], book: ClassBook) -> dict[str, Any]:
    try:
        geometry, attributes = (
            msgspec.json.decode(row["geometry"]),
            msgspec.json.decode(row["attributes"] or "{}"),
        )
        confidence = float(row["confidence"]) if row.get("confidence") else None
        more = {"confidence": confidence, "attributes": attributes}
        return shape_of(row["type"], book.key(row["class"]), geometry, **more)
    except (KeyError, ValueError) as error:
        raise ReadFault(path, f"A row is none of this format: {error!r}") from error


def _entries(source: Source, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    for path in source.paths(name) or source.paths(".csv"):
        for row in csv.DictReader(io.StringIO(source.text(path), newline="")):
            yield path, {key: bare_text(value or "") for key, value in row.items() if key is not None}


def _name(row: Mapping[str, str]) -> str:
    return row.get("source_name") or row.get("image", "")


def _tag(text: str, kind: str) -> Any:
    if kind == "multiple":
        return text.split("|")
    return float(text) if kind == "number" else text


TAGS = Format("csv-tags", "CSV (tags)", write_tags, read_tags)
SHAPES = Format("csv-shapes", "CSV (shapes)", write_shapes, read_shapes, frozenset(KINDS))

"""Open Images CSV: https://storage.googleapis.com/openimages/web/download_v7.html

<split>-annotations-bbox.csv                a row a box, corners as fractions of the image
<split>-annotations-human-imagelabels.csv   a row a tag, `group/value`
class-descriptions-boxable.csv              the classes' keys and English names
<split>-images-with-rotation.csv            the images: their ids are file names without extension
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from review.formats.base import Answer, Format, Member, ReadFault, Settled, Spools, named, shapes, tag_values
from review.formats.geometry import areal, bounds
from review.formats.names import stem
from review.formats.reading import ClassBook, FindImage, Known, Source, payload_of, shape_of

BOXES = (
    *("ImageID", "Source", "LabelName", "Confidence", "XMin", "XMax", "YMin", "YMax"),
    *("IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside"),
)
LABELS = ("ImageID", "Source", "LabelName", "Confidence")
IMAGES = ("ImageID", "Subset", "OriginalURL", "Title", "Rotation")


def write(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    splits: set[str] = set()
    with Spools() as spools:
        for record, file_name in named(records, flat=True):
            splits.add(record.split)
            name = stem(file_name)
            spools.write(f"boxes {record.split}", _lines(_box_rows(record, name)))
            spools.write(f"labels {record.split}", _lines(_tag_rows(record, name)))
            spools.write(f"images {record.split}", _lines([[name, record.split, "", record.name, "0.0"]]))
        for split in sorted(splits) or ["train"]:
            for part, file, header in (
                ("boxes", "annotations-bbox", BOXES),
                ("labels", "annotations-human-imagelabels", LABELS),
                ("images", "images-with-rotation", IMAGES),
            ):
                yield f"{split}-{file}.csv", _document(header, spools.read(f"{part} {split}"))
    names = [
        [entry["key"], entry.get("names", {}).get("en", entry["key"])] for entry in spec.get("classes", ())
    ]
    yield "class-descriptions-boxable.csv", iter([_lines(names)])


def _document(header: Sequence[str], rows: Iterator[bytes]) -> Iterator[bytes]:
    yield _lines([header])
    yield from rows


def _box_rows(record: Settled, name: str) -> Iterator[list[Any]]:
    for shape in areal(shapes(record)):
        x, y, width, height = bounds(shape) or (0.0, 0.0, 0.0, 0.0)
        edges = (
            x / record.width,
            (x + width) / record.width,
            y / record.height,
            (y + height) / record.height,
        )
        attributes = shape.get("attributes", {})
        flags = [int(said is True) for said in (shape.get("occluded"), attributes.get("truncated"))]
        confidence = shape.get("confidence", 1.0)
        yield [name, "human", shape["class"], confidence, *(f"{edge:.8f}" for edge in edges), *flags, 0, 0, 0]


def _tag_rows(record: Settled, name: str) -> Iterator[list[Any]]:
    for key, value in tag_values(record).items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                yield [name, "human", f"{key}/{one}", 1]


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode()


def read(source: Source, *, spec: Mapping[str, Any], images: FindImage) -> Iterator[Answer]:
    """The boxes; an image that has none is listed by its file of images."""
    book = ClassBook(spec.get("classes", ()))
    display = {
        row[0]: row[1] for path in source.paths("boxable.csv") for row in _rows(source, path) if len(row) > 1
    }
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for path in source.paths("images-with-rotation.csv"):
        for row in _rows(source, path)[1:]:
            found[row[0]] = []
    sizes: dict[str, Known | None] = {}
    for path in source.paths("bbox.csv"):
        header, *rows = _rows(source, path) or [[]]
        for row in rows:
            entry = dict(zip(header, row, strict=False))
            try:
                name = entry["ImageID"]
                if (known := sizes.setdefault(name, images(name))) is not None:
                    found[name].append(_shape(entry, known, book, display))
                else:
                    found[name] = []
            except (KeyError, ValueError) as error:
                raise ReadFault(path, f"This row is none of this format: {row}") from error
    for name, shapes_of_image in found.items():
        known = images(name)
        yield (known.name, payload_of(shapes_of_image)) if known else (name, None)


def _shape(
    entry: Mapping[str, str], known: Known, book: ClassBook, display: Mapping[str, str]
) -> dict[str, Any]:
    left, right = float(entry["XMin"]) * known.width, float(entry["XMax"]) * known.width
    top, bottom = float(entry["YMin"]) * known.height, float(entry["YMax"]) * known.height
    label = book.key(entry["LabelName"])
    if label == entry["LabelName"]:
        label = book.key(display.get(label, label))
    return shape_of(
        "box",
        label,
        [left, top, right - left, bottom - top],
        confidence=float(entry.get("Confidence") or 1),
        occluded=entry.get("IsOccluded") == "1",
    )


def _rows(source: Source, path: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(source.text(path))))


def folder(record: Settled, spec: Mapping[str, Any]) -> str:
    return record.split


FORMAT = Format("open-images", "Open Images CSV", write, read, frozenset({"box"}), folder, flat=True)

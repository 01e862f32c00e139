"""Hugging Face's image folder: https://huggingface.co/docs/datasets/image_dataset, metadata beside them.

<split>/metadata.jsonl      file_name, a column a tag group, and `objects` as lists of equal length
<split>/<image>             the images, where the release carries them
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from review.formats.base import (
    Answer,
    Format,
    Member,
    ReadFault,
    Settled,
    Spools,
    named,
    shapes,
    tag_values,
    to_json,
)
from review.formats.geometry import bounds
from review.formats.jsonl import KINDS
from review.formats.reading import ClassBook, FindImage, Source, payload_of, shape_of


def write(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    groups = [group["key"] for group in spec.get("tags", ())]
    with Spools() as spools:
        for record, file_name in named(records):
            spools.write(record.split, to_json(_row(record, file_name, groups)) + b"\n")
        for split in spools.names() or ["train"]:
            yield f"{split}/metadata.jsonl", spools.read(split)


def _row(record: Settled, file_name: str, groups: list[str]) -> dict[str, Any]:
    tags, found = tag_values(record), [shape for shape in shapes(record) if bounds(shape)]
    return {
        "file_name": file_name,
        "source_name": record.name,
        "width": record.width,
        "height": record.height,
        **{f"tag_{key}": tags.get(key) for key in groups},
        "objects": {
            "bbox": [bounds(shape) for shape in found],
            "category": [shape["class"] for shape in found],
            "type": [shape["type"] for shape in found],
            # As text: lists of different depth in one column are what Arrow cannot hold.
            "geometry": [to_json(shape[shape["type"]]).decode() for shape in found],
            "confidence": [shape.get("confidence", 1.0) for shape in found],
        },
    }


def read(source: Source, *, spec: Mapping[str, Any], images: FindImage) -> Iterator[Answer]:
    """Ours, and those of others that have `objects` of `bbox` and `category` (or `categories`)."""
    book = ClassBook(spec.get("classes", ()))
    for path in source.paths("metadata.jsonl"):
        for number, line in enumerate(source.read(path).splitlines(), start=1):
            try:
                row = msgspec.json.decode(line)
                tags = {
                    key[4:]: tag for key, tag in row.items() if key.startswith("tag_") and tag is not None
                }
                name = row.get("source_name") or row["file_name"]
                yield name, payload_of(_shapes(row.get("objects") or {}, book), tags)
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                raise ReadFault(path, f"Line {number} is none of this format.") from error


def _shapes(objects: Mapping[str, Any], book: ClassBook) -> Iterator[dict[str, Any]]:
    labels = objects.get("category") or objects.get("categories") or []
    scores = objects.get("confidence") or [None] * len(labels)
    if "geometry" in objects:
        rows = zip(labels, objects["type"], objects["geometry"], scores, strict=True)
        for label, kind, geometry, score in rows:
            yield shape_of(kind, book.key(label), msgspec.json.decode(geometry), confidence=score)
    else:
        for label, box, score in zip(labels, objects.get("bbox", []), scores, strict=True):
            yield shape_of("box", book.key(label), box, confidence=score)


def folder(record: Settled, spec: Mapping[str, Any]) -> str:
    return record.split


FORMAT = Format("image-folder", "Hugging Face image folder", write, read, frozenset(KINDS), folder)

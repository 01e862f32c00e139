"""COCO JSON for detection: https://cocodataset.org/#format-data, one document a split.

Image ids are task ids and category ids the places of the classes in the schema from 1: the same in every
release of a project. Beyond the standard: `score` (confidence), `expected_iou` and `attributes` of an
annotation; `tags`, `sha256` and `source_name` (the client's own name) of an image.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any

from review.formats.base import (
    Format,
    Member,
    Settled,
    Spools,
    boxes,
    class_index,
    named,
    tag_values,
    to_json,
)


def write(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    categories = class_index(spec)
    ids = count(1)
    splits: set[str] = set()
    with Spools() as spools:
        # Annotations come after the images in the document, so both wait on disk, not in memory.
        for record, file_name in named(records):
            splits.add(record.split)
            spools.write(f"images/{record.split}", to_json(_image(record, file_name)) + b",\n")
            for shape in boxes(record):
                annotation = _annotation(next(ids), record, shape, categories[shape["class"]] + 1)
                spools.write(f"annotations/{record.split}", to_json(annotation) + b",\n")
        for split in sorted(splits) or ["train"]:
            yield f"annotations/instances_{split}.json", _document(spools, split, spec)


def _document(spools: Spools, split: str, spec: Mapping[str, Any]) -> Iterator[bytes]:
    yield (
        b'{"info": ' + to_json({"description": "", "version": "1.0"}) + b',\n"licenses": [],\n"categories": '
    )
    yield to_json(
        [
            {"id": i, "name": entry["key"], "supercategory": "", "names": entry.get("names", {})}
            for i, entry in enumerate(spec.get("classes", ()), start=1)
        ]
    )
    for part in ("images", "annotations"):
        yield f',\n"{part}": [\n'.encode()
        yield from _without_last_comma(spools.read(f"{part}/{split}"))
        yield b"\n]"
    yield b"}\n"


def _without_last_comma(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks less their final `,\\n`, which no JSON array may end with."""
    held = b""
    for chunk in chunks:
        held += chunk
        yield held[:-2]
        held = held[-2:]


def _image(record: Settled, file_name: str) -> dict[str, Any]:
    return {
        "id": record.task,
        "file_name": file_name,
        "width": record.width,
        "height": record.height,
        "source_name": record.name,
        "sha256": record.sha256,
        "tags": tag_values(record),
    }


def _annotation(number: int, record: Settled, shape: Mapping[str, Any], category: int) -> dict[str, Any]:
    _, _, width, height = shape["box"]
    return {
        "id": number,
        "image_id": record.task,
        "category_id": category,
        "bbox": shape["box"],
        "area": round(width * height, 4),
        "iscrowd": 0,
        "segmentation": [],
        "attributes": shape.get("attributes", {}),
        "score": shape.get("confidence", 1.0),
        "expected_iou": shape.get("expected_iou", 1.0),
    }


FORMAT = Format("coco", "COCO JSON", write)

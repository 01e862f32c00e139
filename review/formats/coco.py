"""COCO JSON: https://cocodataset.org/#format-data, one document a split, for boxes, segments and keypoints.

Image ids are task ids and category ids the places of the classes in the schema from 1: the same in every
release of a project. Outlines without holes are polygons, all other areas compressed run lengths. Beyond
the standard: `score` (confidence), `expected_iou` and, where it has some, `attributes` of an annotation;
`tags`, `sha256` and `source_name` (the client's own name) of an image.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import UNSET, Struct, UnsetType

from review.formats.base import (
    Answer,
    Format,
    Member,
    Settled,
    Spools,
    class_index,
    named,
    shapes,
    tag_values,
    to_json,
)
from review.formats.geometry import AREAL, Shape, area, bounds, outlines, pixels, points
from review.formats.reading import ClassBook, FindImage, Source, payload_of, polygons_of, shape_of
from tasks.shapes.rle import compressed, pack_mask

TOGETHER = 100
NOTHING: tuple[()] = ()
NONE: Mapping[str, Any] = {}


# To encode these costs half of what dictionaries do.
class Image(Struct, gc=False):
    id: int
    file_name: str
    width: int
    height: int
    source_name: str
    sha256: str
    tags: Mapping[str, Any]


class Annotation(Struct, gc=False):
    id: int
    image_id: int
    category_id: int
    bbox: Sequence[float]
    area: float
    iscrowd: int
    segmentation: Any
    score: float
    expected_iou: float
    attributes: Mapping[str, Any] | UnsetType = UNSET
    keypoints: Sequence[float] | UnsetType = UNSET
    num_keypoints: int | UnsetType = UNSET


def write(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    categories = {key: i + 1 for key, i in class_index(spec).items()}
    number = 1
    waiting: defaultdict[str, list[Annotation]] = defaultdict(list)
    with Spools() as spools:
        # Annotations come after the images in the document, so both wait on disk, not in memory.
        for record, file_name in named(records):
            rows = waiting[record.split]
            spools.write(f"images/{record.split}", to_json(_image(record, file_name)) + b",\n")
            found = _annotations(record, categories, first=number)
            number += len(found)
            rows += found
            # Some at once: a tenth of the time of one at a time.
            if len(rows) >= TOGETHER:
                spools.write(f"annotations/{record.split}", to_json(rows)[1:-1] + b",\n")
                rows.clear()
        for split, rows in waiting.items():
            if rows:
                spools.write(f"annotations/{split}", to_json(rows)[1:-1] + b",\n")
        for split in sorted(waiting) or ["train"]:
            yield f"annotations/instances_{split}.json", _document(spools, split, spec)


def _document(spools: Spools, split: str, spec: Mapping[str, Any]) -> Iterator[bytes]:
    yield (
        b'{"info": ' + to_json({"description": "", "version": "1.0"}) + b',\n"licenses": [],\n"categories": '
    )
    yield to_json([_category(i, entry) for i, entry in enumerate(spec.get("classes", ()), start=1)])
    for part in ("images", "annotations"):
        yield f',\n"{part}": [\n'.encode()
        yield from without_last_comma(spools.read(f"{part}/{split}"))
        yield b"\n]"
    yield b"}\n"


def without_last_comma(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks less their final `,\\n`, which no JSON array may end with."""
    held = b""
    for chunk in chunks:
        held += chunk
        yield held[:-2]
        held = held[-2:]


def _category(number: int, entry: Mapping[str, Any]) -> dict[str, Any]:
    category = {"id": number, "name": entry["key"], "supercategory": "", "names": entry.get("names", {})}
    if skeleton := entry.get("skeleton"):
        category["keypoints"] = [point["key"] for point in skeleton["points"]]
        category["skeleton"] = [[a + 1, b + 1] for a, b in skeleton["edges"]]
    return category


def _image(record: Settled, file_name: str) -> Image:
    tags = tag_values(record) if record.consensus.get("tags") else NONE
    return Image(record.task, file_name, record.width, record.height, record.name, record.sha256, tags)


def _annotations(record: Settled, categories: Mapping[str, int], *, first: int) -> list[Annotation]:
    task, rows = record.task, []
    for number, shape in enumerate(shapes(record), first):
        kind, said = shape["type"], shape.get
        if kind == "box":
            bbox = shape["box"]
            covered, segmentation = bbox[2] * bbox[3], NOTHING
        else:
            bbox, covered = bounds(shape) or (0, 0, 0, 0), area(shape)
            segmentation = _segmentation(shape, record)
        row = Annotation(
            number,
            task,
            categories[shape["class"]],
            bbox,
            int(covered * 10_000 + 0.5) / 10_000,  # half the price of round()
            0,
            segmentation,
            said("confidence", 1.0),
            said("expected_iou", 1.0),
            said("attributes") or UNSET,
        )
        if kind == "skeleton":
            row.keypoints = shape["skeleton"]
            row.num_keypoints = sum(seen > 0 for _, _, seen in points(shape))
        rows.append(row)
    return rows


def _segmentation(shape: Shape, record: Settled) -> Any:
    kind = shape["type"]
    if kind not in AREAL:
        return NOTHING
    if kind == "mask":
        return shape["mask"]
    rings = outlines(shape)
    if len(rings) == 1:
        return rings
    return pack_mask(pixels(shape, width=record.width, height=record.height))


def read(source: Source, *, spec: Mapping[str, Any], images: FindImage) -> Iterator[Answer]:
    """Annotations become, in this order, skeletons, masks or polygons where there are some, else boxes."""
    book = ClassBook(spec.get("classes", ()))
    for _path, document in source.documents("images", "annotations", "categories"):
        names = {category["id"]: book.key(category["name"]) for category in document["categories"]}
        of_image = defaultdict(list)
        for annotation in document["annotations"]:
            of_image[annotation["image_id"]].append(annotation)
        for image in document["images"]:
            found = (
                shape for annotation in of_image[image["id"]] for shape in _shapes(annotation, names, image)
            )
            yield image.get("source_name", image["file_name"]), payload_of(found, image.get("tags"))


def _shapes(
    annotation: Mapping[str, Any], names: Mapping[int, str], image: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    label = names.get(annotation["category_id"], str(annotation["category_id"]))
    more = {"attributes": annotation.get("attributes", {}), "confidence": annotation.get("score")}
    segmentation = annotation.get("segmentation")
    if annotation.get("num_keypoints") and annotation.get("keypoints"):
        yield shape_of("skeleton", label, annotation["keypoints"], **more)
    elif isinstance(segmentation, dict):
        yield shape_of("mask", label, _mask(segmentation), **more)
    elif segmentation:
        parts = [polygon for ring in segmentation for polygon in polygons_of(ring)]
        group = annotation["id"] % 9999 + 1 if len(parts) > 1 else None
        for part in parts:
            yield shape_of("polygon", label, part, group=group, **more)
    elif annotation.get("bbox"):
        yield shape_of("box", label, annotation["bbox"], **more)


def _mask(segmentation: Mapping[str, Any]) -> dict[str, Any]:
    """Run lengths, as a list of numbers or compressed already."""
    counts: str | Sequence[int] = segmentation["counts"]
    packed = counts if isinstance(counts, str) else compressed(np.array(counts, np.int64))
    return {"size": segmentation["size"], "counts": packed}


FORMAT = Format("coco", "COCO JSON", write, read, frozenset({"box", "mask", "skeleton"}))

"""Datumaro's own JSON: https://open-edge-platform.github.io/datumaro/, one document a split.

Label ids are the places of the classes in the schema from 0; options of tag groups follow them, named
`group/option`. A shape's numbers are pixels; rotated boxes are [cx, cy, width, height, degrees].
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from review.formats.base import (
    Answer,
    Format,
    Member,
    ReadFault,
    Settled,
    Spools,
    named,
    shapes,
    skeletons,
    tag_values,
    to_json,
)
from review.formats.coco import without_last_comma
from review.formats.geometry import Shape, area, bounds, outlines, pixels
from review.formats.names import stem
from review.formats.reading import ClassBook, FindImage, Source, payload_of, polygons_of, shape_of
from tasks.shapes.rle import pack_mask


def write(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    labels = _labels(spec)
    numbers = {name: i for i, name in enumerate(labels)}
    with Spools() as spools:
        for record, file_name in named(records):
            item = {
                "id": stem(file_name),
                "annotations": list(_annotations(record, numbers)),
                "attr": {"source_name": record.name},
                "image": {"path": file_name, "size": [record.height, record.width]},
            }
            spools.write(record.split, to_json(item) + b",\n")
        for split in spools.names() or ["train"]:
            yield f"annotations/{split}.json", _document(spools.read(split), labels, spec)


def _labels(spec: Mapping[str, Any]) -> list[str]:
    options = (
        f"{group['key']}/{option['key']}"
        for group in spec.get("tags", ())
        for option in group.get("options", ())
    )
    return [*(entry["key"] for entry in spec.get("classes", ())), *options]


def _document(items: Iterator[bytes], labels: list[str], spec: Mapping[str, Any]) -> Iterator[bytes]:
    categories: dict[str, Any] = {
        "label": {
            "label_groups": [],
            "labels": [{"name": name, "parent": "", "attributes": []} for name in labels],
            "attributes": [],
        }
    }
    points = [
        {
            "label_id": i,
            "labels": [point["key"] for point in entry["skeleton"]["points"]],
            "joints": entry["skeleton"]["edges"],
        }
        for i, entry in enumerate(spec.get("classes", ()))
        if "skeleton" in entry
    ]
    if points:
        categories["points"] = {"items": points}
    head = {"dm_format_version": "1.0", "media_type": 2, "infos": {}, "categories": categories}
    yield to_json(head)[:-1] + b',\n"items": [\n'
    yield from without_last_comma(items)
    yield b"\n]}\n"


def _annotations(record: Settled, numbers: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for key, value in tag_values(record).items():
        for one in value if isinstance(value, list) else [value]:
            if (label := numbers.get(f"{key}/{one}")) is not None:
                yield {"id": 0, "type": "label", "attributes": {}, "group": 0, "label_id": label}
    for number, shape in enumerate(shapes(record), start=1):
        said = {"score": shape.get("confidence", 1.0), "occluded": bool(shape.get("occluded"))}
        yield {
            "id": number,
            "attributes": {**shape.get("attributes", {}), **said},
            "group": shape.get("group", 0),
            "label_id": numbers[shape["class"]],
            "z_order": number,
            **_geometry(shape, record),
        }


def _geometry(shape: Shape, record: Settled) -> dict[str, Any]:
    kind = shape["type"]
    if kind == "box":
        return {"type": "bbox", "bbox": list(shape["box"])}
    if kind == "rotated_box":
        cx, cy, width, height, angle = shape[kind]
        return {"type": "rotated_bbox", "rotated_bbox": [cx, cy, width, height, angle]}
    if kind == "polyline":
        return {"type": "polyline", "points": shape[kind]}
    if kind == "point":
        return {"type": "points", "points": shape[kind], "visibility": [2]}
    if kind == "skeleton":
        flat = shape[kind]
        coordinates = [number for pair in zip(flat[::3], flat[1::3], strict=True) for number in pair]
        return {"type": "points", "points": coordinates, "visibility": flat[2::3]}
    if kind == "mask" or len(outlines(shape)) > 1:
        mask = pack_mask(pixels(shape, width=record.width, height=record.height))
        return {"type": "mask", "rle": mask, "area": area(shape), "bbox": list(bounds(shape) or ())}
    return {"type": "polygon", "points": outlines(shape)[0]}


def read(source: Source, *, spec: Mapping[str, Any], images: FindImage) -> Iterator[Answer]:
    book = ClassBook(spec.get("classes", ()))
    with_skeleton = set(skeletons(spec))
    many = {group["key"] for group in spec.get("tags", ()) if group["kind"] == "multiple"}
    for path, document in source.documents("items", "categories"):
        try:
            names = [label["name"] for label in document["categories"]["label"]["labels"]]
            for item in document["items"]:
                found = [
                    shape
                    for annotation in item["annotations"]
                    for shape in _shapes(annotation, book.key(names[annotation["label_id"]]), with_skeleton)
                ]
                name = (
                    item.get("attr", {}).get("source_name") or item.get("image", {}).get("path") or item["id"]
                )
                yield name, payload_of(found, _tags(item["annotations"], names, many))
        except (KeyError, TypeError, IndexError, ValueError) as error:
            raise ReadFault(path, f"An item is none of this format: {error!r}") from error


def _tags(annotations: Iterable[Mapping[str, Any]], names: list[str], many: set[str]) -> dict[str, Any]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for annotation in annotations:
        group, slash, option = names[annotation["label_id"]].partition("/")
        if annotation["type"] == "label" and slash:
            found[group].append(option)
    return {key: values if key in many else values[0] for key, values in found.items()}


def _shapes(annotation: Mapping[str, Any], label: str, with_skeleton: set[str]) -> Iterator[dict[str, Any]]:
    kind = annotation["type"]
    said = dict(annotation.get("attributes", {}))
    more = {
        "confidence": said.pop("score", None),
        "occluded": said.pop("occluded", False),
        "group": annotation.get("group", 0),
        "attributes": said,
    }
    if kind == "bbox":
        yield shape_of("box", label, annotation["bbox"], **more)
    elif kind == "rotated_bbox":
        cx, cy, width, height, angle = annotation["rotated_bbox"]
        yield shape_of("rotated_box", label, [cx, cy, width, height, angle % 360], **more)
    elif kind == "polygon":
        for polygon in polygons_of(annotation["points"]):
            yield shape_of("polygon", label, polygon, **more)
    elif kind == "polyline":
        yield shape_of("polyline", label, annotation["points"], **more)
    elif kind == "mask":
        yield shape_of("mask", label, annotation["rle"], **more)
    elif kind == "points" and label in with_skeleton:
        flat, seen = annotation["points"], annotation["visibility"]
        triples = zip(flat[::2], flat[1::2], seen, strict=True)
        yield shape_of("skeleton", label, [number for triple in triples for number in triple], **more)
    elif kind == "points":
        yield shape_of("point", label, annotation["points"][:2], **more)


KEEPS = frozenset({"box", "rotated_box", "polyline", "point", "skeleton", "mask"})
FORMAT = Format("datumaro", "Datumaro JSON", write, read, KEEPS)

"""JSON Lines with everything known of a settled task: values, confidence, who agreed. One line an image."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from review.formats.base import Answer, Format, Member, ReadFault, Settled, named, to_json
from review.formats.reading import FindImage, Source

KINDS = ("box", "rotated_box", "ellipse", "polygon", "polyline", "point", "skeleton", "mask")


def write(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    yield "schema.json", iter([to_json(spec) + b"\n"])
    yield "annotations.jsonl", (to_json(_line(record, name)) + b"\n" for record, name in named(records))


def _line(record: Settled, name: str) -> dict[str, Any]:
    return {
        "task": record.task,
        "image": name,
        "source_name": record.name,
        "split": record.split,
        "width": record.width,
        "height": record.height,
        "sha256": record.sha256,
        "adjudicated": record.adjudicated,
        "consensus": record.consensus,
    }


def read(source: Source, *, spec: Mapping[str, Any], images: FindImage) -> Iterator[Answer]:
    """What we wrote, or lines of {"image": name, "payload": payload}."""
    for path in source.paths(".jsonl"):
        for number, line in enumerate(source.read(path).splitlines(), start=1):
            try:
                entry = msgspec.json.decode(line)
                name = entry.get("source_name") or entry["image"]
                payload = entry["payload"] if "payload" in entry else answer_of(entry["consensus"])
            except (msgspec.DecodeError, KeyError, TypeError, AttributeError) as error:
                raise ReadFault(path, f"Line {number} is none of this format.") from error
            yield name, payload


def answer_of(consensus: Mapping[str, Any]) -> dict[str, Any]:
    """What a consensus concludes, as an answer: without what says how it came about."""
    kept = ("id", "class", "type", "attributes", "occluded", "parent", "group", "confidence")
    shapes = [
        {key: shape[key] for key in (*kept, shape["type"]) if key in shape} for shape in consensus["shapes"]
    ]
    tags = {key: tag["value"] for key, tag in consensus["tags"].items() if tag["value"] is not None}
    return {"tags": tags, "shapes": shapes}


FORMAT = Format("jsonl", "JSON Lines (everything)", write, read, frozenset(KINDS))

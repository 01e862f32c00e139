"""JSON Lines with everything known of a settled task: values, confidence, who agreed. One line an image."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from review.formats.base import Format, Member, Settled, named, to_json


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


FORMAT = Format("jsonl", "JSON Lines (everything)", write)

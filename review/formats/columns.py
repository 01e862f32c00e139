"""Parquet: a table a split for data frames and for Hugging Face's `load_dataset("parquet", ...)`.

A row an image. `objects` is a list of structures; geometry, attributes and tags, whose form depends on the
schema, are JSON in columns of text. Rows are written in groups, so memory does not grow with the release.
"""

from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from review.formats.base import (
    CHUNK,
    Answer,
    Format,
    Member,
    ReadFault,
    Settled,
    named,
    shapes,
    tag_values,
    to_json,
)
from review.formats.geometry import bounds
from review.formats.jsonl import KINDS
from review.formats.reading import ClassBook, FindImage, Source, payload_of, shape_of

ROWS = 2000
OBJECT = pa.struct(
    [
        ("class", pa.string()),
        ("type", pa.string()),
        ("bbox", pa.list_(pa.float64())),
        ("geometry", pa.string()),
        ("attributes", pa.string()),
        ("confidence", pa.float64()),
        ("expected_iou", pa.float64()),
    ]
)
SCHEMA = pa.schema(
    [
        ("task", pa.int64()),
        ("file_name", pa.string()),
        ("source_name", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("sha256", pa.string()),
        ("adjudicated", pa.bool_()),
        ("confidence", pa.float64()),
        ("tags", pa.string()),
        ("objects", pa.list_(OBJECT)),
    ]
)


class Table:
    """One split's file, grown by groups of rows."""

    def __init__(self) -> None:
        self.file: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed by `write`
        self._writer = pq.ParquetWriter(self.file, SCHEMA, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def add(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        if len(self._rows) >= ROWS:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()
        self.file.seek(0)

    def _flush(self) -> None:
        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=SCHEMA))
        self._rows = []


def write(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    tables: dict[str, Table] = {}
    try:
        for record, file_name in named(records):
            if record.split not in tables:
                tables[record.split] = Table()
            tables[record.split].add(_row(record, file_name))
        for split in sorted(tables):
            tables[split].close()
            yield f"data/{split}.parquet", iter(lambda table=tables[split]: table.file.read(CHUNK), b"")  # type: ignore[misc]
        yield "schema.json", iter([to_json(spec) + b"\n"])
    finally:
        for table in tables.values():
            table.file.close()


def _row(record: Settled, file_name: str) -> dict[str, Any]:
    return {
        "task": record.task,
        "file_name": file_name,
        "source_name": record.name,
        "width": record.width,
        "height": record.height,
        "sha256": record.sha256,
        "adjudicated": record.adjudicated,
        "confidence": record.consensus.get("confidence"),
        "tags": to_json(tag_values(record)).decode(),
        "objects": [
            {
                "class": shape["class"],
                "type": shape["type"],
                "bbox": bounds(shape),
                "geometry": to_json(shape[shape["type"]]).decode(),
                "attributes": to_json(shape.get("attributes", {})).decode(),
                "confidence": shape.get("confidence", 1.0),
                "expected_iou": shape.get("expected_iou", 1.0),
            }
            for shape in shapes(record)
        ],
    }


def read(source: Source, *, spec: Mapping[str, Any], images: FindImage) -> Iterator[Answer]:
    book = ClassBook(spec.get("classes", ()))
    for path in source.paths(".parquet"):
        try:
            table = pq.ParquetFile(BytesIO(source.read(path)))
            for batch in table.iter_batches(batch_size=ROWS, columns=["source_name", "tags", "objects"]):
                for row in batch.to_pylist():
                    found = [_shape(one, book) for one in row["objects"]]
                    tags = {
                        key: tag for key, tag in msgspec.json.decode(row["tags"]).items() if tag is not None
                    }
                    yield row["source_name"], payload_of(found, tags)
        except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
            raise ReadFault(path, f"The file is none of this format: {error}") from error


def _shape(one: Mapping[str, Any], book: ClassBook) -> dict[str, Any]:
    geometry, attributes = msgspec.json.decode(one["geometry"]), msgspec.json.decode(one["attributes"])
    more = {"attributes": attributes, "confidence": one["confidence"]}
    return shape_of(one["type"], book.key(one["class"]), geometry, **more)


FORMAT = Format("parquet", "Parquet", write, read, frozenset(KINDS))

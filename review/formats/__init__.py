"""Dataset formats: one file each, all of them listed here.

    for path, chunks in FORMATS["coco"].write(records, spec=label_schema.spec):
        ...                                   # store the chunks under `path`; one member after the other

`records` is any iterable of `Settled` in ascending task order and is read once. Nothing is kept in memory
that grows with it; what has to wait goes through temporary files. Same records, same bytes.
"""

from review.formats import coco, jsonl, tables, voc, yolo
from review.formats.base import Format, Member, Settled, named

FORMATS: dict[str, Format] = {
    format.key: format
    for format in (coco.FORMAT, yolo.FORMAT, voc.FORMAT, tables.TAGS, tables.BOXES, jsonl.FORMAT)
}

__all__ = ["FORMATS", "Format", "Member", "Settled", "named"]

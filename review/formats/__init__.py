"""Dataset formats: one file each, all of them listed here.

    for path, chunks in FORMATS["coco"].write(records, spec=label_schema.spec):
        ...                                   # store the chunks under `path`; one member after the other

`records` is any iterable of `Settled` in ascending task order and is read once. Nothing is kept in memory
that grows with it; what has to wait goes through temporary files. Same records, same bytes. Each is read as
well, as predictions or gold: review/formats/reading.py says how.
"""

from review.formats import (
    coco,
    columns,
    cvat,
    datumaro,
    folders,
    image_folder,
    jsonl,
    kitti,
    label_studio,
    labelme,
    open_images,
    panoptic,
    semantic,
    tables,
    voc,
    yolo,
)
from review.formats.base import Answer, Format, Member, ReadFault, Settled, named
from review.formats.reading import FindImage, Known, Source

FORMATS: dict[str, Format] = {
    format.key: format
    for format in (
        coco.FORMAT,
        panoptic.FORMAT,
        yolo.DETECTION,
        yolo.SEGMENTS,
        yolo.POSE,
        yolo.ORIENTED,
        voc.FORMAT,
        cvat.FORMAT,
        label_studio.FORMAT,
        labelme.FORMAT,
        datumaro.FORMAT,
        kitti.FORMAT,
        open_images.FORMAT,
        folders.FORMAT,
        semantic.FORMAT,
        image_folder.FORMAT,
        columns.FORMAT,
        tables.TAGS,
        tables.SHAPES,
        jsonl.FORMAT,
    )
}

__all__ = [
    "FORMATS",
    "Answer",
    "FindImage",
    "Format",
    "Known",
    "Member",
    "ReadFault",
    "Settled",
    "Source",
    "named",
]

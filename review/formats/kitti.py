"""KITTI 2D objects: label_2/*.txt, a line an object: https://www.cvlibs.net/datasets/kitti/eval_object.php

    class truncated occluded alpha left top right bottom height width length x y z yaw score

What is not known of the third dimension has the values that KITTI gives to "do not care" (-1, -10, -1000).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from review.formats.base import Answer, Format, Member, ReadFault, Settled, Spools, named, shapes
from review.formats.geometry import Shape, areal, bounds
from review.formats.names import stem
from review.formats.reading import ClassBook, FindImage, Source, file_stem, payload_of, shape_of

UNKNOWN = "-1 -1 -1 -1000 -1000 -1000 -10"


def write(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    with Spools() as lists:
        for record, file_name in named(records, flat=True):
            lists.write(record.split, f"{stem(file_name)}\n".encode())
            lines = "".join(map(_line, areal(shapes(record))))
            yield f"{record.split}/label_2/{stem(file_name)}.txt", iter([lines.encode()])
        for split in lists.names() or ["train"]:
            yield f"ImageSets/{split}.txt", lists.read(split)


def _line(shape: Shape) -> str:
    x, y, width, height = bounds(shape) or (0.0, 0.0, 0.0, 0.0)
    truncated = float(shape.get("attributes", {}).get("truncated") is True)
    occluded = int(shape.get("occluded") is True)
    box = f"{x:.2f} {y:.2f} {x + width:.2f} {y + height:.2f}"
    score = shape.get("confidence", 1.0)
    return f"{shape['class']} {truncated:.2f} {occluded} -10 {box} {UNKNOWN} {score:.4f}\n"


def read(source: Source, *, spec: Mapping[str, Any], images: FindImage) -> Iterator[Answer]:
    book = ClassBook(spec.get("classes", ()))
    for path in source.paths(".txt"):
        if not {"label_2", "labels"} & set(path.split("/")[:-1]):
            continue
        known = images(file_stem(path))
        yield known.name if known else file_stem(path), payload_of(_shapes(source, path, book))


def _shapes(source: Source, path: str, book: ClassBook) -> Iterator[dict[str, Any]]:
    for line in source.text(path).splitlines():
        words = line.split()
        try:
            left, top, right, bottom = map(float, words[4:8])
            occluded, confidence = words[2] not in {"0", "-1"}, float(words[15]) if len(words) > 15 else None
        except (ValueError, IndexError) as error:
            raise ReadFault(path, f"This line is none of this format: {line[:80]}") from error
        if words[0] != "DontCare":
            box = [left, top, right - left, bottom - top]
            yield shape_of("box", book.key(words[0]), box, confidence=confidence, occluded=occluded)


def folder(record: Settled, spec: Mapping[str, Any]) -> str:
    return f"{record.split}/image_2"


FORMAT = Format("kitti", "KITTI", write, read, frozenset({"box"}), folder, flat=True)

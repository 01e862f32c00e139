"""COCO panoptic: https://cocodataset.org/#format-data, a PNG an image and a document a split.

Each pixel belongs to at most one segment; its number is R + 256 G + 65536 B, 0 where there is none. Where
shapes overlap, the one on top has the pixels. Lines, points and skeletons cover none and are left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from review.formats.base import Answer, Format, Member, Settled, Spools, class_index, named, shapes, to_json
from review.formats.coco import without_last_comma
from review.formats.geometry import areal, pixels
from review.formats.names import stem
from review.formats.reading import ClassBook, FindImage, Source, file_stem, payload_of, shape_of
from tasks.shapes.rle import pack_mask


def write(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    categories = class_index(spec)
    with Spools() as spools:
        for record, file_name in named(records):
            segments, png = _segments(record, categories)
            png_name = f"{stem(file_name)}.png"
            image = {
                "id": record.task,
                "file_name": file_name,
                "width": record.width,
                "height": record.height,
                "source_name": record.name,
            }
            annotation = {"image_id": record.task, "file_name": png_name, "segments_info": segments}
            spools.write(f"images/{record.split}", to_json(image) + b",\n")
            spools.write(f"annotations/{record.split}", to_json(annotation) + b",\n")
            spools.write(record.split, b"")
            yield f"annotations/panoptic_{record.split}/{png_name}", iter([png])
        for split in {name.rpartition("/")[2] for name in spools.names()} or {"train"}:
            yield f"annotations/panoptic_{split}.json", _document(spools, split, spec)


def _document(spools: Spools, split: str, spec: Mapping[str, Any]) -> Iterator[bytes]:
    yield b'{"info": {},\n"licenses": [],\n"categories": '
    yield to_json(
        [
            {"id": i, "name": entry["key"], "supercategory": "", "isthing": 1}
            for i, entry in enumerate(spec.get("classes", ()), start=1)
        ]
    )
    for part in ("images", "annotations"):
        yield f',\n"{part}": [\n'.encode()
        yield from without_last_comma(spools.read(f"{part}/{split}"))
        yield b"\n]"
    yield b"}\n"


def _segments(record: Settled, categories: Mapping[str, int]) -> tuple[list[dict[str, Any]], bytes]:
    numbers = np.zeros((record.height, record.width), np.uint32)
    covering = areal(shapes(record))
    for number, shape in enumerate(covering, start=1):
        numbers[pixels(shape, width=record.width, height=record.height)] = number
    segments = []
    for number, shape in enumerate(covering, start=1):
        rows, columns = np.nonzero(numbers == number)
        if rows.size == 0:
            continue
        left, top = int(columns.min()), int(rows.min())
        segments.append(
            {
                "id": number,
                "category_id": categories[shape["class"]] + 1,
                "area": int(rows.size),
                "bbox": [left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1],
                "iscrowd": 0,
                "score": shape.get("confidence", 1.0),
            }
        )
    colors = np.stack([numbers & 255, numbers >> 8 & 255, numbers >> 16 & 255], axis=-1).astype(np.uint8)
    return segments, png_bytes(Image.fromarray(colors))


def png_bytes(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def read(source: Source, *, spec: Mapping[str, Any], images: FindImage) -> Iterator[Answer]:
    book = ClassBook(spec.get("classes", ()))
    pngs = {file_stem(path): path for path in source.paths(".png")}
    for _path, document in source.documents("images", "annotations", "categories"):
        names = {category["id"]: book.key(category["name"]) for category in document["categories"]}
        of_image = {annotation["image_id"]: annotation for annotation in document["annotations"]}
        for image in document["images"]:
            annotation = of_image.get(image["id"], {"segments_info": [], "file_name": ""})
            found = []
            if annotation["segments_info"]:
                numbers = _numbers(source, pngs.get(file_stem(annotation["file_name"]), ""))
                found = [
                    shape_of(
                        "mask",
                        names.get(segment["category_id"], str(segment["category_id"])),
                        pack_mask(numbers == segment["id"]),
                        confidence=segment.get("score"),
                    )
                    for segment in annotation["segments_info"]
                ]
            yield image.get("source_name", image["file_name"]), payload_of(found)


def _numbers(source: Source, path: str) -> np.ndarray[Any, np.dtype[np.uint32]]:
    colors = np.asarray(opened(source, path).convert("RGB"), np.uint32)
    numbers: np.ndarray[Any, np.dtype[np.uint32]] = colors @ np.array([1, 1 << 8, 1 << 16], np.uint32)
    return numbers


def opened(source: Source, path: str) -> Image.Image:
    """The picture at this path; only PNG, whose size Pillow limits."""
    return Image.open(BytesIO(source.read(path)), formats=["PNG"])


FORMAT = Format("panoptic", "COCO panoptic", write, read, frozenset({"mask"}))

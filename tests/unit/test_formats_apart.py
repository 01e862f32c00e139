"""Whatever a stranger's dataset unfolds to, the process that asked for it goes on and says what is wrong."""

from __future__ import annotations

import io
import json
import tempfile
import time
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import pytest
from PIL import Image as Picture

from review.formats import FORMATS, Answer, Known, ReadFault, Source
from review.formats.apart import Limits, read_apart
from review.formats.base import class_index
from review.formats.panoptic import png_bytes
from tests.unit.formats_cases import RECORDS, SPEC

SMALL = Limits(memory=1 << 30, cpu_seconds=5, silent_seconds=20)
LABEL = class_index(SPEC).popitem()[0]


def archive(members: dict[str, bytes]) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - its descriptor is handed on
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members.items():
            out.writestr(name, data)
    file.seek(0)
    return file


def find(path: str) -> Known | None:
    return Known(path, 100, 80)


def read(format: str, members: dict[str, bytes], limits: Limits = SMALL) -> list[Answer]:
    return list(_one_by_one(read_apart(format, archive(members), spec=SPEC, images=find, limits=limits)))


def _one_by_one(several: Iterator[list[Answer]]) -> Iterator[Answer]:
    for answers in several:
        yield from answers


def refusal(format: str, members: dict[str, bytes], limits: Limits = SMALL) -> str:
    with pytest.raises(ReadFault) as fault:
        read(format, members, limits)
    return fault.value.problem


def coco(image: dict[str, Any], annotation: dict[str, Any]) -> dict[str, bytes]:
    document = {
        "images": [{"id": 1, "file_name": "a.jpg", **image}],
        "categories": [{"id": 1, "name": LABEL}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, **annotation}],
    }
    return {"a.json": json.dumps(document).encode()}


def labelme(*, width: int, height: int, mask: bytes) -> dict[str, bytes]:
    part = {
        "label": LABEL,
        "points": [[0, 0], [1, 1]],
        "shape_type": "mask",
        "mask": b64encode(mask).decode(),
    }
    document = {"imagePath": "a.jpg", "imageWidth": width, "imageHeight": height, "shapes": [part]}
    return {"a.json": json.dumps(document).encode()}


def cvat(*, rle: str, width: int, height: int) -> dict[str, bytes]:
    mask = f'<mask label="{LABEL}" rle="{rle}" left="0" top="0" width="{width}" height="{height}"/>'
    image = f'<image name="a.jpg" width="{width}" height="{height}">{mask}</image>'
    return {"a.xml": f"<annotations>{image}</annotations>".encode()}


def png_of(width: int, height: int) -> bytes:
    """A head that says so, and no pixels."""
    whole = bytearray(png_bytes(Picture.new("L", (1, 1))))
    whole[16:24] = width.to_bytes(4) + height.to_bytes(4)
    whole[29:33] = zlib.crc32(whole[12:29]).to_bytes(4)
    return bytes(whole)


@pytest.mark.parametrize("key", sorted(FORMATS))
def test_every_format_is_read_as_in_the_same_process(key: str) -> None:
    members = {path: b"".join(chunks) for path, chunks in FORMATS[key].write(RECORDS, spec=SPEC)}
    here = list(FORMATS[key].answers(Source(archive(members)), spec=SPEC, images=find))
    assert read(key, members, Limits()) == [(name, payload) for name, payload in here]


@pytest.mark.parametrize(
    ("format", "members"),
    [
        ("labelme", labelme(width=10**6, height=10**6, mask=png_bytes(Picture.new("L", (2, 2), 255)))),
        ("labelme", labelme(width=40_000, height=40_000, mask=png_bytes(Picture.new("L", (2, 2), 255)))),
        ("labelme", labelme(width=10, height=10, mask=png_of(60_000, 60_000))),
        ("cvat", cvat(rle=f"0,{2**40}", width=10, height=10)),
        ("cvat", cvat(rle=",".join([str(2**62)] * 4 + ["100"]), width=10, height=10)),
        ("cvat", cvat(rle="0,5", width=10**6, height=10**6)),
        ("cvat", cvat(rle="-5,5", width=10, height=10)),
        ("coco", coco({}, {"segmentation": {"size": [10, 10], "counts": [2**70]}})),
        ("coco", coco({}, {"bbox": [1, 2, 3, 2**70]})),
        ("coco", coco({"file_name": {"a": 1}}, {"bbox": [1, 2, 3, 4]})),
        ("masks", {"masks/train/a.png": png_of(20_000, 20_000)}),
        ("jsonl", {"a.jsonl": b'{"image": "a.jpg", "payload": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"}),
        ("jsonl", {"a.jsonl": b'{"image": 7, "payload": {}}'}),
        ("jsonl", {"a.jsonl": b'{"image": "a.jpg", "payload": 5}'}),
        ("parquet", {"a.parquet": b"PAR1" + b"\xff" * 1000 + b"PAR1"}),
        ("voc", {"a.xml": b"<a>" * 300_000}),
    ],
)
def test_what_cannot_be_is_a_fault_of_the_file(format: str, members: dict[str, bytes]) -> None:
    assert refusal(format, members)


def test_a_document_of_more_memory_than_there_is_ends_alone() -> None:
    nested = b"[" + b"{}," * 60_000_000 + b"{}]"
    assert "too much memory" in refusal("coco", {"a.json": nested})


def test_a_picture_of_many_numbers_takes_no_longer_than_it_may() -> None:
    numbers = np.arange(9000 * 9000, dtype=np.uint32).reshape(9000, 9000).astype(np.uint16)
    picture = io.BytesIO()
    Picture.fromarray(numbers).save(picture, "PNG", compress_level=1)
    begun = time.monotonic()
    refusal("masks", {"masks/train/a.png": picture.getvalue()}, Limits(memory=3 << 30, cpu_seconds=3))
    assert time.monotonic() - begun < 30


def test_what_was_read_before_a_fault_is_told_before_it() -> None:
    lines = b'{"image": "a.jpg", "payload": {"tags": {}, "shapes": []}}\nnonsense\n'
    reading = read_apart("jsonl", archive({"a.jsonl": lines}), spec=SPEC, images=find)
    assert [name for name, _ in next(reading)] == ["a.jpg"]
    with pytest.raises(ReadFault, match="Line 2"):
        next(reading)


def test_giving_up_half_way_leaves_no_process_behind() -> None:
    lines = b'{"image": "a.jpg", "payload": {"tags": {}, "shapes": []}}\n' * 5000
    reading = read_apart("jsonl", archive({"a.jsonl": lines}), spec=SPEC, images=find)
    assert len(next(reading)) == 1000
    child = reading.gi_frame.f_locals["child"]  # type: ignore[attr-defined]
    reading.close()  # type: ignore[attr-defined]
    assert child.returncode is not None

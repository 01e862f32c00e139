"""YOLO for detection, in the layout of Ultralytics: data.yaml, images/<split>/, labels/<split>/*.txt.

A label line is `class x y width height`: the class's place in the schema from 0, the box's centre and size
as fractions of the image. An image without objects has an empty label file: looked at, nothing there.
https://docs.ultralytics.com/datasets/detect/
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from review.formats.base import Format, Member, Settled, Spools, boxes, class_index, named, to_json
from review.formats.names import stem


def write(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    classes = class_index(spec)
    with Spools() as lists:
        for record, file_name in named(records, flat=True):
            lists.write(record.split, f"./images/{record.split}/{file_name}\n".encode())
            lines = [_line(record, shape, classes[shape["class"]]) for shape in boxes(record)]
            yield f"labels/{record.split}/{stem(file_name)}.txt", iter(["".join(lines).encode()])
        splits = lists.names() or ["train"]
        for split in splits:
            yield f"{split}.txt", lists.read(split)
        yield "data.yaml", iter([_data_yaml(splits, spec)])


def _line(record: Settled, shape: Mapping[str, Any], index: int) -> str:
    x, y, width, height = shape["box"]
    left, right = (min(max(edge / record.width, 0.0), 1.0) for edge in (x, x + width))
    top, bottom = (min(max(edge / record.height, 0.0), 1.0) for edge in (y, y + height))
    # Eight digits: exact to a hundredth of a pixel even in an image a million pixels wide.
    centre = f"{(left + right) / 2:.8f} {(top + bottom) / 2:.8f}"
    return f"{index} {centre} {right - left:.8f} {bottom - top:.8f}\n"


def _data_yaml(splits: list[str], spec: Mapping[str, Any]) -> bytes:
    """Readers insist on `train` and `val`; where a release has no such split, it is the first there is."""
    lines = [f"{name}: {name if name in splits else splits[0]}.txt" for name in ("train", "val")]
    lines += [f"{name}: {name}.txt" for name in splits if name not in {"train", "val"}]
    lines.append("names:" if spec.get("classes") else "names: {}")
    # JSON strings are YAML strings: a class named `no` or `1e3` must not become a truth value or a number.
    lines += [f"  {i}: {to_json(entry['key']).decode()}" for i, entry in enumerate(spec.get("classes", ()))]
    return "\n".join([*lines, ""]).encode()


FORMAT = Format("yolo", "YOLO", write, flat=True)

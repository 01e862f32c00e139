"""YOLO in the layout of Ultralytics: data.yaml, images/<split>/, labels/<split>/*.txt.

A label line is the class's place in the schema from 0, then fractions of the image's width and height:

    detection   centre x, centre y, width, height      https://docs.ultralytics.com/datasets/detect/
    segments    x1, y1, x2, y2, ...                    https://docs.ultralytics.com/datasets/segment/
    pose        as detection, then x, y, visibility of each point             .../datasets/pose/
    oriented    the four corners                                              .../datasets/obb/

An image without objects has an empty label file: looked at, nothing there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from math import atan2, degrees, hypot
from typing import Any

from review.formats.base import (
    Answer,
    Format,
    Member,
    ReadFault,
    Settled,
    Spools,
    class_index,
    named,
    shapes,
    skeletons,
    to_json,
)
from review.formats.geometry import AREAL, Ring, Shape, bounds, outer_rings, outlines, points
from review.formats.names import stem
from review.formats.reading import (
    ClassBook,
    FindImage,
    Known,
    Source,
    file_stem,
    payload_of,
    polygons_of,
    shape_of,
)

# What a kind of YOLO writes of a shape: lists of numbers, in pixels by turns of x and y.
Rows = Callable[[Shape, int], Iterator[Sequence[float]]]


def _write(
    records: Iterable[Settled], *, spec: Mapping[str, Any], rows: Rows, pose: bool
) -> Iterator[Member]:
    classes = class_index(spec)
    most = max(map(len, skeletons(spec).values()), default=0)
    with Spools() as lists:
        for record, file_name in named(records, flat=True):
            lists.write(record.split, f"./images/{record.split}/{file_name}\n".encode())
            lines = [
                f"{classes[shape['class']]} {line}\n"
                for shape in shapes(record)
                for line in _lines(record, shape, rows, most, pose=pose)
            ]
            yield f"labels/{record.split}/{stem(file_name)}.txt", iter(["".join(lines).encode()])
        splits = lists.names() or ["train"]
        for split in splits:
            yield f"{split}.txt", lists.read(split)
        yield "data.yaml", iter([_data_yaml(splits, spec, most if pose else 0)])


def _lines(record: Settled, shape: Shape, rows: Rows, most: int, *, pose: bool) -> Iterator[str]:
    # Eight digits: exact to a hundredth of a pixel even in an image a million pixels wide.
    width, height = record.width, record.height
    for row in rows(shape, most):
        if len(row) == 4:
            yield _box_text(row, width, height)
        elif pose:
            yield _box_text(row[:4], width, height) + _points_text(row[4:], width, height)
        else:
            yield " ".join(
                f"{_fraction(number, height if i % 2 else width):.8f}" for i, number in enumerate(row)
            )


def _box_text(box: Sequence[float], width: int, height: int) -> str:
    x, y, wide, high = box
    right, bottom = x + wide, y + high
    # `_fraction` written out: a million boxes call it four million times.
    left = 0.0 if x <= 0.0 else 1.0 if x >= width else x / width
    right = 0.0 if right <= 0.0 else 1.0 if right >= width else right / width
    top = 0.0 if y <= 0.0 else 1.0 if y >= height else y / height
    bottom = 0.0 if bottom <= 0.0 else 1.0 if bottom >= height else bottom / height
    return f"{(left + right) / 2:.8f} {(top + bottom) / 2:.8f} {right - left:.8f} {bottom - top:.8f}"


def _points_text(flat: Sequence[float], width: int, height: int) -> str:
    return "".join(
        f" {_fraction(x, width):.8f} {_fraction(y, height):.8f} {seen:.0f}"
        for x, y, seen in zip(flat[::3], flat[1::3], flat[2::3], strict=True)
    )


def _fraction(number: float, whole: int) -> float:
    """Of the image's side, cut at its edges."""
    return 0.0 if number <= 0.0 else 1.0 if number >= whole else number / whole


def detected(shape: Shape, most: int) -> Iterator[Sequence[float]]:
    if shape["type"] in AREAL and (around := bounds(shape)):
        yield around


def segmented(shape: Shape, most: int) -> Iterator[Sequence[float]]:
    """Outer rings; holes are reached by slits, as this format has no other way to say them."""
    if shape["type"] == "mask":
        yield from outer_rings(shape)
    elif shape["type"] in AREAL:
        yield slit(outlines(shape))


def posed(shape: Shape, most: int) -> Iterator[Sequence[float]]:
    """All classes have as many points: those a class lacks are absent."""
    if shape["type"] == "skeleton" and (around := bounds(shape)):
        flat = [number for point in points(shape) for number in point]
        yield [*around, *flat, *[0.0] * (3 * most - len(flat))]


def oriented(shape: Shape, most: int) -> Iterator[Sequence[float]]:
    """Rotated boxes as they are; of other areas the upright box."""
    if shape["type"] == "rotated_box":
        yield outlines(shape)[0]
    elif shape["type"] in AREAL and (around := bounds(shape)):
        x, y, width, height = around
        yield [x, y, x + width, y, x + width, y + height, x, y + height]


def slit(rings: Sequence[Ring]) -> Ring:
    """One ring that goes to each hole and back along the same line, from the outer corner nearest to it."""
    outer = list(zip(rings[0][::2], rings[0][1::2], strict=True))
    for ring in rings[1:]:
        hole = list(zip(ring[::2], ring[1::2], strict=True))
        pairs = (
            (hypot(x - u, y - v), i, j) for i, (x, y) in enumerate(outer) for j, (u, v) in enumerate(hole)
        )
        _, i, j = min(pairs)
        outer[i + 1 : i + 1] = [*hole[j:], *hole[: j + 1], outer[i]]
    return [number for point in outer for number in point]


def _data_yaml(splits: list[str], spec: Mapping[str, Any], most: int) -> bytes:
    """Readers insist on `train` and `val`; where a release has no such split, it is the first there is."""
    lines = [f"{name}: {name if name in splits else splits[0]}.txt" for name in ("train", "val")]
    lines += [f"{name}: {name}.txt" for name in splits if name not in {"train", "val"}]
    if most:
        lines.append(f"kpt_shape: [{most}, 3]")
    lines.append("names:" if spec.get("classes") else "names: {}")
    # JSON strings are YAML strings: a class named `no` or `1e3` must not become a truth value or a number.
    lines += [f"  {i}: {to_json(entry['key']).decode()}" for i, entry in enumerate(spec.get("classes", ()))]
    return "\n".join([*lines, ""]).encode()


def _read(source: Source, *, spec: Mapping[str, Any], images: FindImage, kind: str) -> Iterator[Answer]:
    """One answer a label file; data.yaml, where there is one, names the classes."""
    classes = _class_keys(source, spec)
    lengths = {label: len(keys) for label, keys in skeletons(spec).items()}
    for path in source.paths(".txt"):
        if "labels" not in path.split("/")[:-1]:
            continue
        known = images(file_stem(path))
        if known is None:
            yield file_stem(path), None
            continue
        found: list[dict[str, Any]] = []
        for line in source.text(path).splitlines():
            try:
                number, *rest = line.split()
                label = classes.get(int(number), number)
                found += _shapes(label, [float(word) for word in rest], known, kind, lengths.get(label, 0))
            except (ValueError, IndexError) as error:
                raise ReadFault(path, f"This line is none of this format: {line[:80]}") from error
        yield known.name, payload_of(found)


def _shapes(
    label: str, numbers: list[float], known: Known, kind: str, length: int
) -> Iterator[dict[str, Any]]:
    width, height = known.width, known.height
    if kind == "skeleton":
        flat = numbers[4:][: 3 * length]
        triples = zip(flat[::3], flat[1::3], flat[2::3], strict=True)
        scaled = [
            part
            for x, y, seen in triples
            for part in (x * width * (seen > 0), y * height * (seen > 0), int(seen))
        ]
        yield shape_of("skeleton", label, scaled)
        return
    pixels = [number * (height if i % 2 else width) for i, number in enumerate(numbers)]
    if kind == "box":
        # Predictions carry their confidence as a fifth number.
        x, y, w, h = pixels[:4]
        confidence = numbers[4] if len(numbers) > 4 else None
        yield shape_of("box", label, [x - w / 2, y - h / 2, w, h], confidence=confidence)
    elif kind == "polygon":
        for polygon in polygons_of(pixels):
            yield shape_of("polygon", label, polygon)
    else:
        x1, y1, x2, y2, x3, y3, x4, y4 = pixels[:8]
        side, other = hypot(x2 - x1, y2 - y1), hypot(x4 - x1, y4 - y1)
        angle = degrees(atan2(y2 - y1, x2 - x1)) % 360
        yield shape_of("rotated_box", label, [(x1 + x3) / 2, (y1 + y3) / 2, side, other, angle])


def _class_keys(source: Source, spec: Mapping[str, Any]) -> dict[int, str]:
    """What the class numbers mean: the names in data.yaml, else the schema's order."""
    entries = spec.get("classes", ())
    book, named_lines = ClassBook(entries), _names(source)
    if not named_lines:
        return {i: entry["key"] for i, entry in enumerate(entries)}
    return {i: book.key(name) for i, name in named_lines.items()}


def _names(source: Source) -> dict[int, str]:
    """`names` of data.yaml: a list or a map of plain or quoted strings, which is all that trainers write."""
    found: dict[int, str] = {}
    for path in source.paths("data.yaml", "dataset.yaml", "data.yml"):
        inside = False
        for line in source.text(path).splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "names" and not line[:1].isspace():
                inside = True
                found = dict(
                    enumerate(_unquoted(part) for part in value.strip(" []").split(",") if part.strip(" {}"))
                )
            elif inside and key.strip().isdigit():
                found[int(key)] = _unquoted(value)
            elif inside and line.lstrip().startswith("- "):
                found[len(found)] = _unquoted(line.lstrip()[2:])
            elif line and not line[0].isspace() and not line.startswith("-"):
                inside = False
    return found


def _unquoted(text: str) -> str:
    return text.strip().strip("'\"")


def _format(key: str, title: str, rows: Rows, kind: str, *kinds: str) -> Format:
    return Format(
        key,
        title,
        partial(_write, rows=rows, pose=rows is posed),
        partial(_read, kind=kind),
        frozenset(kinds),
        flat=True,
    )


DETECTION = _format("yolo", "YOLO", detected, "box", "box")
SEGMENTS = _format("yolo-segment", "YOLO segments", segmented, "polygon", "polygon")
POSE = _format("yolo-pose", "YOLO pose", posed, "skeleton", "skeleton")
ORIENTED = _format("yolo-oriented", "YOLO oriented boxes", oriented, "rotated_box", "rotated_box")

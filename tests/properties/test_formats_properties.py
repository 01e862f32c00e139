"""Whatever was settled comes back out of every format, and every name stays inside its folder."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path, PurePosixPath
from posixpath import splitext
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.formats import Settled, named
from review.formats.names import PLAIN, cleaned, safe_name
from tests.unit.formats_cases import box, export, read_json, read_yolo, settled, unpack

numbers = st.floats(0, 300, width=32).map(lambda v: round(v, 2))
sizes = st.floats(1, 180, width=32).map(lambda v: round(v, 2))
texts = st.text(max_size=12)
boxes = st.builds(
    lambda label, x, y, w, h, note: box(label, x, y, w, h, note=note),
    st.sampled_from(["cat", "no", "1e3"]), numbers, numbers, sizes, sizes, texts,
)  # fmt: skip
unique_boxes = st.lists(boxes, max_size=4, unique_by=lambda b: (b["class"], *b["box"]))
names = st.one_of(
    texts,
    st.sampled_from(
        ["a.jpg", "A.jpg", "a.png", "../a.jpg", "b/a.jpg", "b\\a.jpg", "/a.jpg", "照片.jpg", "nul"]
    ),
)
records = st.lists(st.tuples(names, unique_boxes, texts), max_size=5).map(
    lambda rows: [
        settled(task, name, *shapes, tags={"caption": caption})
        for task, (name, shapes, caption) in enumerate(rows, start=1)
    ]
)


def kept(record: Settled) -> list[tuple[Any, ...]]:
    return sorted((shape["class"], *shape["box"]) for shape in record.consensus["shapes"])


def _rounded(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Boxes that share a corner keep their order, however little the corner moved."""
    return row[0], *(round(number, 2) for number in row[1:])


def close(found: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]]) -> None:
    assert len(found) == len(wanted)
    for got, want in zip(sorted(found, key=_rounded), sorted(wanted, key=_rounded), strict=True):
        assert got[0] == want[0]
        assert got[1:] == pytest.approx(want[1:], abs=0.02)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "B", "7", "-", ".", "/", "\\", " ", "nul", "images", "\n"]), max_size=9)
)
def test_plain_names_are_those_that_stay(parts: list[str]) -> None:
    name = "".join(parts)
    assert safe_name(name) == cleaned(name)
    if plain := PLAIN.fullmatch(name):
        assert plain.groups() == splitext(name)


@settings(max_examples=150, deadline=None)
@given(st.lists(names, max_size=8), st.booleans())
def test_names_are_safe_and_unique(given_names: list[str], flat: bool) -> None:
    rows = [settled(task, name) for task, name in enumerate(given_names, start=1)]
    taken = [PurePosixPath(name) for _, name in named(rows, flat=flat)]
    assert len({str(path.with_suffix("")).casefold() for path in taken}) == len(rows)
    for path in taken:
        assert not path.is_absolute()
        assert not {"..", "."} & set(path.parts)
        assert not set(str(path)) & set('\x00\\:*?"<>| \t\r\n')
        assert all(0 < len(part.encode()) < 200 for part in path.parts)
        assert not flat or len(path.parts) == 1


@settings(max_examples=40, deadline=None)
@given(records)
def test_coco_and_json_lines_give_back_the_boxes(rows: list[Settled]) -> None:
    (data,) = export("coco", rows).values()
    document = read_json(data)
    labels = {category["id"]: category["name"] for category in document["categories"]}
    assert [image["source_name"] for image in document["images"]] == [row.name for row in rows]
    for row in rows:
        mine = [a for a in document["annotations"] if a["image_id"] == row.task]
        close([(labels[a["category_id"]], *a["bbox"]) for a in mine], kept(row))
    lines = export("jsonl", rows)["annotations.jsonl"].decode().split("\n")[:-1]
    assert [read_json(line.encode())["consensus"] for line in lines] == [row.consensus for row in rows]


@settings(max_examples=25, deadline=None)
@given(records)
def test_yolo_gives_back_the_boxes(rows: list[Settled]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = read_yolo(unpack("yolo", Path(folder), rows)) if rows else {}
    assert len(found) == len(rows)
    for row, name in named(rows, flat=True):
        close([(label, *numbers) for label, numbers in found[name]], kept(row))


@settings(max_examples=40, deadline=None)
@given(records)
def test_voc_gives_back_the_boxes(rows: list[Settled]) -> None:
    members = export("voc", rows)
    for row, name in named(rows):
        root = ElementTree.fromstring(members[f"Annotations/{PurePosixPath(name).with_suffix('')}.xml"])
        found = []
        for shape in root.iter("object"):
            x1, y1, x2, y2 = (
                float(shape.findtext(f"bndbox/{k}") or "") for k in ("xmin", "ymin", "xmax", "ymax")
            )
            found.append((shape.findtext("name"), x1, y1, x2 - x1, y2 - y1))
        close(found, kept(row))


@settings(max_examples=40, deadline=None)
@given(records)
def test_tables_have_a_row_for_everything_and_no_formula(rows: list[Settled]) -> None:
    for key, count in (("csv-tags", len(rows)), ("csv-shapes", sum(len(kept(row)) for row in rows))):
        (data,) = export(key, rows).values()
        found = list(csv.reader(io.StringIO(data.decode(), newline="")))[1:]
        assert len(found) == count
        assert not [cell for row in found for cell in row if cell[:1] in "=+-@\t\r" and cell]

"""Names and texts that clients choose must not break an archive, a spreadsheet or a document."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from review.formats import FORMATS, Settled, named
from review.formats.names import NameBook, safe_name
from tests.unit.formats_cases import RECORDS, SPEC, box, export, read_json, settled


@pytest.mark.parametrize(
    ("hostile", "safe"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("..\\..\\windows\\x.dll", "windows/x.dll"),
        ("C:\\a.jpg", "C_/a.jpg"),
        ("a\x00b.jpg", "a_b.jpg"),
        ("a b\t\nc.jpg", "a_b__c.jpg"),
        ("....//x.jpg", "_/x.jpg"),
        (".hidden.jpg", "hidden.jpg"),
        ("CON.jpg", "_CON.jpg"),
        ("images/x.jpg", "images_/x.jpg"),
        ("照片 1.jpg", "照片_1.jpg"),
        ("", "image"),
        ("../..", "image"),
        ("x" * 500 + ".jpg", "x" * 100 + ".jpg"),
        ("字" * 200 + ".jpg", "字" * 33 + ".jpg"),
    ],
)
def test_hostile_names_become_safe_ones(hostile: str, safe: str) -> None:
    assert safe_name(hostile) == safe


def test_names_that_would_share_a_label_file_are_told_apart() -> None:
    book = NameBook()
    taken = [
        book.take(name, number=n) for n, name in enumerate(["a.jpg", "a.png", "A.jpg", "a-1.png", "./a.jpg"])
    ]
    assert taken == ["a.jpg", "a-1.png", "A-2.jpg", "a-1-3.png", "a-4.jpg"]


def test_flat_names_are_told_apart_after_flattening() -> None:
    records = [settled(1, "a/b.jpg"), settled(2, "a_b.jpg")]
    assert [name for _, name in named(records, flat=True)] == ["a_b.jpg", "a_b-2.jpg"]
    assert [name for _, name in named(records)] == ["a/b.jpg", "a_b.jpg"]


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_no_cell_is_a_formula(text: str) -> None:
    record = settled(
        1, f"{text}.jpg", box("cat", 1, 1, 5, 5, note=text), tags={"caption": text, "flags": ["dark"]}
    )
    for key in ("csv-tags", "csv-shapes"):
        ((_, data),) = export(key, [record]).items()
        rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
        assert len(rows) == 2
        assert not [cell for cell in rows[1] if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]
    assert f"'{text}" in rows[1][1]


def test_tags_have_a_column_each_and_choices_are_joined() -> None:
    record = settled(1, "a.jpg", tags={"scene": "in", "flags": ["dark", "wet"], "caption": None})
    (data,) = export("csv-tags", [record]).values()
    (row,) = csv.DictReader(io.StringIO(data.decode()))
    assert (row["scene"], row["scene_confidence"]) == ("in", "0.9")
    assert row["flags"] == "dark|wet"
    assert row["caption"] == ""


def test_xml_survives_markup_and_control_characters() -> None:
    record = settled(1, "<&>\x01.jpg", box("cat", 1, 1, 5, 5, note="</annotation>\x08&\ud7ff"))
    data = next(data for name, data in export("voc", [record]).items() if name.endswith(".xml"))
    root = ElementTree.fromstring(data)
    assert root.findtext("source/image") == "<&>\ufffd.jpg"
    assert root.findtext("object/attributes/attribute/value") == "</annotation>\ufffd&\ud7ff"


@pytest.mark.parametrize("key", sorted(FORMATS))
def test_same_records_same_bytes(key: str) -> None:
    assert export(key) == export(key)


NUMBERED = {"coco", "panoptic", "yolo", "yolo-segment", "yolo-oriented", "datumaro", "masks"}


@pytest.mark.parametrize("key", sorted(FORMATS))
def test_a_class_the_schema_does_not_know_is_refused_where_it_needs_a_number(key: str) -> None:
    records = [settled(1, "a.jpg", box("unicorn", 1, 1, 5, 5))]
    if key not in NUMBERED:
        assert export(key, records)
        return
    with pytest.raises(KeyError, match="unicorn"):
        export(key, records)


def test_everything_is_in_the_json_lines() -> None:
    members = export("jsonl")
    lines = [read_json(line) for line in members["annotations.jsonl"].splitlines()]
    assert [line["consensus"] for line in lines] == [record.consensus for record in RECORDS]
    assert [line["source_name"] for line in lines] == [record.name for record in RECORDS]
    assert read_json(members["schema.json"]) == SPEC


@pytest.mark.parametrize("key", sorted(FORMATS))
def test_memory_does_not_grow_with_the_dataset(key: str) -> None:
    shapes = [box("cat", 10, 10, 50, 50)] * 5
    size = {"width": 64, "height": 64}  # small, as some formats write a picture each

    def records(count: int) -> Iterator[Settled]:
        return (
            settled(n, f"folder/{n}.jpg", *shapes, tags={"scene": "in"}, **size) for n in range(1, count + 1)
        )

    def peak(count: int) -> int:
        tracemalloc.start()
        for _, chunks in FORMATS[key].write(records(count), spec=SPEC):
            for _ in chunks:
                pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    small, large = peak(2000), peak(8000)
    assert large < small + (1 << 18)  # four times the records, at most 256 KiB more

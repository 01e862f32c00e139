"""What trainers' own readers find in a release: the same images, the same boxes."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest

from review.formats import FORMATS, named
from tests.unit.formats_cases import RECORDS, SPEC, read_yolo, unpack


def expected_in(name: str) -> dict[str, list[tuple[str, list[float]]]]:
    """By the image's path inside its folder: its boxes."""
    return {
        file_name: [(shape["class"], shape["box"]) for shape in record.consensus["shapes"]]
        for record, file_name in named(RECORDS, flat=FORMATS[name].flat)
    }


def same_boxes(found: list[tuple[str, list[float]]], expected: list[tuple[str, list[float]]]) -> None:
    assert [label for label, _ in sorted(found)] == [label for label, _ in sorted(expected)]
    for (_, got), (_, wanted) in zip(sorted(found), sorted(expected), strict=True):
        assert got == pytest.approx(wanted, abs=0.02)


def test_pycocotools_finds_every_box(tmp_path: Path) -> None:
    from pycocotools.coco import COCO

    root = unpack("coco", tmp_path)
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(root / "annotations" / "instances_train.json"))
    labels = {number: category["name"] for number, category in coco.cats.items()}
    assert labels == {1: "cat", 2: "no", 3: "1e3"}
    expected = expected_in("coco")
    assert {image["file_name"] for image in coco.imgs.values()} == set(expected)
    for image in coco.imgs.values():
        annotations = coco.loadAnns(coco.getAnnIds(imgIds=[image["id"]]))
        same_boxes([(labels[a["category_id"]], a["bbox"]) for a in annotations], expected[image["file_name"]])


@pytest.mark.parametrize("name", ["coco", "voc", "yolo"])
def test_datumaro_finds_every_box(tmp_path: Path, name: str) -> None:
    from datumaro.components.annotation import AnnotationType
    from datumaro.components.dataset import Dataset

    dataset = Dataset.import_from(str(unpack(name, tmp_path)), name)
    labels = [label.name for label in dataset.categories()[AnnotationType.label]]
    found = {
        item.id: [
            (labels[a.label], list(a.get_bbox())) for a in item.annotations if a.type == AnnotationType.bbox
        ]
        for item in dataset
    }
    wanted = expected_in(name)
    assert set(found) == {file_name.rsplit(".", 1)[0] for file_name in wanted}
    for file_name, expected in wanted.items():
        same_boxes(found[file_name.rsplit(".", 1)[0]], expected)


def test_a_strict_yolo_reader_finds_every_box(tmp_path: Path) -> None:
    found = read_yolo(unpack("yolo", tmp_path))
    wanted = expected_in("yolo")
    assert set(found) == set(wanted)
    for file_name, expected in wanted.items():
        same_boxes(found[file_name], expected)


def test_splits_reach_every_format(tmp_path: Path) -> None:
    from dataclasses import replace

    records = [replace(record, split="val" if record.task % 2 else "train") for record in RECORDS]
    root = unpack("yolo", tmp_path, records)
    assert len(read_yolo(root, "train")) == 2
    assert len(read_yolo(root, "val")) == 3


def test_a_release_without_any_record_is_still_a_dataset(tmp_path: Path) -> None:
    from pycocotools.coco import COCO

    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(unpack("coco", tmp_path, []) / "annotations" / "instances_train.json"))
    assert len(coco.imgs) == 0
    assert len(coco.cats) == len(SPEC["classes"])

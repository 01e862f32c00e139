"""What a release may be asked for beyond its formats."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from PIL import Image

from annotator.errors import Invalid
from review import builder
from review.models import Release
from review.options import Options, Splitter, check_options, chosen
from review.releases import request_release
from review.settle import settle_answered
from tasks import storage
from tasks.models import Task
from tests.api.clients import Caller
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.labelling import answer_all
from tests.unit.formats_cases import SPEC
from tests.unit.formats_cases import box as settled_box
from tests.unit.formats_cases import settled as record
from tests.unit.pictures import RED, encode, quarters

DIGESTS = [f"{(number * 0x9E3779B97F4A7C15) % (1 << 64):016x}".ljust(64, "0") for number in range(1, 1001)]


def splits_of(options: Options, records: list[Any]) -> list[str]:
    splitter = Splitter(options, spec=SPEC)
    return [splitter.deal(one) for one in records]


def records(*labels: str) -> list[Any]:
    found = []
    for number, label in enumerate(labels, start=1):
        one = record(number, f"{number}.jpg", settled_box(label, 1, 2, 3, 4))
        found.append(one.__class__(one.task, one.name, 640, 480, DIGESTS[number - 1], one.consensus))
    return found


def test_an_image_is_in_the_same_split_whatever_else_is_released() -> None:
    options = Options(splits=(70, 20, 10))
    all_of_them = records(*["cat"] * 1000)
    dealt = dict(zip(DIGESTS, splits_of(options, all_of_them), strict=True))
    few = [one for i, one in enumerate(all_of_them) if i % 7 == 3]
    assert splits_of(options, few) == [dealt[one.sha256] for one in few]
    assert Counter(dealt.values())["train"] == pytest.approx(700, abs=60)
    assert Counter(dealt.values())["test"] == pytest.approx(100, abs=40)


def test_strata_have_the_shares_asked_for_however_rare_they_are() -> None:
    found = records(*["cat"] * 90, *["no"] * 10)
    dealt = splits_of(Options(splits=(80, 10, 10), stratified=True), found)
    assert Counter(dealt[:90]) == {"train": 72, "val": 9, "test": 9}
    assert Counter(dealt[90:]) == {"train": 8, "val": 1, "test": 1}


def test_what_is_below_the_least_confidence_is_left_out_and_its_image_stays() -> None:
    sure, unsure = {**settled_box("cat", 1, 2, 3, 4), "confidence": 0.9}, {
        **settled_box("no", 1, 2, 3, 4), "confidence": 0.4
    }  # fmt: skip
    one = record(1, "a.jpg", sure, unsure, tags={"scene": "in"})
    (kept,) = chosen(iter([one]), Options(min_confidence=0.91), spec=SPEC)
    assert kept.consensus["shapes"] == []
    assert kept.consensus["tags"]["scene"]["value"] is None
    (kept,) = chosen(iter([one]), Options(min_confidence=0.9), spec=SPEC)
    assert [shape["class"] for shape in kept.consensus["shapes"]] == ["cat"]


@pytest.mark.parametrize(
    "options", [{"splits": [90, 20, 0]}, {"splits": [100, 0]}, {"min_confidence": 2}, {"colour": "red"}]
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        check_options(options)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def built(cast: Cast, options: Options, picture: bytes = b"") -> dict[str, zipfile.ZipFile]:
    """The archives of a release of three settled tasks, with an original in storage for each."""
    batch = make_batch(cast.project, state="labelling", closed_at="2026-11-01T00:00Z")
    tasks = make_tasks(batch, 3)
    for task in tasks:
        storage.keep_bytes(
            picture or f"bytes of {task.image.name}".encode(),
            storage.image_key(batch.project_id, task.image.sha256, "original"),
        )
    answer_all(
        [cast.an, cast.bo, cast.chen],
        cast.project,
        {task.id: payload(box(10, 20, 200, 150)) for task in tasks},
    )
    assert settle_answered().settled == 3
    release = request_release(
        project=cast.project, batch=None, formats=["coco", "yolo"], person=None, options=options
    )
    assert builder.build_next()
    release.refresh_from_db()
    assert release.state == Release.State.READY, release.error
    files = {file.format: storage.read_bytes(file.key) for file in release.files.all()}
    assert json.loads(files.pop("manifest"))["options"] == release.options
    return {form: zipfile.ZipFile(io.BytesIO(data)) for form, data in files.items()}


def test_a_release_carries_the_images_where_readers_look_for_them(cast: Cast) -> None:
    archives = built(cast, Options(images=True))
    for archive in archives.values():
        (listing, images) = archive.read("images.csv").decode().splitlines(), archive.namelist()
        for line in listing[1:]:
            path, source_name = line.split(",")[:2]
            assert path in images
            assert archive.read(path).decode() == f"bytes of {source_name}"


def test_raw_answers_come_in_an_archive_of_their_own_under_pseudonyms(cast: Cast) -> None:
    archives = built(cast, Options(raw_answers=True))
    lines = [json.loads(line) for line in archives["answers"].read("answers.jsonl").splitlines()]
    assert len(lines) == 9
    assert len({line["annotator"] for line in lines}) == 3
    assert all(line["payload"]["shapes"][0]["box"] == [10, 20, 200, 150] for line in lines)


def test_splits_become_documents_of_their_own(cast: Cast) -> None:
    names = built(cast, Options(splits=(34, 33, 33), stratified=True))["coco"].namelist()
    assert {f"annotations/instances_{split}.json" for split in ("train", "val", "test")} <= set(names)


def test_links_lead_to_the_images_for_who_has_a_key(cast: Cast) -> None:
    archives = built(cast, Options(image_links=True))
    rows = list(csv.DictReader(io.StringIO(archives["coco"].read("images.csv").decode())))
    paths = [urlsplit(row["link"]).path for row in rows]
    task = Task.objects.order_by("id").first()
    assert task is not None
    assert paths[0] == f"/api/v1/tasks/{task.id}/original"
    mill, rival = Caller(cast.mill), Caller(cast.rival)
    found = mill.get(paths[0].removeprefix("/api/v1"))
    assert found.status_code == 302
    picture = b"".join(Client().get(found["Location"]))
    assert picture == f"bytes of {rows[0]['source_name']}".encode()
    assert rival.get(paths[0].removeprefix("/api/v1")).status_code == 404
    assert "link" not in built(cast, Options())["coco"].read("images.csv").decode()


def test_crops_and_masks_are_of_the_same_rectangles_and_reproducible(cast: Cast) -> None:
    picture = encode(quarters(1000, 800), "PNG")
    first, second = (built(cast, Options(crops=True, crop_masks=True), picture)["crops"] for _ in "12")
    rows = list(csv.DictReader(io.StringIO(first.read("crops.csv").decode())))
    assert len(rows) == 3
    for row in rows:
        assert (row["left"], row["top"], row["width"], row["height"]) == ("10", "20", "200", "150")
        crop, mask = (Image.open(io.BytesIO(first.read(row[key]))) for key in ("crop", "mask"))
        assert crop.size == mask.size == (200, 150)
        assert mask.getextrema() == (255, 255)
        assert crop.getpixel((100, 75)) == pytest.approx(RED, abs=4)
    cut = [name for name in first.namelist() if name.startswith(("images/", "masks/"))]
    assert len(cut) == 6
    assert [first.read(name) for name in cut] == [second.read(name) for name in cut]


def test_an_image_that_cannot_be_cut_is_listed_without_its_crop(cast: Cast) -> None:
    crops = built(cast, Options(crops=True), b"no picture at all")["crops"]
    rows = list(csv.DictReader(io.StringIO(crops.read("crops.csv").decode())))
    assert [row["crop"] for row in rows] == ["", "", ""]
    assert crops.namelist() == ["crops.csv", "SHA256SUMS"]

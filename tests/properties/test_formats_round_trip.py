"""What is written in a format is read back from it: each kind of geometry that the format keeps, and tags."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from review.formats import FORMATS, Known, ReadFault, Settled, Source
from review.formats.geometry import pixels
from tasks.shapes.rle import pack_mask, unpack_mask
from tests.unit.formats_cases import settled

WIDTH, HEIGHT = 320, 240
SPEC: dict[str, Any] = {
    "classes": [
        {"key": "cat", "names": {"en": "House cat", "zh-hans": "家猫"}, "color": "#d62728"},
        {
            "key": "person",
            "names": {"en": "Person"},
            "color": "#1f77b4",
            "skeleton": {
                "points": [{"key": key, "names": {}} for key in ("head", "hip", "foot")],
                "edges": [[0, 1], [1, 2]],
            },
        },
    ],
    "tags": [
        {"key": "scene", "kind": "single", "options": [{"key": "in"}, {"key": "out"}], "names": {}},
        {"key": "flags", "kind": "multiple", "options": [{"key": "dark"}, {"key": "wet"}], "names": {}},
    ],
}  # fmt: skip


def rounded(low: float, high: float) -> st.SearchStrategy[float]:
    return st.integers(int(low * 100), int(high * 100)).map(lambda n: n / 100)


x, y, side, angle = rounded(0, 200), rounded(0, 150), rounded(2, 100), rounded(0, 359.9)
turned = rounded(0.1, 359.9)  # a box turned by nothing is a plain one to Label Studio
corner = st.tuples(rounded(0, WIDTH), rounded(0, HEIGHT))


def speckled(seed: int) -> dict[str, Any]:
    """A mask of one patch and sixty single pixels."""
    random = np.random.default_rng(seed)
    drawn = np.zeros((HEIGHT, WIDTH), np.bool_)
    drawn[random.integers(0, HEIGHT, 60), random.integers(0, WIDTH, 60)] = True
    drawn[3:90, 4:70] ^= True
    return pack_mask(drawn)


def star(radii: list[float]) -> list[list[float]]:
    """A polygon around the middle that does not cross itself."""
    turns = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    points = zip(160 + radii * np.cos(turns), 120 + radii * np.sin(turns), strict=True)
    return [[round(float(number), 2) for point in points for number in point]]


GEOMETRY: dict[str, st.SearchStrategy[Any]] = {
    "box": st.tuples(x, y, side, rounded(2, 80)).map(list),
    # All of it inside the image: what reaches out is cut by formats of fractions.
    "rotated_box": st.tuples(rounded(90, 200), rounded(90, 150), rounded(2, 80), rounded(2, 80), turned).map(
        list
    ),
    "ellipse": st.tuples(x, y, side, side, angle).map(list),
    "polygon": st.lists(rounded(5, 110), min_size=3, max_size=9).map(star),
    "polyline": st.lists(corner, min_size=2, max_size=6).map(lambda p: [n for point in p for n in point]),
    "point": corner.map(list),
    "skeleton": st.lists(st.tuples(corner, st.integers(0, 2)), min_size=3, max_size=3)
    .filter(lambda p: any(seen for _, seen in p))
    .map(lambda p: [n for (px, py), seen in p for n in ((px, py, seen) if seen else (0.0, 0.0, 0))]),
    "mask": st.integers(0, 1000).map(speckled),
}


def shapes(kinds: frozenset[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(sorted(kinds)).flatmap(
        lambda kind: st.builds(
            lambda geometry, label, score: {
                "id": "c1",
                "class": "person" if kind == "skeleton" else label,
                "type": kind,
                kind: geometry,
                "attributes": {},
                "confidence": score,
            },
            GEOMETRY[kind],
            st.just("cat"),
            st.sampled_from([0.5, 1.0]),
        )
    )


def read_back(key: str, records: list[Settled]) -> dict[str, dict[str, Any] | None]:
    """Through a zip archive and out of it again, by name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, chunks in FORMATS[key].write(iter(records), spec=SPEC):
            archive.writestr(name, b"".join(chunks))

    def find(name: str) -> Known | None:
        stem = name.rsplit("/", 1)[-1].removesuffix(".jpg")
        return Known(f"{stem}.jpg", WIDTH, HEIGHT)

    answers = FORMATS[key].answers(Source(file), spec=SPEC, images=find)
    return {name.removesuffix(".jpg"): payload for name, payload in answers}


def flat(shape: dict[str, Any]) -> list[float]:
    geometry = shape[shape["type"]]
    return [number for ring in geometry for number in ring] if shape["type"] == "polygon" else geometry


def same(got: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    """The shapes in the same order, up to the rounding of formats that write few digits."""
    assert [(one["class"], one["type"]) for one in got] == [(one["class"], one["type"]) for one in wanted]
    for one, other in zip(got, wanted, strict=True):
        if one["type"] == "mask":
            assert one["mask"] == other["mask"]
        else:
            assert flat(one) == pytest.approx(flat(other), abs=0.02)


@pytest.mark.parametrize("key", [key for key, form in FORMATS.items() if form.keeps])
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(data=st.data())
def test_shapes_come_back_as_they_were(key: str, data: st.DataObject) -> None:
    drawn = data.draw(
        st.lists(st.lists(shapes(FORMATS[key].keeps), min_size=1, max_size=3), min_size=1, max_size=3)
    )
    if key in {"panoptic"}:  # of overlapping shapes only the one on top is whole
        drawn = [found[-1:] for found in drawn]
    records = [
        settled(number, f"img{number}.jpg", *found, width=WIDTH, height=HEIGHT)
        for number, found in enumerate(drawn, start=1)
    ]
    back = read_back(key, records)
    assert set(back) == {f"img{number}" for number in range(1, len(drawn) + 1)}
    for number, found in enumerate(drawn, start=1):
        payload = back[f"img{number}"]
        assert payload
        same(payload["shapes"], found)


@pytest.mark.parametrize(
    "key", ["coco", "datumaro", "cvat", "label-studio", "csv-tags", "parquet", "image-folder", "jsonl"]
)
def test_tags_come_back_as_they_were(key: str) -> None:
    tags = {"scene": "out", "flags": ["dark", "wet"]}
    payload = read_back(key, [settled(1, "img1.jpg", tags=tags, width=WIDTH, height=HEIGHT)])["img1"]
    assert payload is not None
    assert payload["tags"] == tags


def test_folders_by_class_come_back_as_the_first_choice() -> None:
    records = [
        settled(1, "img1.jpg", tags={"flags": ["wet"], "scene": "in"}),
        settled(2, "img2.jpg", tags={"scene": "out"}),
    ]
    back = read_back("imagenet", records)
    assert {name: payload["tags"] for name, payload in back.items() if payload} == {
        "img1": {"scene": "in"},
        "img2": {"scene": "out"},
    }


HOLED = [[20, 20, 120, 20, 120, 120, 20, 120], [40, 40, 40, 80, 80, 80, 80, 40]]


@pytest.mark.parametrize(
    "key", ["coco", "cvat", "labelme", "datumaro", "yolo-segment", "label-studio", "masks", "panoptic"]
)
def test_holes_stay_holes_whatever_the_format_calls_them(key: str) -> None:
    shape = {"id": "c1", "class": "cat", "type": "polygon", "polygon": HOLED, "attributes": {}}
    payload = read_back(key, [settled(1, "img1.jpg", shape, width=WIDTH, height=HEIGHT)])["img1"]
    assert payload is not None
    wanted = pixels(shape, width=WIDTH, height=HEIGHT)
    got = np.zeros_like(wanted)
    for found in payload["shapes"]:
        got |= pixels(found, width=WIDTH, height=HEIGHT)
    assert (got == wanted).mean() > 0.999
    assert not got[60, 60]


@pytest.mark.parametrize("key", ["yolo-segment", "label-studio"])
def test_masks_become_the_polygons_of_their_outlines(key: str) -> None:
    drawn = np.zeros((HEIGHT, WIDTH), np.bool_)
    drawn[10:60, 20:90] = drawn[100:140, 200:300] = True
    shape = {"id": "c1", "class": "cat", "type": "mask", "mask": pack_mask(drawn), "attributes": {}}
    payload = read_back(key, [settled(1, "img1.jpg", shape, width=WIDTH, height=HEIGHT)])["img1"]
    assert payload is not None
    assert [one["type"] for one in payload["shapes"]] == ["polygon", "polygon"]
    got = pixels(payload["shapes"][0], width=WIDTH, height=HEIGHT)
    got |= pixels(payload["shapes"][1], width=WIDTH, height=HEIGHT)
    assert (got == drawn).all()


def test_classes_are_known_by_any_of_their_names() -> None:
    document = b"""{"images": [{"id": 7, "file_name": "a.jpg", "width": 320, "height": 240}],
        "categories": [{"id": 3, "name": "\xe5\xae\xb6\xe7\x8c\xab"}, {"id": 4, "name": "dog"}],
        "annotations": [{"id": 1, "image_id": 7, "category_id": 3, "bbox": [1, 2, 30, 40],
                         "segmentation": {"size": [240, 320], "counts": [0, 76800]}},
                        {"id": 2, "image_id": 7, "category_id": 4, "bbox": [1, 2, 30, 40]}]}"""
    ((name, payload),) = FORMATS["coco"].answers(
        archive_of({"x.json": document}), spec=SPEC, images=lambda _: None
    )
    assert (name, payload is not None) == ("a.jpg", True)
    assert payload is not None
    first, second = payload["shapes"]
    assert first["class"] == "cat"
    assert unpack_mask(first["mask"]).all()
    assert (second["class"], second["box"]) == ("dog", [1, 2, 30, 40])


HOSTILE = {
    "coco": {"a.json": b'{"images": [{"id": 1}], "annotations": [{"image_id": 1}], "categories": []}'},
    "voc": {"a.xml": b"<annotation><object><name>x</name></object></annotation>"},
    "cvat": {"a.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><annotations><image name="&b;"/></annotations>'},
    "yolo": {"labels/train/a.txt": b"0 0.5 nonsense"},
    "kitti": {"label_2/a.txt": b"Car 1 2"},
    "labelme": {"a.json": b'{"shapes": [{"label": "x", "points": 3}], "imagePath": "a.jpg"}'},
    "label-studio": {"a.json": b'[{"data": {}}]'},
    "datumaro": {"a.json": b'{"items": [{"annotations": [{}]}], "categories": {"label": {"labels": []}}}'},
    "parquet": {"a.parquet": b"PAR1 no"},
    "jsonl": {"a.jsonl": b'{"image": 3}\n'},
    "image-folder": {"metadata.jsonl": b"[]\n"},
    "csv-shapes": {"shapes.csv": b"image,class\na,b\n"},
    "open-images": {"train-annotations-bbox.csv": b"ImageID,XMin\na,b\n"},
    "masks": {"masks/train/a.png": b"no picture"},
    "panoptic": {"a.json": b'{"images": [{"id": 1, "file_name": "a"}], "categories": [], "annotations": '
                           b'[{"image_id": 1, "file_name": "a.png", "segments_info": [{"id": 1}]}]}'},
}  # fmt: skip


@pytest.mark.parametrize("key", sorted(HOSTILE))
def test_nonsense_is_refused_with_the_file_it_is_in(key: str) -> None:
    source = archive_of(HOSTILE[key])
    with pytest.raises(ReadFault):
        list(FORMATS[key].answers(source, spec=SPEC, images=lambda name: Known(name, WIDTH, HEIGHT)))


def test_what_is_no_archive_is_refused() -> None:
    with pytest.raises(ReadFault):
        Source(io.BytesIO(b"not a zip"))


def archive_of(members: dict[str, bytes]) -> Source:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return Source(file)

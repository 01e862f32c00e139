"""Settled records to export, and readers that take nothing on trust."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from PIL import Image

from review.formats import FORMATS, Settled

SPEC = {
    "classes": [
        {"key": "cat", "names": {"en": "Cat", "zh-hans": "猫"}},
        {"key": "no", "names": {"en": "No"}},
        {"key": "1e3", "names": {"en": "Thousand"}},
    ],
    "tags": [
        {"key": "scene", "kind": "single", "options": [{"key": "in"}, {"key": "out"}], "names": {}},
        {"key": "flags", "kind": "multiple", "options": [{"key": "dark"}, {"key": "wet"}], "names": {}},
        {"key": "caption", "kind": "text", "names": {}},
    ],
}


def box(label: str, *numbers: float, **attributes: Any) -> dict[str, Any]:
    return {
        "id": "c1",
        "class": label,
        "type": "box",
        "box": list(numbers),
        "attributes": attributes,
        "confidence": 0.9,
        "class_confidence": 0.95,
        "existence": 0.95,
        "expected_iou": 0.88,
        "agreed": ["a"],
        "differed": [],
    }


def settled(
    task: int, name: str, *shapes: dict[str, Any], tags: dict[str, Any] | None = None, **more: Any
) -> Settled:
    voted = {
        key: {"value": value, "confidence": 0.9, "votes": {}, "agreed": [], "differed": []}
        for key, value in (tags or {}).items()
    }
    consensus = {"tags": voted, "shapes": list(shapes), "rejected": [], "confidence": 0.9, "agreement": {}}
    size = {"width": 640, "height": 480} | more
    return Settled(task=task, name=name, sha256="ab" * 32, consensus=consensus, **size)


RECORDS = [
    settled(11, "IMG 1.jpg", box("cat", 10.25, 20.5, 100, 50, occluded=True), box("no", 0, 0, 640, 480)),
    settled(12, "站点/照片.jpg", box("1e3", 600.5, 470.25, 39.5, 9.75, note='a < b & "c"\x00')),
    settled(13, "empty.png"),
    settled(15, "../../etc/passwd.jpg", box("cat", 1, 2, 3, 4)),
    settled(16, "IMG 1.png", box("cat", 5, 5, 5, 5)),
]


def export(key: str, records: Iterable[Settled] = RECORDS, spec: dict[str, Any] = SPEC) -> dict[str, bytes]:
    """All members; a name that comes twice is an error."""
    members: dict[str, bytes] = {}
    for name, chunks in FORMATS[key].write(iter(records), spec=spec):
        assert name not in members
        members[name] = b"".join(chunks)
    return members


def unpack(key: str, folder: Path, records: list[Settled] | None = None, spec: dict[str, Any] = SPEC) -> Path:
    """Through a real zip archive onto disk, with an image of the right size for every record."""
    records = RECORDS if records is None else records
    with zipfile.ZipFile(folder / "release.zip", "w") as archive:
        for name, data in export(key, records, spec).items():
            archive.writestr(name, data)
    target = folder / "release"
    with zipfile.ZipFile(folder / "release.zip") as archive:
        archive.extractall(target)
        extracted = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
        assert extracted == set(archive.namelist())  # nothing was renamed, nothing fell outside
    for record, image_path in FORMATS[key].images(records, spec):
        path = target / image_path
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (record.width, record.height)).save(path, format="PNG")
    return target


def read_yolo(root: Path, split: str = "train") -> dict[str, list[tuple[str, list[float]]]]:
    """As Ultralytics reads: images of the list in data.yaml, labels by exchanging the last /images/.

    Strict: five numbers a line, class in range, fractions inside 0..1, no line twice, no stray label file.
    """
    data = yaml.safe_load((root / "data.yaml").read_text("utf-8"))
    assert isinstance(data["train"], str)
    assert isinstance(data["val"], str)
    names: dict[int, str] = data["names"]
    assert list(names) == list(range(len(names)))
    found: dict[str, list[tuple[str, list[float]]]] = {}
    for line in (root / data[split]).read_text("utf-8").splitlines():
        image = root / line
        before, after = str(image.with_suffix(".txt")).rsplit("/images/", 1)
        label = Path(f"{before}/labels/{after}")
        with Image.open(image) as opened:
            width, height = opened.size
        rows = [row.split() for row in label.read_text().splitlines()]
        assert len({tuple(row) for row in rows}) == len(rows)
        key = str(PurePosixPath(line).relative_to(f"images/{split}"))
        assert key not in found
        found[key] = []
        for row in rows:
            index, x, y, w, h = int(row[0]), *map(float, row[1:])
            assert all(0 <= number <= 1 for number in (x, y, w, h))
            pixels = [(x - w / 2) * width, (y - h / 2) * height, w * width, h * height]
            found[key].append((names[index], pixels))
    stray = {path.stem for path in (root / "labels" / split).rglob("*.txt")}
    assert len(stray) <= len(found)
    return found


def read_json(data: bytes) -> Any:
    return json.loads(
        data.decode("utf-8"), parse_constant=lambda word: (_ for _ in ()).throw(ValueError(word))
    )

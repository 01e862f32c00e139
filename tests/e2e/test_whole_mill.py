"""From a client's photographs to a client's dataset, through four browsers.

Three annotators draw what the data's own annotators drew, each with errors of their own; one task they
name differently; a reviewer settles it, a supervisor sees it happen, the client downloads COCO. The
consensus must fit the data's annotation better than the median annotator does.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
import statistics
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from tests.browser import chromium
from tests.data import data_folder
from tests.e2e.mill import Mill, running_mill, upload, wait_for
from tests.servers import session_folder

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

IMAGES = 10
MARGIN = 8  # CSS pixels that the workbench leaves around a fitted image
CLASSES = ["Arduino_Nano", "ESP8266", "Heltec_ESP32_Lora", "Raspberry_Pi_3"]
SPEC = {
    "classes": [
        {"key": name.lower(), "names": {"en": name.replace("_", " ")}, "geometries": ["box"]}
        for name in CLASSES
    ],
    "tags": [],
}
Box = tuple[float, float, float, float]  # left, top, width, height in pixels


@dataclass(frozen=True)
class Truth:
    name: str
    label: str
    box: Box


def truths(folder: Path) -> list[Truth]:
    """The first images with exactly one object."""
    with (folder / "train_labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    counts = {row["filename"]: 0 for row in rows}
    for row in rows:
        counts[row["filename"]] += 1
    single = [row for row in rows if counts[row["filename"]] == 1]
    return [_truth(row) for row in sorted(single, key=lambda row: row["filename"])[:IMAGES]]


def _truth(row: dict[str, str]) -> Truth:
    left, top, right, bottom = (float(row[key]) for key in ("xmin", "ymin", "xmax", "ymax"))
    return Truth(row["filename"], row["class"].lower(), (left, top, right - left, bottom - top))


def iou(a: Box, b: Box) -> float:
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


class Hand:
    """How one person draws: a habit (bias) and a tremor (noise), in shares of the object's size."""

    def __init__(self, username: str, *, bias: float, noise: float, seed: int) -> None:
        self.username = username
        self.bias = bias
        self.noise = noise
        self.random = random.Random(seed)
        self.drawn: dict[str, Box] = {}

    def box(self, truth: Truth) -> Box:
        left, top, width, height = truth.box
        edges = [(left, -width), (top, -height), (left + width, width), (top + height, height)]
        moved = [edge + size * (self.bias + self.random.gauss(0, self.noise)) for edge, size in edges]
        x0, x1 = (min(max(moved[at], 0), 800) for at in (0, 2))
        y0, y1 = (min(max(moved[at], 0), 600) for at in (1, 3))
        return (x0, y0, x1 - x0, y1 - y0)


HANDS = [
    Hand("li.na", bias=0.03, noise=0.03, seed=1),
    Hand("wang.fang", bias=-0.03, noise=0.04, seed=2),
    Hand("zhang.wei", bias=0.01, noise=0.06, seed=3),
]


class Workbench:
    """An annotator at the workbench, by mouse and keys alone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def start(self, project: str) -> None:
        self.page.get_by_text(project, exact=True).click()
        self.page.keyboard.press("Enter")

    def image_name(self) -> str:
        """Of the image that is shown, once it is: an answer to one that nobody has seen is refused."""
        self.page.wait_for_selector('#stage[aria-busy="false"]')
        label = self.page.locator("#stage").get_attribute("aria-label") or ""
        found = re.search(r"IMG_\w+\.jpg", label)
        assert found, label
        return found.group()

    def draw(self, box: Box, width: int, height: int) -> None:
        """Drag from corner to corner over the fitted image, with pointer events of the browser's own."""
        stage = self.page.locator("#stage").bounding_box()
        assert stage
        scale = min((stage["width"] - 2 * MARGIN) / width, (stage["height"] - 2 * MARGIN) / height)
        x = stage["x"] + (stage["width"] - width * scale) / 2
        y = stage["y"] + (stage["height"] - height * scale) / 2
        self.page.mouse.move(x + box[0] * scale, y + box[1] * scale)
        self.page.mouse.down()
        self.page.mouse.move(x + (box[0] + box[2] / 2) * scale, y + (box[1] + box[3] / 2) * scale)
        self.page.mouse.move(x + (box[0] + box[2]) * scale, y + (box[1] + box[3]) * scale)
        self.page.mouse.up()

    def answer(self, box: Box, label: str) -> None:
        self.page.keyboard.press(f"Digit{[name.lower() for name in CLASSES].index(label) + 1}")
        self.draw(box, 800, 600)
        self.page.keyboard.press("Enter")


def label_everything(page: Page, hand: Hand, known: dict[str, Truth], labels: dict[str, str]) -> None:
    bench = Workbench(page)
    bench.start("Boards")
    for _ in range(IMAGES):
        truth = known[bench.image_name()]
        hand.drawn[truth.name] = hand.box(truth)
        bench.answer(hand.drawn[truth.name], labels[truth.name])
        page.wait_for_function(
            "name => !document.querySelector('#stage')?.ariaLabel?.includes(name)", arg=truth.name
        )
    page.wait_for_selector(".state .owed", state="detached", timeout=30_000)


def settle_the_dispute(page: Page, mill: Mill, project: int, odd: Truth) -> None:
    """Pick the answer that names the object as the data does, by its key."""
    with page.expect_response(lambda response: "/next" in response.url) as response:
        page.goto(f"{mill.url}/review/projects/{project}/")
    (dispute,) = response.value.json()["disputes"]
    assert dispute["image"]["name"] == odd.name
    labels = [answer["payload"]["shapes"][0]["class"] for answer in dispute["answers"]]
    page.wait_for_selector("#stage")
    page.keyboard.press(f"Digit{labels.index(odd.label) + 1}")
    with page.expect_response(lambda response: "/verdict" in response.url) as verdict:
        page.keyboard.press("Enter")
    assert verdict.value.ok


def download_coco(api: httpx.Client, project: int) -> dict[str, Any]:
    asked = api.post(f"/projects/{project}/releases", json={"formats": ["coco"]})
    place = f"/releases/{asked.raise_for_status().json()['id']}"
    release = wait_for(lambda: api.get(place).json(), lambda now: now["state"] in {"ready", "failed"}, 60)
    assert release["state"] == "ready", release
    (file,) = [file for file in release["files"] if file["format"] == "coco"]
    data = api.get(f"{place}/files/{file['name']}").raise_for_status().content
    half = len(data) // 2
    rest = api.get(f"{place}/files/{file['name']}", headers={"Range": f"bytes={half}-"})
    assert rest.status_code == 206
    assert data[half:] == rest.content
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        (member,) = [name for name in archive.namelist() if name.endswith(".json") and "manifest" not in name]
        return dict(json.loads(archive.read(member)))


def test_photographs_in_consensus_out() -> None:
    folder = data_folder("boxes_voc")
    known = {truth.name: truth for truth in truths(folder)}
    odd = next(iter(known.values()))
    wrong = [name.lower() for name in CLASSES if name.lower() != odd.label]
    with running_mill(session_folder()) as mill, mill.client() as api, chromium() as browser:
        terms = {"name": "Boards", "schema": SPEC, "overlap": 3, "max_overlap": 3, "price": "0.08"}
        project = api.post("/projects", json=terms).raise_for_status().json()["id"]
        opened = api.post(f"/projects/{project}/batches", json={"name": "Monday"})
        batch = opened.raise_for_status().json()["id"]
        received = upload(api, batch, [folder / "train" / name for name in known])
        assert received["received"] == IMAGES
        api.post(f"/batches/{batch}/close").raise_for_status()

        def progress() -> dict[str, Any]:
            return dict(api.get(f"/batches/{batch}").json())

        wait_for(progress, lambda now: now["state"] == "labelling", 60)

        with mill.page_of(browser, "chen.jing") as floor:
            for hand, label in zip(HANDS, [odd.label, *wrong], strict=False):
                labels = {truth.name: truth.label for truth in known.values()} | {odd.name: label}
                with mill.page_of(browser, hand.username) as page:
                    label_everything(page, hand, known, labels)
            wait_for(progress, lambda now: now["progress"]["settled"] == IMAGES - 1, 60)
            assert progress()["progress"]["disputed"] == 1
            # The supervisor's page has followed by itself.
            floor.wait_for_function(
                "count => [...document.querySelectorAll('.stat')].some(one => one.innerText.includes(count))",
                arg=str(3 * IMAGES),
                timeout=15_000,
            )

            with mill.page_of(browser, "zhao.min") as reviewer:
                settle_the_dispute(reviewer, mill, project, odd)
            done = wait_for(progress, lambda now: now["state"] == "complete", 60)
            assert done["progress"]["settled"] == IMAGES
            assert done["progress"]["disputed"] == 0

        dataset = download_coco(api, project)
        compare(dataset, known)


def compare(dataset: dict[str, Any], known: dict[str, Truth]) -> None:
    names = {image["id"]: image["file_name"].rsplit("/", 1)[-1] for image in dataset["images"]}
    labels = {category["id"]: category["name"] for category in dataset["categories"]}
    assert len(names) == len(dataset["annotations"]) == IMAGES
    consensus = {}
    for annotation in dataset["annotations"]:
        truth = known[names[annotation["image_id"]]]
        assert labels[annotation["category_id"]] == truth.label
        consensus[truth.name] = iou(tuple(annotation["bbox"]), truth.box)
    people = [
        statistics.mean(iou(box, known[name].box) for name, box in hand.drawn.items()) for hand in HANDS
    ]
    print(f"mean IoU: consensus {statistics.mean(consensus.values()):.3f}, people {people}")
    assert statistics.mean(consensus.values()) > statistics.median(people)

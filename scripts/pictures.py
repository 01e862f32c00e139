"""Take the documents' pictures anew: every main page, in both languages, on an installation at work.

    .venv/bin/python -m scripts.pictures [folder of photographs] [--only workbench]

The folder is searched for JPEG files; where a Pascal VOC file lies beside one, its boxes are what the
people draw. Without a folder the photographs of `tests/data.py` are taken. See docs/img/README.md.
"""

from __future__ import annotations

import argparse
import io
import itertools
import random
import tempfile
import time
import uuid
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser import chromium
from tests.data import data_folder
from tests.e2e.mill import Mill, running_mill, upload, wait_for

TARGET = Path(__file__).resolve().parents[1] / "docs" / "img"
LANGUAGES = {"en": "en", "zh": "zh-hans"}
BYTES = 60_000
DONE, WAITING = 18, 12  # photographs everybody has answered; photographs left for the workbench
SECONDS_A_TASK = 15
MARGIN = 8  # CSS pixels that the workbench leaves around a fitted image
COLOURS = ["#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#b8860b", "#e377c2"]
CHINESE = {"Raspberry_Pi_3": "树莓派 3"}
GUIDE = {
    "en": "# One box a board\n\nTouch its edges, leave cables out.",
    "zh-hans": "# 一块板一个框\n\n框要贴紧边缘，不含连线。",
}
Box = tuple[float, float, float, float]  # left, top, width, height in pixels of the image


@dataclass(frozen=True)
class Photograph:
    path: Path
    width: int
    height: int
    objects: list[tuple[str, Box]]


def photograph(path: Path) -> Photograph:
    with Image.open(path) as image:
        width, height = image.size
    described = path.with_suffix(".xml")
    if described.exists():
        found = [_object(one) for one in ElementTree.parse(described).iter("object")]
    else:
        found = [("Thing", (width * 0.3, height * 0.3, width * 0.4, height * 0.4))]
    return Photograph(path, width, height, found)


def _object(element: ElementTree.Element) -> tuple[str, Box]:
    left, top, right, bottom = (
        float(element.findtext(f"bndbox/{name}") or 0) for name in ("xmin", "ymin", "xmax", "ymax")
    )
    return element.findtext("name") or "Thing", (left, top, right - left, bottom - top)


def schema(photographs: list[Photograph]) -> dict[str, Any]:
    classes: list[dict[str, Any]] = [
        {"key": key_of(name), "names": _names(name), "color": colour, "geometries": ["box"]}
        for name, colour in zip(names_of(photographs), itertools.cycle(COLOURS), strict=False)
    ]
    cut = {"key": "cut", "names": {"en": "Cut off by the edge", "zh-hans": "被画面截断"}, "kind": "checkbox"}
    classes[0]["attributes"] = [cut]
    return {"classes": classes, "tags": []}


def names_of(photographs: list[Photograph]) -> list[str]:
    return sorted({name for one in photographs for name, _box in one.objects})


def key_of(name: str) -> str:
    return name.lower().replace("_", "-").replace(" ", "-")


def _names(name: str) -> dict[str, str]:
    english = name.replace("_", " ")
    return {"en": english, "zh-hans": CHINESE.get(name, english)}


class Annotator:
    """One of the demonstration's annotators, answering through the workbench's own endpoint."""

    def __init__(self, mill: Mill, username: str, *, tremor: float) -> None:
        self._http = httpx.Client(base_url=mill.url, follow_redirects=True, timeout=60)
        self._http.get("/sign-in")
        secret = {"username": username, "password": mill.secrets[username]}
        self._http.post("/sign-in", data=secret | {"csrfmiddlewaretoken": self._http.cookies["csrftoken"]})
        self._tremor, self._random = tremor, random.Random(username)
        self._tasks: list[dict[str, Any]] = []

    def take(self, project: int, count: int) -> None:
        while len(self._tasks) < count:
            given = self._sync(project=project, want=min(20, count - len(self._tasks)))["tasks"]
            assert given, "there are fewer tasks than photographs"
            self._tasks += given

    def submit(self, project: int, known: dict[str, Photograph], *, odd: set[str]) -> None:
        """Answer what was taken; an odd photograph's first object too small."""
        answers = [
            self._answer(task, known[task["image"]["name"]], odd=task["image"]["name"] in odd)
            for task in self._tasks
        ]
        self._sync(project=project, want=0, submissions=answers)

    def _sync(self, **asked: Any) -> dict[str, Any]:
        nothing: dict[str, Any] = {"known": [], "unsent": 0, "skips": [], "releases": [], "held": []}
        answer: dict[str, Any] = self._post("/desk/sync", nothing | {"submissions": []} | asked).json()
        refused = [one for one in answer["submissions"] if one["status"] != "accepted"]
        assert not refused, refused
        return answer

    def _post(self, path: str, body: object) -> httpx.Response:
        headers = {"X-CSRFToken": self._http.cookies["csrftoken"]}
        return self._http.post(path, json=body, headers=headers).raise_for_status()

    def _answer(self, task: dict[str, Any], shown: Photograph, *, odd: bool) -> dict[str, Any]:
        shapes: list[dict[str, Any]] = [
            {
                "id": f"s{at}",
                "class": key_of(name),
                "type": "box",
                "box": self._box(box, shown),
                "attributes": {},
            }
            for at, (name, box) in enumerate(shown.objects)
        ]
        if odd:
            x, y, width, height = shapes[0]["box"]
            shapes[0]["box"] = [x, y, width * 0.45, height * 0.6]
        return {
            "id": str(uuid.UUID(int=self._random.getrandbits(128), version=4)),
            "assignment": task["assignment"],
            "token": task["token"],
            "task": task["task"],
            "payload": {"tags": {}, "shapes": shapes},
            "active_ms": self._random.randint(3_000, SECONDS_A_TASK * 1000),
        }

    def _box(self, box: Box, shown: Photograph) -> list[float]:
        left, top, width, height = box
        edges = [(left, width), (left + width, width), (top, height), (top + height, height)]
        x0, x1, y0, y1 = (edge + size * self._random.gauss(0, self._tremor) for edge, size in edges)
        x0, y0 = max(x0, 0), max(y0, 0)
        return [x0, y0, min(x1, shown.width) - x0, min(y1, shown.height) - y0]


@dataclass(frozen=True)
class Scene:
    """What stands in the installation: the ids that addresses need."""

    project: int
    batch: int
    known: dict[str, Photograph]


def fill(mill: Mill, photographs: list[Photograph]) -> Scene:
    done, waiting = photographs[:DONE], photographs[DONE : DONE + WAITING]
    known = {one.path.name: one for one in done}
    with mill.client() as api:
        terms = {"name": "Boards", "schema": schema(photographs), "guide": GUIDE, "price": "0.08"}
        project = api.post("/projects", json=terms).raise_for_status().json()["id"]
        batch = _batch(api, project, "Monday", done, odd_file=True)
        _batch(api, project, "Tuesday", waiting)
        _answer_all(mill, project, known, odd=[one.path.name for one in done[3::5]])

        def progress() -> dict[str, int]:
            shown: dict[str, int] = api.get(f"/batches/{batch}").json()["progress"]
            return shown

        wait_for(progress, lambda now: now["settled"] + now["disputed"] == DONE, 120)
        asked = api.post(f"/projects/{project}/releases", json={"formats": ["coco", "voc"]})
        release = f"/releases/{asked.raise_for_status().json()['id']}"
        wait_for(lambda: api.get(release).json(), lambda now: bool(now["state"] == "ready"), 120)
    return Scene(project, batch, {one.path.name: one for one in photographs})


def _answer_all(mill: Mill, project: int, known: dict[str, Photograph], *, odd: list[str]) -> None:
    hands = {"li.na": 0.02, "wang.fang": 0.035, "zhang.wei": 0.05}
    people = [Annotator(mill, username, tremor=tremor) for username, tremor in hands.items()]
    for person in people:
        person.take(project, len(known))
    time.sleep(SECONDS_A_TASK)  # the server pays attention to how long a seat was held
    for place, person in enumerate(people):
        person.submit(project, known, odd=set(odd[place::3]))


def _batch(
    api: httpx.Client, project: int, name: str, photographs: list[Photograph], *, odd_file: bool = False
) -> int:
    batch = int(api.post(f"/projects/{project}/batches", json={"name": name}).raise_for_status().json()["id"])
    upload(api, batch, [one.path for one in photographs])
    if odd_file:
        whole = photographs[0].path.read_bytes()
        parts = [("files", ("half.jpg", whole[: len(whole) // 2])), ("files", ("again.jpg", whole))]
        api.post(f"/batches/{batch}/images", files=parts).raise_for_status()
        api.post(f"/batches/{batch}/close").raise_for_status()
    wait_for(
        lambda: api.get(f"/batches/{batch}").json()["progress"], lambda now: bool(now["waiting"] == 0), 120
    )
    return batch


# How each page is posed before its picture is taken.


def sign_in_page(page: Page, scene: Scene) -> None:
    page.fill("input[name=username]", "li.na")


def workbench(page: Page, scene: Scene) -> None:
    """An image half done: its first object drawn by the pointer, and selected."""
    page.wait_for_selector(".start-card, #stage")
    if page.locator(".start-card").count():  # in the second language the work goes on by itself
        page.get_by_text("Boards", exact=True).click()
        page.keyboard.press("Enter")
    page.wait_for_selector('#stage[aria-busy="false"]')
    label = page.locator("#stage").get_attribute("aria-label") or ""
    shown = next(one for name, one in scene.known.items() if name in label)
    names = names_of(list(scene.known.values()))
    for name, box in shown.objects:
        _draw(page, box, shown)
        page.keyboard.press(f"Digit{names.index(name) + 1}")
    page.wait_for_timeout(1500)  # until "saved" is on the state line


def _draw(page: Page, box: Box, shown: Photograph) -> None:
    stage = page.locator("#stage").bounding_box()
    assert stage
    scale = min((stage["width"] - 2 * MARGIN) / shown.width, (stage["height"] - 2 * MARGIN) / shown.height)
    x = stage["x"] + (stage["width"] - shown.width * scale) / 2
    y = stage["y"] + (stage["height"] - shown.height * scale) / 2
    page.mouse.move(x + box[0] * scale, y + box[1] * scale)
    page.mouse.down()
    page.mouse.move(x + (box[0] + box[2] / 2) * scale, y + (box[1] + box[3] / 2) * scale)
    page.mouse.move(x + (box[0] + box[2]) * scale, y + (box[1] + box[3]) * scale)
    page.mouse.up()


def review(page: Page, scene: Scene) -> None:
    page.wait_for_selector("#stage")
    page.wait_for_timeout(1500)


def settled_page(page: Page, scene: Scene) -> None:
    with suppress(Exception):
        page.wait_for_load_state("networkidle", timeout=4000)


@dataclass(frozen=True)
class Picture:
    name: str
    username: str | None
    path: str
    pose: Callable[[Page, Scene], None] = settled_page


PICTURES = [
    Picture("sign-in", None, "/sign-in", sign_in_page),
    Picture("workbench", "li.na", "/desk/", workbench),
    Picture("my-work", "li.na", "/desk/mine/"),
    Picture("floor", "chen.jing", "/floor/"),
    Picture("review", "zhao.min", "/review/projects/{project}/", review),
    Picture("portal-project", "ada", "/portal/projects/{project}/"),
    Picture("portal-batch", "ada", "/portal/batches/{batch}/"),
    Picture("portal-results", "ada", "/portal/batches/{batch}/results"),
    Picture("portal-schema", "ada", "/portal/projects/{project}/schema"),
    Picture("portal-releases", "ada", "/portal/releases/"),
]


def take(mill: Mill, browser: Browser, scene: Scene, picture: Picture, short: str) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale=LANGUAGES[short])
    page = context.new_page()
    page.goto(f"{mill.url}/sign-in")
    if picture.username is not None:
        page.fill("input[name=username]", picture.username)
        page.fill("input[name=password]", mill.secrets[picture.username])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
    _speak(page, LANGUAGES[short])
    page.goto(mill.url + picture.path.format(project=scene.project, batch=scene.batch))
    picture.pose(page, scene)
    shot = page.screenshot()
    context.close()
    size = store(shot, TARGET / f"{picture.name}-{short}.webp")
    print(f"{picture.name}-{short}.webp {size / 1000:.0f} KB")


def _speak(page: Page, language: str) -> None:
    """Switch the language as the page's own menu does: it also becomes the person's."""
    token = page.evaluate("document.querySelector('[name=csrfmiddlewaretoken]')?.value")
    token = token or next(one["value"] for one in page.context.cookies() if one["name"] == "csrftoken")
    form = {"language": language, "next": "/", "csrfmiddlewaretoken": token}
    page.request.post(f"{page.url.split('/', 3)[0]}//{page.url.split('/', 3)[2]}/i18n/", form=form)


def store(shot: bytes, path: Path) -> int:
    """As WebP, the best quality from 70 down that fits; the bytes it has."""
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    for quality in range(70, 20, -10):
        stream = io.BytesIO()
        image.save(stream, "WEBP", quality=quality, method=6)
        if stream.tell() <= BYTES:
            break
    path.write_bytes(stream.getvalue())
    return stream.tell()


def main() -> None:
    parser = argparse.ArgumentParser(description="Take the documents' pictures.")
    parser.add_argument("folder", type=Path, nargs="?", help="photographs; those of the tests unless given")
    parser.add_argument("--only", help="take only pictures whose name contains this")
    given = parser.parse_args()
    folder = given.folder or data_folder("boxes_voc")
    photographs = [photograph(path) for path in sorted(folder.rglob("*.jpg"))]
    if len(photographs) < DONE + WAITING:
        raise SystemExit(f"{folder} holds {len(photographs)} JPEG files; {DONE + WAITING} are needed.")
    photographs.sort(key=lambda one: len(one.objects))
    photographs = photographs[:DONE] + photographs[: -WAITING - 1 : -1]  # the fullest are left to label
    wanted = [one for one in PICTURES if (given.only or "") in one.name]
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, running_mill(Path(name)) as mill:
        scene = fill(mill, photographs)
        with chromium() as browser:
            for picture, short in itertools.product(wanted, LANGUAGES):
                take(mill, browser, scene, picture, short)


if __name__ == "__main__":
    main()

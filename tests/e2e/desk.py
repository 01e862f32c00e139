"""An annotator at the workbench in a real browser, and photographs that have come in by the real door."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from unittest.mock import patch

from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tasks.decode.decoder import Decoder
from tasks.models import Project
from tests.api.clients import Caller, work
from tests.cast import Cast
from tests.e2e.cable import Cable
from tests.e2e.screens import faults_of
from tests.factories import PIN

MARGIN = 8  # CSS pixels that the workbench leaves around a fitted image
# ms; the page asks for a line that has long been away once a minute at least, and needs time to send.
LINE_BACK = 90_000
Box = tuple[float, float, float, float]  # left, top, width, height in pixels of the image
Truth = dict[str, list[tuple[str, Box]]]  # image name -> (class, box) of each object


def truth(folder: Path) -> Truth:
    """What the data's own annotators drew."""
    objects: Truth = {}
    for row in csv.DictReader(io.StringIO((folder / "train_labels.csv").read_text())):
        left, top, right, bottom = (float(row[key]) for key in ("xmin", "ymin", "xmax", "ymax"))
        label = row["class"].lower().replace("_", "-")
        objects.setdefault(row["filename"], []).append((label, (left, top, right - left, bottom - top)))
    return objects


def ingest(cast: Cast, project: Project, files: list[Path], *, name: str = "Monday") -> None:
    """Upload and decode photographs as a client and a Celery worker would."""
    with patch("tasks.jobs.ingest_pending.apply_async"), Decoder() as decoder:
        mill = Caller(cast.mill)
        batch = mill.post(f"/projects/{project.id}/batches", {"name": name}).json()["id"]
        answer = mill.send(batch, {file.name: file.read_bytes() for file in files})
        assert answer.status_code == 200, answer.content
        mill.post(f"/batches/{batch}/close")
        work(decoder)


class Desk:
    """The page, its keys and its pointer."""

    def __init__(
        self, context: BrowserContext, server: LiveServer | Cable, name: str, pin: str = PIN
    ) -> None:
        self.url = server.url
        self.page: Page = context.new_page()
        self.faults = faults_of(self.page)
        self.sign_in(name, pin)

    def sign_in(self, name: str, pin: str = PIN) -> None:
        self.page.goto(f"{self.url}/sign-in?next=/desk/")
        self.page.fill("input[name=username]", name)
        self.page.fill("input[name=password]", pin)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"{self.url}/desk/")
        self.opened()

    def opened(self) -> None:
        """The page is there: the start card, or at once the work that was under way."""
        self.page.wait_for_selector(".start-card, #stage")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def start(self) -> None:
        self.opened()
        if self.page.locator(".start-card").count():
            self.press("Enter")
        self.wait_for_image()

    def wait_for_image(self) -> None:
        self.page.wait_for_selector('#stage[aria-busy="false"]')

    def wait_for_buffer(self, images: int) -> None:
        """Until so many images of the tasks that are held have come over the line."""
        self.page.wait_for_function(
            "n => new Set(performance.getEntriesByType('resource').map(({ name }) => name)"
            ".filter((name) => name.includes('-screen-'))).size >= n",
            arg=images,
        )

    @property
    def image(self) -> str:
        """The name of the image on the screen."""
        return (self.page.locator("#stage").get_attribute("aria-label") or "").split()[1].rstrip(".")

    def submit(self) -> None:
        """Enter, and wait until another image, or none, is there."""
        before = self.page.locator("#stage").get_attribute("aria-label")
        self.press("Enter")
        self.page.wait_for_function(
            "before => document.querySelector('#stage')?.getAttribute('aria-label') !== before", arg=before
        )

    def on_screen(self, x: float, y: float, width: int = 800, height: int = 600) -> tuple[float, float]:
        """Where a point of the fitted image is in the window."""
        stage = self.page.locator("#stage").bounding_box()
        assert stage
        scale = min((stage["width"] - 2 * MARGIN) / width, (stage["height"] - 2 * MARGIN) / height)
        left = stage["x"] + (stage["width"] - width * scale) / 2
        top = stage["y"] + (stage["height"] - height * scale) / 2
        return left + x * scale, top + y * scale

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.page.mouse.move(*self.on_screen(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.on_screen((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
        self.page.mouse.move(*self.on_screen(*end))
        self.page.mouse.up()

    def draw(self, box: Box) -> None:
        self.drag((box[0], box[1]), (box[0] + box[2], box[1] + box[3]))

    def click(self, x: float, y: float) -> None:
        self.page.mouse.click(*self.on_screen(x, y))

    @property
    def boxes(self) -> int:
        """How many boxes the panel lists."""
        return self.page.locator(".rows li").count()

    def state(self, text: str, *, timeout: float = 15_000) -> None:
        """Wait until the state line says so."""
        self.page.wait_for_function(
            "text => document.querySelector('.state')?.textContent.includes(text)", arg=text, timeout=timeout
        )

    def choose(self, menu_item: str) -> None:
        self.page.locator("details.menu summary").click()
        self.page.locator(".menu-list").get_by_text(menu_item, exact=True).click()

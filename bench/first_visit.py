"""What an annotator's line carries: bytes of a first visit to the workbench, and of each next task.

A real browser with an empty cache signs in to a started platform with the demonstration's photographs
and labels some of them; Chromium's own count of bytes on the wire (headers and compression included)
is summed by what they were for.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser import chromium
from tests.installation import ROOT, Installation
from tests.servers import session_folder

PROJECT = "Things in photographs"
# The demonstration's.
PROJECTS = 2
TASKS = 12


@dataclass
class Meter:
    """Bytes on the wire by address, as Chromium counts them."""

    addresses: dict[str, str] = field(default_factory=dict)
    bytes_by_request: dict[str, int] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def on(cls, page: Page) -> Iterator[Meter]:
        meter = cls()
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", meter._sent)
        session.on("Network.loadingFinished", meter._finished)
        yield meter
        session.detach()

    def _sent(self, event: dict[str, Any]) -> None:
        self.addresses[event["requestId"]] = event["request"]["url"]

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes_by_request[event["requestId"]] = event["encodedDataLength"]

    def of(self, part: str) -> list[int]:
        return [
            size for request, size in self.bytes_by_request.items() if part in self.addresses.get(request, "")
        ]

    def total(self) -> int:
        return sum(self.bytes_by_request.values())


def photographs() -> dict[str, str]:
    """Real photographs of 800 x 600 where there are some, else those of the demonstration."""
    folder = Path(os.environ.get("LABELMILL_DATA", ROOT.parent / "shared" / "data")) / "boxes_voc"
    return {"LABELMILL_DEMO_IMAGES": str(folder)} if folder.is_dir() else {}


def sign_in(page: Page, platform: Installation) -> None:
    secrets = json.loads((platform.home / "demo.json").read_text())
    page.goto(f"{platform.url}/sign-in")
    page.fill("input[name=username]", "li.na")
    page.fill("input[name=password]", secrets["li.na"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")


def first_visit(page: Page, platform: Installation) -> Meter:
    """The desk with nothing cached, until its Start button can be pressed."""
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    with Meter.on(page) as meter:
        page.goto(f"{platform.url}/desk/")
        page.wait_for_selector(".start button.primary")
        page.wait_for_load_state("networkidle")
    return meter


def label(page: Page) -> Meter:
    """TASKS tasks with one box each."""
    with Meter.on(page) as meter:
        page.get_by_text(PROJECT, exact=True).click()
        page.keyboard.press("Enter")
        for _ in range(TASKS):
            label_one(page)
        page.wait_for_selector(".state .owed", state="detached")
    return meter


def label_one(page: Page) -> None:
    page.wait_for_selector("#stage canvas")
    page.wait_for_function("document.querySelector('#stage')?.ariaLabel")
    stage = page.locator("#stage").bounding_box()
    assert stage
    before = page.locator("#stage").get_attribute("aria-label")
    page.keyboard.press("Digit1")
    page.mouse.move(stage["x"] + stage["width"] * 0.4, stage["y"] + stage["height"] * 0.4)
    page.mouse.down()
    page.mouse.move(stage["x"] + stage["width"] * 0.6, stage["y"] + stage["height"] * 0.6, steps=3)
    page.mouse.up()
    page.keyboard.press("Enter")
    page.wait_for_function("before => document.querySelector('#stage')?.ariaLabel !== before", arg=before)


def wait_for_tasks(page: Page, platform: Installation) -> None:
    """Until all of the demonstration's photographs are ingested: what is left would slow what is measured."""
    secrets = json.loads((platform.home / "demo.json").read_text())
    headers = {"Authorization": f"Bearer {secrets['api-key']}"}

    def listed(path: str) -> Any:
        answer = page.request.get(f"{platform.url}/api/v1/projects{path}", headers=headers)
        return answer.json()["results"]

    for _ in range(240):
        projects = listed("")
        batches = [batch for project in projects for batch in listed(f"/{project['id']}/batches")]
        if len(projects) == PROJECTS and batches and all(batch["state"] == "labelling" for batch in batches):
            page.goto(f"{platform.url}/desk/?fresh")
            return
        page.wait_for_timeout(500)
    raise RuntimeError("the demonstration's photographs were not ingested within two minutes")


def main() -> int:
    platform = Installation(session_folder() / "home", LABELMILL_DEMO="1", **photographs())
    platform.start()
    try:
        if not platform.comes_up():
            print("The platform did not come up.")
            return 1
        with chromium() as browser:
            # A service worker would keep the page from the first look on, and there would be no first visit.
            context = browser.new_context(viewport={"width": 1366, "height": 768}, service_workers="block")
            page = context.new_page()
            sign_in(page, platform)
            wait_for_tasks(page, platform)
            visit = first_visit(page, platform)
            work = label(page)
    finally:
        platform.stop()
    report(visit, work)
    return 0


def report(visit: Meter, work: Meter) -> None:
    images, exchanges = work.of("/media/"), work.of("/desk/sync")
    rows = [
        ("first visit: JavaScript", visit.of(".js")),
        ("first visit: the page, its style within", visit.of("/desk/")),
        ("first visit: in all", list(visit.bytes_by_request.values())),
        ("images", images),
        ("exchanges with the server", exchanges),
    ]
    print(f"{'what':<40}{'requests':>9}{'KB':>9}{'median':>9}")
    for name, sizes in rows:
        middle = statistics.median(sizes or [0]) / 1000
        print(f"{name:<40}{len(sizes):>9}{sum(sizes) / 1000:>9.1f}{middle:>9.1f}")
    task = sum(images) / max(len(images), 1) + sum(exchanges) / TASKS
    print(f"RESULT first_visit_kb={visit.total() / 1000:.1f} task_kb={task / 1000:.1f}")


if __name__ == "__main__":
    sys.exit(main())

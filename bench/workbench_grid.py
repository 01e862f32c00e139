"""The wall: bytes of an item, and images an hour by simulated keys.

Somebody who has not worked here before labels every image by a number key of its own, ten keys a second as a
practised typist does, and confirms each page by one more; pages must be there in time. Pictures are
photographs of ten kinds of garments.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page

from bench.first_visit import Meter
from bench.workbench_page import PC, slowed
from tests.installation import ROOT, Installation

WHY_NOT = "no photographs to sort: LABELMILL_DATA has no folder classification"
PERSON, PROJECT = "zhang.wei", "Garments to sort"
KEY_SECONDS = 0.1
PAGE = 60
# The page is full, every image of it is painted, and it is not the page before.
THERE = """([before, count]) => {
  const cells = [...document.querySelectorAll('.cell')];
  return cells.length === count && cells[0].querySelector('img').src !== before
    && cells.every((cell) => cell.querySelector('img').complete);
}"""
# What the server counts, once all of it has been sent.
COUNTED = "n => document.querySelector('.today').innerText.match(/[0-9]+/)?.[0] >= n"
FIRST = "() => document.querySelector('.cell img')?.src ?? ''"


def photographs() -> list[Path]:
    folder = Path(os.environ.get("LABELMILL_DATA", ROOT.parent / "shared" / "data")) / "classification"
    return sorted(folder.glob("*/*.jpg")) if folder.is_dir() else []


def prepare(platform: Installation, files: list[Path]) -> None:
    """A project of one question, its images taken in."""
    secrets = json.loads((platform.home / "demo.json").read_text())
    kinds = sorted({file.parent.name for file in files})[:9]
    options = [{"key": kind, "names": {"en": kind}} for kind in kinds]
    question = {"key": "garment", "names": {"en": "Garment"}, "kind": "single", "required": True}
    terms: dict[str, Any] = {
        "name": PROJECT,
        "schema": {"classes": [], "tags": [{**question, "options": options}]},
        "overlap": 1,
        "max_overlap": 1,
    }
    headers = {"Authorization": f"Bearer {secrets['api-key']}"}
    with httpx.Client(base_url=f"{platform.url}/api/v1", headers=headers, timeout=120) as api:
        project = api.post("/projects", json=terms).raise_for_status().json()["id"]
        batch = (
            api.post(f"/projects/{project}/batches", json={"name": "Wall"}).raise_for_status().json()["id"]
        )
        for at in range(0, len(files), 20):
            parts = [
                ("files", (f"{file.parent.name}-{file.name}", file.read_bytes()))
                for file in files[at : at + 20]
            ]
            api.post(f"/batches/{batch}/images", files=parts).raise_for_status()
        api.post(f"/batches/{batch}/close").raise_for_status()
        for _ in range(600):
            if api.get(f"/batches/{batch}").json()["state"] == "labelling":
                return
            time.sleep(0.5)
    raise RuntimeError("the images to sort were not ingested within five minutes")


def come_in(page: Page, platform: Installation, origin: str) -> None:
    secrets = json.loads((platform.home / "demo.json").read_text())
    page.goto(f"{origin}/sign-in")
    page.fill("input[name=username]", PERSON)
    page.fill("input[name=password]", secrets[PERSON])
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/*")


def sort_pages(page: Page, pages: int) -> float:
    """Seconds for so many pages, keys and waiting together."""
    began = time.monotonic()
    keys, waits = [], []
    for n in range(pages):
        due = since = time.monotonic()
        for at in range(PAGE):
            page.keyboard.press(f"Digit{(at * 7 + n) % 9 + 1}")
            due += KEY_SECONDS
            time.sleep(max(due - time.monotonic(), 0))
        first = page.evaluate(FIRST)
        keys.append(time.monotonic() - since)
        page.keyboard.press("Enter")
        if n < pages - 1:
            page.wait_for_function(THERE, arg=[first, PAGE], timeout=60_000)
        waits.append(time.monotonic() - since - keys[-1])
    print(f"pages: {listed(keys)} s of keys, {listed(waits)} s until the next page")
    return time.monotonic() - began


def listed(seconds: list[float]) -> str:
    return " ".join(f"{one:.1f}" for one in seconds)


def measure(page: Page, platform: Installation) -> dict[str, float]:
    """`grid_item_kb`: all that came over the line for an image, the small picture above all.
    `grid_images_per_hour`: keys and waiting together."""
    files = photographs()
    pages = len(files) // PAGE
    if not pages:
        return {}
    origin = page.url.split("/desk")[0]
    prepare(platform, files)
    browser = page.context.browser
    assert browser
    context = browser.new_context(viewport=PC, locale="en-GB")
    wall, _session = slowed(context, 4)
    with Meter.on(wall) as meter:
        come_in(wall, platform, origin)
        wall.get_by_text(PROJECT, exact=True).click()
        wall.keyboard.press("Enter")
        wall.wait_for_selector("#stage")
        wall.keyboard.press("Shift+KeyJ")
        wall.wait_for_function(THERE, arg=["", PAGE], timeout=60_000)
        seconds = sort_pages(wall, pages)
        wall.wait_for_function(COUNTED, arg=pages * PAGE, timeout=120_000)
        pictures, exchanges = meter.of("-grid-"), meter.of("/desk/sync")
    today = wall.locator(".today").inner_text()
    context.close()
    sorted_images = pages * PAGE
    print(f"wall: {sorted_images} images in {seconds:.1f} s; the server says: {today}")
    # Small pictures come within the exchanges; by the end every image has come.
    carried = (sum(pictures) + sum(exchanges)) / 1000
    print(f"{len(pictures)} requests for pictures, {len(exchanges)} exchanges: {carried:.0f} KB")
    return {
        "grid_item_kb": carried / len(files),
        "grid_images_per_hour": 3600 * sorted_images / seconds,
    }

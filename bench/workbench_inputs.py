"""How many inputs the hand makes for a box of the same class, for one of another class, for a verification.

Presses and releases of the pointer and of keys are counted by the page as they come in: a key counts once, a
drag twice. What they made is checked against what the page shows.
"""

from __future__ import annotations

import json

import httpx
from playwright.sync_api import Page

from bench.workbench_page import PROJECT
from tests.installation import Installation

COUNT = """() => {
  window.benchInputs = 0;
  if (window.benchCounts) return;
  window.benchCounts = true;
  for (const kind of ['pointerdown', 'pointerup', 'keydown'])
    window.addEventListener(kind, () => window.benchInputs++, { capture: true });
}"""
ROWS = "() => [...document.querySelectorAll('.rows li .option-name')].map((one) => one.title)"
NEXT = "before => { const now = document.querySelector('#stage')?.ariaLabel; return now && now !== before; }"
HELD = """async () => {
  const boot = JSON.parse(localStorage.getItem('labelmill-desk-boot'));
  const open = indexedDB.open('labelmill-desk-' + boot.person.id);
  const db = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const asked = db.transaction('held').objectStore('held').getAll();
  const held = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  db.close();
  return held.map(({ image }) => image.name);
}"""


def draw_box(page: Page, at: float) -> None:
    stage = page.locator("#stage").bounding_box()
    assert stage
    left, top = stage["x"] + stage["width"] * at, stage["y"] + stage["height"] * at
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + 90, top + 70, steps=3)
    page.mouse.up()


def wait_for_rows(page: Page, count: int) -> list[str]:
    """The classes of the boxes on the page, once there are so many."""
    page.wait_for_function(
        "count => document.querySelectorAll('.rows li').length === count", arg=count, timeout=10_000
    )
    names: list[str] = page.evaluate(ROWS)
    return names


def same_class(page: Page) -> float:
    """Inputs a box, of three boxes of one class one after the other."""
    before = page.locator(".rows li").count()
    page.evaluate(COUNT)
    for at in (0.2, 0.4, 0.6):
        draw_box(page, at)
    names = wait_for_rows(page, before + 3)
    assert len(set(names[before:])) == 1, f"other classes: {names}"
    return float(page.evaluate("window.benchInputs")) / 3


def other_class(page: Page) -> float:
    """Inputs a box, of three boxes each of another class: drawn, then given its class by a number key."""
    before = page.locator(".rows li").count()
    page.evaluate(COUNT)
    for at, key in ((0.25, "Digit2"), (0.45, "Digit3"), (0.65, "Digit1")):
        draw_box(page, at)
        page.keyboard.press(key)
    names = wait_for_rows(page, before + 3)
    assert len(set(names[before:])) == 3, f"not three classes: {names}"
    return float(page.evaluate("window.benchInputs")) / 3


def predict(platform: Installation, *, names: list[str], boxes: list[list[float]]) -> None:
    """The same prediction for each of the images; a box is left, top, width, height in pixels."""
    key = json.loads((platform.home / "demo.json").read_text())["api-key"]
    with httpx.Client(
        base_url=f"{platform.url}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=60
    ) as api:
        projects = api.get("/projects").raise_for_status().json()["results"]
        project = next(one["id"] for one in projects if one["name"] == PROJECT)
        batch = api.get(f"/projects/{project}/batches").raise_for_status().json()["results"][0]["id"]
        like = {"class": "thing", "type": "box", "attributes": {}}
        shapes = [{**like, "id": f"p{at}", "box": box} for at, box in enumerate(boxes)]
        items = [{"name": name, "payload": {"tags": {}, "shapes": shapes}} for name in names]
        asked = {"model": "bench", "items": items}
        stored = api.post(f"/batches/{batch}/predictions", json=asked).raise_for_status().json()
    assert stored["stored"], f"no prediction was stored: {stored}"


def verification(page: Page, platform: Installation) -> float:
    """Inputs a verification, of three predictions that are right."""
    predict(platform, names=page.evaluate(HELD), boxes=[[40, 40, 200, 160]])
    page.reload()
    # The task on the screen was given without one; those after it hear of theirs in the first exchange.
    with page.expect_response("**/desk/sync") as exchange:
        page.wait_for_selector('#stage[aria-busy="false"]')
    exchange.value.finished()  # its head comes first, on this line a while before the tasks
    page.wait_for_timeout(1000)  # and a slow computer takes them up
    draw_box(page, 0.3)
    page.keyboard.press("Enter")
    page.wait_for_selector(".drafts")
    page.keyboard.press("Shift+KeyK")
    page.evaluate(COUNT)
    for _ in range(3):
        page.wait_for_selector(".verify")
        before = page.locator("#stage").get_attribute("aria-label")
        page.keyboard.press("KeyY")
        page.wait_for_function(NEXT, arg=before, timeout=30_000)
    return float(page.evaluate("window.benchInputs")) / 3

"""Many images at once, drafts and their judgement in a real browser, usable by everybody (axe)."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from PIL import Image, ImageColor, ImageDraw
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tasks.models import Prediction, Project, Submission, Task
from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.desk import Box, Desk, Truth, ingest
from tests.e2e.screens import keep_picture
from tests.factories import BOX_SPEC, TAG_SPEC, make_project

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

WALL_IMAGES = 14
AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = """async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
  .filter(({ impact }) => impact === 'serious' || impact === 'critical')
  .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)"""


@pytest.fixture
def cast(live_server: LiveServer, known: Truth) -> Cast:
    """Three photographs of boards, each with what a model has found: the data's own boxes."""
    folder = data_folder("boxes_voc")
    cast = make_cast()
    ingest(cast, cast.project, [folder / "train" / name for name in sorted(known)[:3]])
    for task in Task.objects.filter(project=cast.project).select_related("image"):
        Prediction.objects.create(task=task, model="finder", payload=suggestion(known, task.image.name))
    return cast


def suggestion(known: Truth, name: str) -> dict[str, Any]:
    shapes = [
        {"id": f"p{n}", "class": label, "type": "box", "box": list(box), "attributes": {}, "confidence": 0.9}
        for n, (label, box) in enumerate(known[name])
    ]
    return {"tags": {}, "shapes": shapes}


@pytest.fixture
def garments(cast: Cast) -> Project:
    """Photographs to be sorted, in a project that comes before the boards."""
    project = make_project(
        TAG_SPEC, organization=cast.mill, name="Garments", sites=[cast.guiyang], priority=5
    )
    folder = data_folder("classification")
    ingest(cast, project, sorted(folder.glob("*/*.jpg"))[:WALL_IMAGES])
    return project


def open_wall(desk: Desk) -> Page:
    desk.page.get_by_text("Garments", exact=True).click()
    desk.start()
    desk.press("Shift+KeyJ")
    page = desk.page
    page.wait_for_function("n => document.querySelectorAll('.cell').length === n", arg=WALL_IMAGES)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.cell img')].every((one) => one.complete && one.naturalWidth)"
    )
    return page


def serious(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(SERIOUS)
    return found


def test_a_wall_is_labelled_by_keys_and_a_sweep_and_confirmed_by_one_key(
    context: BrowserContext, live_server: LiveServer, cast: Cast, garments: Project
) -> None:
    desk = Desk(context, live_server, "an")
    page = open_wall(desk)
    first, second, third = (option["key"] for option in TAG_SPEC["tags"][0]["options"][:3])
    desk.press("Digit2", "Digit2")
    page.locator("#panel .option").nth(2).click()
    cells = [page.locator(f"#cell-{n}").bounding_box() for n in (4, 6)]
    assert cells[0]
    assert cells[1]
    page.mouse.move(cells[0]["x"] + 40, cells[0]["y"] + 40)
    page.mouse.down()
    page.mouse.move(cells[1]["x"] + 40, cells[1]["y"] + 40)
    page.mouse.up()
    desk.press("Shift+Digit1")
    keep_picture(page, "wall")
    page.get_by_role("button", name=f"Confirm {WALL_IMAGES}").wait_for()
    desk.press("Enter")
    desk.state("All sent")
    given = Counter(row.payload["tags"]["garment"] for row in Submission.objects.filter(annotator=cast.an))
    assert given == {first: WALL_IMAGES - 5, second: 2, third: 3}
    assert desk.faults == []


def test_a_key_of_ones_own_labels_on_the_wall(
    context: BrowserContext, live_server: LiveServer, cast: Cast, garments: Project
) -> None:
    desk = Desk(context, live_server, "an")
    page = open_wall(desk)
    first, _, third = (option["key"] for option in TAG_SPEC["tags"][0]["options"][:3])
    desk.press("Digit3", "Alt+Digit1")
    page.get_by_text("1 is the key of").wait_for()
    desk.press("Digit1", "Digit3", "Shift+Digit1")
    page.get_by_role("button", name=f"Confirm {WALL_IMAGES}").wait_for()
    desk.press("Enter")
    desk.state("All sent")
    given = Counter(row.payload["tags"]["garment"] for row in Submission.objects.filter(annotator=cast.an))
    assert given == {third: WALL_IMAGES - 1, first: 1}
    assert desk.faults == []


def test_a_wall_that_a_slow_computer_reloads_at_once_still_has_its_labels(
    context: BrowserContext, live_server: LiveServer, cast: Cast, garments: Project
) -> None:
    """Left to commit by itself, the browser's database drops what the page has not yet heard of."""
    desk = Desk(context, live_server, "an")
    page = open_wall(desk)
    processor = context.new_cdp_session(page)
    processor.send("Emulation.setCPUThrottlingRate", {"rate": 20})
    desk.press(*["Digit1", "Digit2", "Digit3"] * 2)
    page.reload()
    processor.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    page.wait_for_function("() => document.querySelectorAll('.cell.given').length === 6")
    assert Submission.objects.count() == 0


def test_a_right_draft_takes_one_key_and_a_wrong_one_is_labelled_anew(
    context: BrowserContext, live_server: LiveServer, cast: Cast, known: Truth
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    page = desk.page
    page.wait_for_selector(".drafts")
    keep_picture(page, "draft")
    desk.press("Enter")
    page.get_by_text("neither taken nor left out").wait_for()
    desk.press("Shift+KeyK")
    page.get_by_text("Is all of this right?").wait_for()
    keep_picture(page, "verify")
    right = desk.image
    desk.press("KeyY")
    page.wait_for_function(
        "name => !document.querySelector('#stage')?.getAttribute('aria-label').includes(name)", arg=right
    )
    desk.wait_for_image()
    page.get_by_text("Is all of this right?").wait_for()
    desk.press("KeyN")
    page.wait_for_selector(".verify", state="detached")
    page.wait_for_timeout(500)  # it is drawn anew when nothing has moved
    assert share_of_line(desk, *known[desk.image][0]) < 0.2, "what was refused is not seen any more"
    desk.draw((100, 100, 200, 150))
    desk.press("Enter")
    desk.state("All sent")
    payloads = {row.task.image.name: row.payload for row in Submission.objects.select_related("task__image")}
    assert [shape["box"] for shape in payloads.pop(right)["shapes"]] == [
        list(box) for _label, box in known[right]
    ]
    (other,) = payloads.values()
    assert other["shapes"][0]["box"] == pytest.approx([100, 100, 200, 150], abs=1)
    assert desk.faults == []


def test_what_is_suggested_is_dashed_until_it_is_taken(
    context: BrowserContext, live_server: LiveServer, cast: Cast, known: Truth
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    desk.page.wait_for_selector(".drafts")
    label, box = known[desk.image][0]
    desk.page.wait_for_timeout(500)  # it is drawn anew at its exact size when nothing has moved
    assert 0.3 < share_of_line(desk, label, box) < 0.75
    desk.press("Shift+KeyT")
    desk.page.wait_for_selector(".drafts", state="detached")
    desk.page.wait_for_timeout(500)
    assert share_of_line(desk, label, box) > 0.95
    desk.press("Control+KeyZ")
    desk.page.wait_for_selector(".drafts")
    desk.page.wait_for_timeout(500)
    assert 0.3 < share_of_line(desk, label, box) < 0.75


def share_of_line(desk: Desk, label: str, box: Box) -> float:
    """How much of the box's upper edge has the colour of its class, to a shade."""
    (color,) = [one["color"] for one in BOX_SPEC["classes"] if one["key"] == label]
    wanted = ImageColor.getrgb(color)
    desk.page.mouse.move(2, 2)  # what is under the pointer is shown filled
    (left, y), (right, _) = desk.on_screen(box[0], box[1]), desk.on_screen(box[0] + box[2], box[1])
    clip = {"x": left + 4, "y": y - 2, "width": right - left - 8, "height": 4}
    picture = Image.open(io.BytesIO(desk.page.screenshot(clip=clip))).convert("RGB")  # type: ignore[arg-type]

    def has_line(x: int) -> bool:
        column = [picture.getpixel((x, y)) for y in range(picture.height)]
        return any(max(abs(a - b) for a, b in zip(pixel, wanted, strict=True)) < 40 for pixel in column)  # type: ignore[arg-type]

    return sum(has_line(x) for x in range(picture.width)) / picture.width


def test_a_suggestion_that_is_moved_is_taken_as_moved(
    context: BrowserContext, live_server: LiveServer, cast: Cast, known: Truth
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    desk.page.wait_for_selector(".drafts")
    name = desk.image
    desk.press("Tab", "Shift+ArrowRight", "Shift+Delete", "Enter")
    desk.state("All sent")
    ((sent,),) = [row.payload["shapes"] for row in Submission.objects.all()]
    left, *rest = known[name][0][1]
    assert sent["box"] == pytest.approx([left + 10, *rest], abs=1)
    assert "confidence" not in sent


def test_axe_finds_nothing_serious(
    context: BrowserContext, live_server: LiveServer, cast: Cast, garments: Project
) -> None:
    desk = Desk(context, live_server, "an")
    page = desk.page
    found = {"start": serious(page)}
    page.get_by_text("Boards", exact=True).click()
    desk.start()
    page.wait_for_selector(".drafts")
    desk.press("Tab")
    found["draft"] = serious(page)
    keys = {"comfort": "Shift+KeyE", "keys": "Shift+Slash", "skip": "KeyS", "report": "KeyR", "guide": "KeyG"}
    for name, key in keys.items():
        desk.press(key)
        page.wait_for_selector("dialog[open]")
        found[name] = serious(page)
        keep_picture(page, name)
        desk.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")
    page.locator(".pack > summary").click()
    found["pack"] = serious(page)
    keep_picture(page, "pack")
    desk.press("Escape")
    expect(page.locator(".pack[open]")).to_have_count(0)
    desk.press("Shift+KeyK")
    page.get_by_text("Is all of this right?").wait_for()
    found["verify"] = serious(page)
    context.set_offline(True)
    desk.press("KeyY")
    desk.state("Offline")
    desk.choose("Sign out")
    page.wait_for_selector("dialog[open]")
    found["leave"] = serious(page)
    keep_picture(page, "leave")
    desk.press("Escape")
    context.set_offline(False)
    desk.state("All sent")
    page = open_wall(desk)
    found["wall"] = serious(page)
    page.evaluate("() => document.documentElement.classList.add('high-contrast')")
    found["high contrast"] = serious(page)
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_one_key_outlines_what_looks_alike_under_the_pointer(
    context: BrowserContext, live_server: LiveServer, cast: Cast, tmp_path: Path
) -> None:
    """A red disc on grey, drawn here: what is right is known to the pixel."""
    picture = Image.new("RGB", (400, 300), (90, 90, 90))
    ImageDraw.Draw(picture).ellipse((120, 80, 280, 240), fill=(200, 30, 30))
    picture.save(tmp_path / "disc.png")
    spec = {**BOX_SPEC, "classes": [{**BOX_SPEC["classes"][0], "geometries": ["polygon"]}]}
    project = make_project(spec, organization=cast.mill, name="Discs", sites=[cast.guiyang])
    ingest(cast, project, [tmp_path / "disc.png"])
    desk = Desk(context, live_server, "an")
    desk.page.get_by_text("Discs", exact=True).click()
    desk.start()
    desk.page.mouse.move(*desk.on_screen(200, 160, 400, 300))
    desk.press("Shift+KeyW")
    desk.page.wait_for_function("() => document.querySelectorAll('.rows li').length === 1")
    desk.press("Enter")
    desk.state("All sent")
    (shape,) = Submission.objects.get().payload["shapes"]
    outer = shape["polygon"][0]
    xs, ys = outer[::2], outer[1::2]
    assert [min(xs), min(ys), max(xs), max(ys)] == pytest.approx([120, 80, 281, 241], abs=2)
    assert desk.faults == []

"""Every kind of label in Chinese, by keys alone: on a PC, a tablet and a phone, dark and in high contrast."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize
from pytest_django.live_server_helper import LiveServer

from tasks.models import Submission
from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.desk import Desk, ingest
from tests.e2e.screens import PC, PHONE, WIDER, keep_picture
from tests.e2e.test_schema_pieces import named
from tests.e2e.test_workbench_modes import serious
from tests.factories import make_project
from workers.models import Person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

HIGH_CONTRAST = "() => getComputedStyle(document.body).backgroundColor === 'rgb(0, 0, 0)'"
TABLET: ViewportSize = {"width": 800, "height": 1180}
DRAWN = ["box", "rotated_box", "ellipse", "polygon", "polyline", "point"]
SPEC: dict[str, Any] = {
    "classes": [
        named(
            "thing", "Thing", "物体", color="#d62728", geometries=[*DRAWN, "mask"],
            attributes=[
                named("state", "State", "状态", kind="radio", required=True,
                      options=[named("new", "New", "新"), named("used", "Used", "旧")]),
                named("maker", "Maker", "厂商", kind="select",
                      options=[named("acme", "Acme", "顶点"), named("other", "Other", "其他")]),
                named("broken", "Broken", "损坏", kind="checkbox", default=False),
                named("pins", "Pins", "针脚", kind="number", minimum=0, maximum=99),
                named("text", "Printed text", "印字", kind="text"),
            ],
        ),
        named("figure", "Figure", "人形", color="#1f77b4", geometries=["skeleton"],
              skeleton={"points": [named(key, key, key) for key in ("head", "hip", "foot")],
                        "edges": [[0, 1], [1, 2]]}),
    ],
    "tags": [
        named("light", "Light", "光线", kind="single", required=True, ordered=True,
              options=[named("dark", "Dark", "暗"), named("good", "Good", "好")]),
        named("flags", "Flags", "标记", kind="multiple",
              options=[named("blur", "Blurred", "模糊"), named("glare", "Glare", "反光")]),
        named("place", "Place", "地点", kind="tree", required=True, leaves_only=True,
              options=[named("indoor", "Indoor", "室内", options=[named("bench", "Bench", "工作台")]),
                       named("outdoor", "Outdoor", "室外")]),
        named("count", "How many", "数量", kind="number", minimum=0),
        named("note", "Note", "备注", kind="text"),
    ],
}  # fmt: skip


@pytest.fixture
def cast(live_server: LiveServer) -> Cast:
    cast = make_cast()
    project = make_project(SPEC, organization=cast.mill, sites=[cast.guiyang], name="所有标注", priority=5)
    ingest(cast, project, sorted((data_folder("boxes_voc") / "train").glob("*.jpg"))[:1])
    Person.objects.filter(id=cast.an.id).update(language="zh-hans")
    return cast


def tab_to(page: Page, selector: str) -> None:
    """As somebody without a pointer gets there."""
    for _ in range(120):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {selector}")


def state(page: Page) -> str:
    return page.locator("#stage").get_attribute("data-state") or ""


def draw_each(desk: Desk) -> None:
    """A shape of each kind in the middle of the view; a mask out of a second polygon."""
    page = desk.page
    desk.press("Digit1")
    for kind in [*DRAWN, "polygon"]:
        for _ in range(12):
            if state(page).split(".")[0] == kind:
                break
            desk.press("Escape", "Backquote")
        assert state(page).startswith(f"{kind}."), state(page)
        desk.press("Shift+KeyN", "Shift+Digit1")
    desk.press("Shift+KeyP")
    page.wait_for_function("() => document.querySelectorAll('.rows li').length === 7")
    desk.press("Escape", "Digit2")
    page.wait_for_selector('#stage[data-state^="skeleton"]')
    desk.press("Shift+KeyN")
    assert desk.boxes == len(DRAWN) + 2


def describe(desk: Desk) -> None:
    """Details of the box, its relations, and the questions about the image."""
    page = desk.page
    desk.press("Tab", "Shift+Digit4", "Shift+Digit5", "Shift+KeyO", "KeyE")
    tab_to(page, "#attribute-pins input")
    page.keyboard.type("7")
    tab_to(page, "#attribute-text input, #attribute-text textarea")
    page.keyboard.insert_text("树莓派")
    desk.press("Escape", "Tab")
    desk.press("Shift+KeyU", "Tab")  # the box belongs to the turned box
    desk.press("Shift+KeyG", "Tab")  # and is of one group with it
    desk.press("PageUp")
    desk.press("Shift+KeyL", "Delete", "Shift+KeyL")  # what is locked is not deleted
    desk.press("Shift+KeyH", "Control+Shift+KeyH")
    assert desk.boxes == len(DRAWN) + 2
    desk.press("Escape", "Digit4", "Digit5", "Digit6", "Digit7", "Digit7")
    desk.press("F6")
    tab_to(page, "#tag-count input")
    page.keyboard.type("12")
    tab_to(page, "#tag-note input, #tag-note textarea")
    page.keyboard.insert_text("光线不好")
    desk.press("Escape")


@pytest.mark.parametrize("screen", [PC, TABLET, PHONE], ids=["pc", "tablet", "phone"])
def test_every_kind_of_label_by_keys_alone(
    browser: Browser, live_server: LiveServer, cast: Cast, screen: ViewportSize
) -> None:
    context = browser.new_context(
        viewport=screen, locale="zh-CN", color_scheme="dark", reduced_motion="reduce", forced_colors="none"
    )
    desk = Desk(context, live_server, "an")
    page = desk.page
    found = {"dark": serious(page)}
    desk.start()
    desk.press("Shift+KeyE")
    tab_to(page, ".comfort-switch + .comfort-switch input")
    desk.press("Space")

    def look(where: str) -> None:
        """At the page as it is in high contrast, in the dark."""
        page.wait_for_function(HIGH_CONTRAST)
        found[where] = serious(page)
        keep_picture(page, f"high-contrast-{where}-{screen['width']}")

    look("comfort")
    desk.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    look("empty")
    desk.press("F1")
    page.locator(".sheet").wait_for()
    look("shortcuts")
    desk.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    draw_each(desk)
    look("drawn")
    describe(desk)
    look("described")
    keep_picture(page, f"every-label-{screen['width']}")
    assert page.evaluate(WIDER) <= 0
    moving = (
        "() => document.getAnimations().filter((one) => one.effect.getComputedTiming().duration > 1).length"
    )
    assert page.evaluate(moving) == 0, "nothing moves for those who want that"
    desk.press("Enter")
    page.get_by_text("已全部发送").first.wait_for(state="attached")
    page.locator(".waiting h2").wait_for()
    look("waiting")
    page.locator(".waiting button").click()
    page.locator(".start-card").wait_for()
    page.reload()
    page.wait_for_selector(".high-contrast .start-card")
    look("start")
    assert {name: problems for name, problems in found.items() if problems} == {}
    check(Submission.objects.get().payload)
    assert desk.faults == []
    context.close()


def check(payload: dict[str, Any]) -> None:
    shapes = payload["shapes"]
    kinds = {shape["type"]: shape for shape in shapes}
    assert set(kinds) == {*DRAWN, "mask", "skeleton"}
    box, turned = kinds["box"], kinds["rotated_box"]
    wanted = {"state": "new", "maker": "other", "broken": True, "pins": 7, "text": "树莓派"}
    assert box["attributes"] == wanted
    assert (box["occluded"], box["parent"]) == (True, turned["id"])
    assert box["group"] == turned["group"]
    assert len(kinds["skeleton"]["skeleton"]) == 9
    assert payload["tags"] == {
        "light": "good", "flags": ["blur", "glare"], "place": "bench", "count": 12, "note": "光线不好",
    }  # fmt: skip

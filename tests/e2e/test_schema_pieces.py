"""Every piece a schema may be made of: built in the portal, drawn by the workbench, stored and demanded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tasks.models import LabelSchema, Submission
from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.desk import Desk, ingest, truth
from tests.e2e.screens import PC, PHONE, WIDER, keep_picture
from tests.factories import PASSWORD, make_project

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


def named(key: str, english: str, chinese: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "names": {"en": english, "zh-hans": chinese}, **more}


SPEC: dict[str, Any] = {
    "classes": [
        named(
            "board",
            "Board",
            "电路板",
            color="#d62728",
            geometries=["box"],
            attributes=[
                named("state", "State", "状态", kind="radio", required=True,
                      options=[named("new", "New", "新"), named("used", "Used", "旧")]),
                named("maker", "Maker", "厂商", kind="select", required=False,
                      options=[named("acme", "Acme", "顶点"), named("other", "Other", "其他")]),
                named("broken", "Broken", "损坏", kind="checkbox", required=False, default=False),
                named("pins", "Pins", "针脚", kind="number", required=False, minimum=0, maximum=99),
                named("text", "Printed text", "印字", kind="text", required=False),
            ],
        ),
        named("chip", "Chip", "芯片", color="#1f77b4", geometries=["box"], attributes=[]),
    ],
    "tags": [
        named("light", "Light", "光线", kind="single", required=True, ordered=True,
              options=[named("dark", "Dark", "暗"), named("good", "Good", "好")]),
        named("flags", "Flags", "标记", kind="multiple", required=False,
              options=[named("blur", "Blurred", "模糊"), named("glare", "Glare", "反光")]),
        named("place", "Place", "地点", kind="tree", required=True, leaves_only=True,
              options=[named("indoor", "Indoor", "室内", options=[named("bench", "Workbench", "工作台"),
                                                                named("floor", "Floor", "地面")]),
                       named("outdoor", "Outdoor", "室外")]),
        named("count", "How many", "数量", kind="number", required=False, minimum=0),
        named("note", "Note", "备注", kind="text", required=False),
    ],
}  # fmt: skip


def cast_with(spec: dict[str, Any], photographs: int = 2) -> Cast:
    folder = data_folder("boxes_voc")
    cast = make_cast()
    project = make_project(spec, sites=[cast.guiyang], organization=cast.mill, name="Pieces", overlap=1)
    ingest(cast, project, [folder / "train" / name for name in sorted(truth(folder))[:photographs]])
    return cast


def test_each_piece_is_answered_and_a_required_one_blocks_submit(
    context: BrowserContext, live_server: LiveServer
) -> None:
    cast = cast_with(SPEC)
    desk = Desk(context, live_server, "an")
    desk.page.get_by_text("Pieces").click()
    desk.start()
    page = desk.page
    desk.draw((100, 100, 200, 150))
    keep_picture(page, "pieces-panel")

    desk.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Still missing: Light")
    desk.press("Digit4")  # good, after two classes and "dark"
    desk.press("Enter")
    expect(page.locator(".toast").last).to_contain_text("Still missing: Place")
    desk.press("Digit7")  # indoor: opens its finer options, and is no answer itself
    expect(page.locator("#tag-place").get_by_role("button", name="Workbench")).to_be_visible()
    desk.press("Enter")
    expect(page.locator(".toast").last).to_contain_text("Still missing: Place")
    desk.press("Digit7", "Digit5")  # workbench; blurred
    desk.press("Enter")
    expect(page.locator(".toast").last).to_contain_text("Still missing: State of Board")
    desk.press("Shift+Digit2")  # used
    page.locator("#attribute-maker select").select_option("acme")
    page.locator("#attribute-pins input").fill("30")
    page.locator("#attribute-text textarea").fill("树莓派 3")
    desk.press("Shift+Enter")
    page.keyboard.type("Model B")
    page.locator("#tag-count input").fill("1")
    page.locator("#tag-note textarea").fill("一块")
    page.locator("#stage").focus()
    desk.press("Shift+Digit5", "Shift+O")  # broken; partly covered
    keep_picture(page, "pieces-answered")
    desk.submit()
    desk.state("All sent")

    (payload,) = [row.payload for row in Submission.objects.filter(annotator=cast.an)]
    assert payload["tags"] == {
        "light": "good",
        "flags": ["blur"],
        "place": "bench",
        "count": 1,
        "note": "一块",
    }
    (shape,) = payload["shapes"]
    assert shape["attributes"] == {
        "state": "used",
        "maker": "acme",
        "broken": True,
        "pins": 30,
        "text": "树莓派 3\nModel B",
    }
    assert shape["occluded"] is True
    assert desk.faults == []


def test_objects_are_ordered_related_locked_and_hidden_by_keys(
    context: BrowserContext, live_server: LiveServer
) -> None:
    cast = cast_with({"classes": [SPEC["classes"][1]], "tags": []})
    desk = Desk(context, live_server, "an")
    desk.page.get_by_text("Pieces").click()
    desk.start()
    for left in (50, 200, 350):
        desk.draw((left, 100, 100, 100))
    rows = desk.page.locator(".rows li")
    expect(rows).to_have_count(3)
    # The third one is selected: it belongs to the first, and goes below it.
    desk.press("Shift+U", "Tab")
    expect(desk.page.locator("#relation-parent")).to_have_value("1")
    desk.press("Shift+PageDown")
    expect(desk.page.locator("#relation-parent")).to_have_value("2")
    desk.press("Shift+G", "Tab")
    expect(desk.page.locator("#relation-group")).to_have_value("1")
    desk.press("Shift+L", "Delete")
    expect(rows).to_have_count(3)
    desk.press("Shift+H")
    expect(desk.page.locator(".row-hidden")).to_have_count(1)
    keep_picture(desk.page, "pieces-objects")
    desk.press("Control+Shift+H", "Shift+L")
    expect(desk.page.locator(".row-hidden")).to_have_count(0)
    desk.submit()
    desk.state("All sent")
    (payload,) = [row.payload for row in Submission.objects.filter(annotator=cast.an)]
    third, first, second = payload["shapes"]
    assert third["parent"] == first["id"]
    assert third["group"] == first["group"] == 1
    assert "group" not in second
    assert [round(shape["box"][0]) for shape in (first, second, third)] == pytest.approx(
        [50, 200, 350], abs=1
    )


def test_a_class_among_hundreds_is_found_by_its_pinyin_initials(
    context: BrowserContext, live_server: LiveServer
) -> None:
    many = [
        named(f"part-{i}", f"Part {i}", f"零件{i}", geometries=["box"], attributes=[]) for i in range(600)
    ]
    pi = named("pi", "Raspberry Pi", "树莓派", geometries=["box"], attributes=[])
    cast = cast_with({"classes": [*many, pi], "tags": []})
    desk = Desk(context, live_server, "an")
    desk.page.get_by_text("Pieces").click()
    desk.start()
    assert desk.page.locator(".very-many li").count() < 60
    desk.press("Control+f")
    desk.page.keyboard.type("smp")
    expect(desk.page.locator(".option")).to_have_count(1)
    keep_picture(desk.page, "pieces-found")
    desk.press("Enter")
    desk.draw((50, 50, 100, 100))
    desk.submit()
    desk.state("All sent")
    (payload,) = [row.payload for row in Submission.objects.filter(annotator=cast.an)]
    assert payload["shapes"][0]["class"] == "pi"


def species() -> list[dict[str, Any]]:
    """More than there are keys, the one that is looked for last."""
    others = [named(f"s{i}", f"Species {i}", f"物种{i}") for i in range(120)]
    return [*others, named("panda", "Panda", "大熊猫")]


@pytest.mark.parametrize("kind", ["single", "multiple"])
def test_an_answer_among_hundreds_is_found_by_its_pinyin_initials(
    context: BrowserContext, live_server: LiveServer, kind: str
) -> None:
    cast = cast_with({"tags": [named("what", "What", "是什么", kind=kind, required=True, options=species())]})
    desk = Desk(context, live_server, "an")
    desk.page.get_by_text("Pieces").click()
    desk.start()
    desk.press("Control+f", "Enter")
    assert desk.page.locator('.option[aria-pressed="true"]').count() == 0, "nothing was typed"
    desk.press("Control+f")
    desk.page.keyboard.type("dxm")
    expect(desk.page.locator(".option")).to_have_count(1)
    keep_picture(desk.page, f"pieces-answer-{kind}")
    desk.press("Enter")
    expect(desk.page.locator('.option[aria-pressed="true"]')).to_contain_text("Panda")
    desk.submit()
    desk.state("All sent")
    (payload,) = [row.payload for row in Submission.objects.filter(annotator=cast.an)]
    assert payload["tags"] == {"what": "panda" if kind == "single" else ["panda"]}


def test_on_the_wall_and_in_a_drop_down_list_too(context: BrowserContext, live_server: LiveServer) -> None:
    maker = named("maker", "Maker", "厂商", kind="select", required=True, options=species())
    sorting = {"tags": [named("what", "What", "是什么", kind="single", required=True, options=species())]}
    cast = cast_with({"classes": [named("board", "Board", "电路板", geometries=["box"], attributes=[maker])]})
    walled = make_project(sorting, sites=[cast.guiyang], organization=cast.mill, name="Wall", overlap=1)
    folder = data_folder("boxes_voc")
    ingest(cast, walled, [folder / "train" / name for name in sorted(truth(folder))[:3]])
    desk = Desk(context, live_server, "an")
    desk.page.get_by_text("Pieces").click()
    desk.start()
    desk.draw((50, 50, 100, 100))
    desk.press("Control+f")
    desk.page.keyboard.type("dxm")
    keep_picture(desk.page, "pieces-drop-down")
    desk.press("Enter")
    expect(desk.page.locator("#attribute-maker select")).to_have_value("panda")
    desk.submit()
    desk.state("All sent")
    desk.choose("Take a break")
    desk.page.get_by_text("Wall", exact=True).click()
    desk.start()
    desk.press("Shift+KeyJ")
    expect(desk.page.locator(".cell")).to_have_count(3)
    desk.press("Control+a", "Control+f")
    desk.page.keyboard.type("dxm")
    keep_picture(desk.page, "pieces-wall")
    desk.press("Enter")
    expect(desk.page.locator(".cell.given")).to_have_count(3)
    # An image whose picture is still on the line is not sent unseen.
    desk.page.get_by_role("button", name="Confirm 3").wait_for()
    desk.press("Enter")
    desk.state("All sent")
    payloads = [row.payload for row in Submission.objects.filter(annotator=cast.an)]
    assert sorted(str(payload["tags"]) for payload in payloads) == [str({"what": "panda"})] * 3 + ["{}"]
    assert {shape["attributes"]["maker"] for payload in payloads for shape in payload["shapes"]} == {"panda"}


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    make_cast()
    context = browser.new_context(viewport=PC, locale="en-GB")
    page = context.new_page()
    page.goto(f"{live_server.url}/sign-in?next=/portal/")
    page.fill("input[name=username]", "ada")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal/")
    yield page
    context.close()


def draw_the_template(page: Page) -> None:
    """By the pointer: a fourth point in an empty place, joined, and gone again; the tail joined and dragged.
    By keys: the head moved down."""
    drawing = page.get_by_role("group", name="Template of the skeleton")

    def at(across: float, down: float) -> tuple[float, float]:
        frame = drawing.bounding_box()
        assert frame
        x, y = (14 + across * 122) / 150, (14 + down * 172) / 200
        return frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]

    drawing.get_by_role("button", name="2 · Hip").click()
    page.mouse.click(*at(0.1, 0.1))
    expect(drawing.locator("line")).to_have_count(2)
    page.keyboard.press("Escape")
    drawing.get_by_role("button", name="4 ·").focus()
    page.keyboard.press("Delete")
    expect(drawing.locator("line")).to_have_count(1)
    drawing.get_by_role("button", name="2 · Hip").click()
    tail = drawing.get_by_role("button", name="3 · Tail")
    tail.click()
    tail.click()  # out of the hand again
    expect(drawing.locator("line")).to_have_count(2)
    here = tail.locator("circle").bounding_box()
    assert here
    page.mouse.move(here["x"] + here["width"] / 2, here["y"] + here["height"] / 2)
    page.mouse.down()
    page.mouse.move(*at(0.6, 0.6))
    page.mouse.move(*at(0.9, 0.5))
    page.mouse.up()
    drawing.get_by_role("button", name="1 · Head").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    keep_picture(page, "skeleton-template")


def test_the_editor_makes_each_piece_and_shows_the_panel_itself(page: Page, live_server: LiveServer) -> None:
    page.get_by_role("link", name="New project").click()
    page.fill("#id_name", "Animals")
    page.get_by_role("button", name="Create and go on").click()
    page.wait_for_selector(".schema-editor")
    page.get_by_role("button", name="Add a class").click()
    page.get_by_label("Name in English").fill("Cat")
    page.get_by_label("Box", exact=True).uncheck()
    page.get_by_label("Polygon").check()
    page.get_by_label("Skeleton of points").check()
    page.get_by_label("Name in English").nth(1).fill("Head")
    page.get_by_label("Name in English").nth(2).fill("Hip")
    page.get_by_role("button", name="Add a point").click()
    page.get_by_label("Name in English").nth(3).fill("Tail")
    draw_the_template(page)
    # The head goes to the end, and its line goes with it.
    page.locator('[data-entry="classes[0].skeleton.points[0]"]').get_by_role(
        "button", name="Move down"
    ).click()
    page.get_by_role("button", name="Add an attribute").click()
    page.get_by_label("Name in English").nth(4).fill("Fur")
    page.get_by_label("Kind").select_option("radio")
    page.get_by_label("Name in English").nth(5).fill("Short")
    page.get_by_label("Name in English").nth(6).fill("Long")
    page.get_by_role("button", name="Add a question").click()
    page.get_by_label("Name in English").nth(7).fill("Place")
    page.get_by_label("Kind").nth(1).select_option("tree")
    page.get_by_label("Name in English").nth(8).fill("Indoor")
    page.get_by_role("button", name="Add a finer option below").first.click()
    page.get_by_label("Name in English").nth(9).fill("Sofa")
    page.get_by_label("Name in English").nth(10).fill("Outdoor")

    preview = page.locator(".schema-preview")
    expect(preview.get_by_role("button", name="Indoor")).to_be_visible()
    preview.get_by_role("button", name="Indoor").click()
    preview.get_by_role("button", name="Sofa").click()
    expect(preview.locator(".tree-answer")).to_have_text("Indoor › Sofa")
    preview.get_by_role("button", name="Long").click()
    expect(preview.get_by_role("button", name="Long")).to_have_attribute("aria-pressed", "true")
    keep_picture(page, "pieces-editor", full_page=True)
    page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER) <= 0
    keep_picture(page, "pieces-editor-phone", full_page=True)
    page.set_viewport_size(PC)
    page.get_by_role("button", name="Save as version 1").click()
    page.wait_for_url("**/portal/projects/*/")

    spec = LabelSchema.objects.get(project__name="Animals").spec
    (cat,) = spec["classes"]
    assert cat["geometries"] == ["polygon", "skeleton"]
    points = cat["skeleton"]["points"]
    assert [point["key"] for point in points] == ["hip", "head", "tail"]
    assert points[2]["at"] == pytest.approx([0.9, 0.5], abs=0.02)
    assert points[1]["at"] == pytest.approx([0.5, 0.04], abs=0.02)
    assert cat["skeleton"]["edges"] == [[1, 0], [0, 2]]
    assert [cat["attributes"][0]["kind"], len(cat["attributes"][0]["options"])] == ["radio", 2]
    (place,) = spec["tags"]
    assert [place["kind"], place["leaves_only"]] == ["tree", True]
    assert [one["key"] for one in place["options"]] == ["indoor", "outdoor"]
    assert [one["key"] for one in place["options"][0]["options"]] == ["sofa"]

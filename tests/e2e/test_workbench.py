"""The workbench in a real browser on real photographs: what is drawn is stored, and nothing is ever lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from tasks.models import Assignment, ProblemReport, Submission
from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.desk import Desk, Truth, ingest, truth
from tests.factories import TAG_SPEC, make_project

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

SPEC_ORDER = ["arduino-nano", "esp8266", "raspberry-pi-3", "heltec-esp32-lora"]


@pytest.fixture
def cast(live_server: LiveServer) -> Cast:
    """The fixed cast; Guiyang works on four real photographs of boards."""
    folder = data_folder("boxes_voc")
    cast = make_cast()
    ingest(cast, cast.project, [folder / "train" / name for name in sorted(truth(folder))[:4]])
    return cast


def stored(person: Any) -> list[dict[str, Any]]:
    return [row.payload for row in Submission.objects.filter(annotator=person).order_by("created_at", "id")]


def test_boxes_are_stored_as_they_were_drawn(
    context: BrowserContext, live_server: LiveServer, cast: Cast, known: Truth
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    drawn = []
    for _ in range(4):
        desk.wait_for_image()
        objects = known[desk.image]
        for label, box in objects:
            desk.draw(box)
            desk.press(f"Digit{SPEC_ORDER.index(label) + 1}")
        drawn.append(objects)
        desk.submit()
    desk.state("All sent")
    payloads = stored(cast.an)
    assert [[shape["class"] for shape in payload["shapes"]] for payload in payloads] == [
        [label for label, _box in objects] for objects in drawn
    ]
    for payload, objects in zip(payloads, drawn, strict=True):
        for shape, (_label, box) in zip(payload["shapes"], objects, strict=True):
            assert shape["box"] == pytest.approx(box, abs=1)
    assert desk.faults == []


def test_two_clicks_move_resize_copy_delete_and_undo(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    desk.click(100, 100)
    desk.click(300, 250)
    desk.press("Digit2", "v")
    desk.drag((200, 180), (250, 200))
    desk.drag((350, 270), (400, 320))
    desk.press("Shift+ArrowRight", "ArrowDown", "Control+d", "Control+d")
    assert desk.boxes == 3
    desk.press("Delete", "Control+z", "Control+z", "Control+z")
    assert desk.boxes == 1
    desk.press("Control+y")
    assert desk.boxes == 2
    desk.submit()
    desk.state("All sent")
    (payload,) = stored(cast.an)
    assert [shape["class"] for shape in payload["shapes"]] == ["esp8266", "esp8266"]
    assert payload["shapes"][0]["box"] == pytest.approx([160, 121, 250, 200], abs=1.5)


def test_a_reload_in_the_middle_brings_back_the_draft_and_its_history(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    name = desk.image
    desk.draw((50, 60, 200, 150))
    desk.draw((300, 100, 120, 200))
    desk.press("Digit3")
    # In the middle of the third box.
    desk.page.mouse.move(*desk.on_screen(500, 300))
    desk.page.mouse.down()
    desk.page.mouse.move(*desk.on_screen(600, 400))
    desk.page.reload()
    desk.start()
    assert (desk.image, desk.boxes) == (name, 2)
    desk.press("Control+z", "Control+z")
    assert desk.boxes == 1
    desk.press("Control+y", "Control+y")
    desk.submit()
    desk.state("All sent")
    assert [shape["class"] for shape in stored(cast.an)[0]["shapes"]] == ["arduino-nano", "raspberry-pi-3"]


def test_offline_work_is_kept_counted_honestly_and_sent_once(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    desk.wait_for_buffer(4)
    context.set_offline(True)
    for n in range(3):
        desk.wait_for_image()
        desk.draw((50 + 20 * n, 60, 200, 150))
        desk.submit()
    desk.state("Offline")
    desk.state("3 not yet sent")
    assert stored(cast.an) == []
    context.set_offline(False)
    desk.state("All sent", timeout=30_000)
    assert len(stored(cast.an)) == 3
    assert Assignment.objects.filter(annotator=cast.an, state="submitted").count() == 3


def test_work_of_one_person_is_kept_from_the_next_on_the_same_computer(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    context.route("**/desk/sync", lambda route: route.abort())
    desk.draw((50, 60, 200, 150))
    desk.submit()
    desk.state("1 not yet sent")
    desk.choose("Switch person")
    desk.page.get_by_role("heading", name="1 not yet sent").wait_for()
    assert "took along" not in desk.page.locator("dialog").inner_text(), "there is no pack"
    desk.page.get_by_text("Sign out all the same").click()
    desk.page.wait_for_url("**/sign-in**")
    context.unroute("**/desk/sync")

    desk.sign_in("bo")
    desk.state("All sent")
    desk.start()
    assert desk.boxes == 0
    desk.draw((300, 60, 200, 150))
    desk.submit()
    desk.state("All sent")
    assert (len(stored(cast.an)), len(stored(cast.bo))) == (0, 1)
    desk.choose("Switch person")
    desk.page.wait_for_url("**/sign-in**")

    desk.sign_in("an")
    desk.state("All sent")
    (payload,) = stored(cast.an)
    assert payload["shapes"][0]["box"] == pytest.approx([50, 60, 200, 150], abs=1)
    assert len(stored(cast.bo)) == 1


def test_work_goes_on_after_signing_in_again(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    Session.objects.all().delete()
    desk.draw((50, 60, 200, 150))
    desk.submit()
    desk.page.get_by_text("Sign in again. Your work is safe").wait_for()
    assert stored(cast.an) == []
    desk.page.get_by_role("link", name="Sign in again").click()
    desk.page.wait_for_url("**/sign-in**")
    desk.sign_in("an")
    desk.state("All sent")
    assert len(stored(cast.an)) == 1


def test_a_page_left_open_never_sends_in_the_next_persons_name(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    left = Desk(context, live_server, "an")
    left.start()
    context.clear_cookies()
    Desk(context, live_server, "bo")
    left.page.bring_to_front()
    left.draw((50, 60, 200, 150))
    left.submit()
    left.page.get_by_text("Somebody else has signed in").wait_for()
    assert Submission.objects.count() == 0


def test_a_second_tab_says_so_and_can_take_over(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    second = context.new_page()
    second.goto(f"{live_server.url}/desk/")
    second.get_by_text("You are working in another tab").wait_for()
    second.get_by_role("button", name="Work here").click()
    second.wait_for_selector("#stage")
    desk.page.get_by_text("You are working in another tab").wait_for()


def test_skip_and_report(context: BrowserContext, live_server: LiveServer, cast: Cast) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    name = desk.image
    desk.press("r")
    desk.page.locator("dialog[open]").wait_for()  # in a page's first second it may still be on its way
    desk.press("Digit2")
    desk.page.keyboard.type("Upside down")
    desk.press("Enter")
    desk.page.get_by_text("Your supervisor will see it").wait_for()
    assert desk.image == name
    desk.press("s", "Digit1")
    desk.page.wait_for_function(
        "name => !document.querySelector('#stage').getAttribute('aria-label').includes(name)", arg=name
    )
    desk.state("All sent")
    report = ProblemReport.objects.get()
    assert (report.kind, report.note) == ("image", "Upside down")
    seat = Assignment.objects.get(annotator=cast.an, state="skipped")
    assert (seat.skip_reason, seat.task.image.name) == ("unclear", name)


def test_classes_by_single_keys_in_chinese(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    folder = data_folder("classification")
    garments = make_project(TAG_SPEC, organization=cast.mill, sites=[cast.guiyang], name="Garments")
    ingest(cast, garments, [next((folder / name).iterdir()) for name in ("dress", "hat", "shoes")])
    cast.chen.language = "zh-hans"
    cast.chen.save()
    desk = Desk(context, live_server, "chen")
    desk.page.get_by_text("Garments").click()
    desk.start()
    desk.press("Enter")
    desk.page.get_by_text("还没填：服装").wait_for()
    desk.page.wait_for_function("() => document.activeElement.closest('#tag-garment') !== null")
    desk.press("Enter")
    expect(
        desk.page.locator("#tag-garment [aria-pressed=true]"), "Enter twice chose an option"
    ).to_have_count(0)
    keys = {"dress": "Digit1", "hat": "Digit2", "shoes": "Digit7"}
    for key in keys.values():
        desk.wait_for_image()
        desk.press(key)
        desk.submit()
    desk.state("已全部发送")
    assert sorted(payload["tags"]["garment"] for payload in stored(cast.chen)) == sorted(keys)


def test_a_box_by_the_keyboard_alone(context: BrowserContext, live_server: LiveServer, cast: Cast) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    desk.press("Shift+N", "Shift+ArrowRight", "ArrowUp", "Control+Shift+ArrowRight", "Digit4")
    expect(desk.page.locator(".stage-frame [role=status]")).to_contain_text("Heltec")
    desk.submit()
    desk.state("All sent")
    (shape,) = stored(cast.an)[0]["shapes"]
    assert shape["class"] == "heltec-esp32-lora"


def test_a_finger_draws_and_two_fingers_zoom(browser: Browser, live_server: LiveServer, cast: Cast) -> None:
    context = browser.new_context(
        viewport={"width": 1024, "height": 768}, has_touch=True, is_mobile=True, locale="en-GB"
    )
    desk = Desk(context, live_server, "an")
    desk.start()
    touch = context.new_cdp_session(desk.page)

    def fingers(kind: str, *points: tuple[float, float]) -> None:
        where = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})

    fingers("touchStart", desk.on_screen(100, 100))
    fingers("touchMove", desk.on_screen(200, 150))
    fingers("touchMove", desk.on_screen(300, 250))
    fingers("touchEnd")
    assert desk.boxes == 1
    scale = "document.querySelector('.picture-layer').style.transform"
    before = desk.page.evaluate(scale)
    fingers("touchStart", (300, 300), (400, 300))
    fingers("touchMove", (250, 300), (450, 300))
    fingers("touchEnd")
    assert desk.page.evaluate(scale) != before
    assert desk.boxes == 1, "a pinch must not draw"
    desk.submit()
    desk.state("All sent")
    assert stored(cast.an)[0]["shapes"][0]["box"] == pytest.approx([100, 100, 200, 150], abs=1)
    context.close()


@pytest.mark.parametrize("size", [(1366, 768), (1024, 768), (390, 844)], ids=str)
def test_the_workbench_fits_the_window(
    browser: Browser, live_server: LiveServer, cast: Cast, size: tuple[int, int]
) -> None:
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    desk = Desk(context, live_server, "an")
    wider = "document.documentElement.scrollWidth - window.innerWidth"
    assert desk.page.evaluate(wider) <= 0
    desk.start()
    assert desk.page.evaluate(wider) <= 0
    submit = desk.page.get_by_role("button", name="Submit").bounding_box()
    assert submit
    assert submit["y"] + submit["height"] <= height
    assert desk.page.get_by_text("Opening the workbench").count() == 0
    assert desk.faults == []
    context.close()


def test_a_class_without_a_key_is_found_by_its_name(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    folder = data_folder("boxes_voc")
    classes = [{"key": f"part-{n}", "names": {"en": f"Part {n}"}, "geometries": ["box"]} for n in range(60)]
    spec = {"classes": classes, "tags": []}
    parts = make_project(spec, organization=cast.mill, sites=[cast.guiyang], name="Parts")
    ingest(cast, parts, [folder / "train" / min(truth(folder))])
    desk = Desk(context, live_server, "an")
    desk.page.get_by_text("Parts").click()
    desk.start()
    desk.draw((100, 100, 200, 150))
    desk.press("Control+f")
    desk.page.keyboard.type("rt 47")
    desk.press("Enter")
    assert desk.page.locator("#stage").evaluate("stage => stage === document.activeElement")
    desk.submit()
    desk.state("All sent")
    assert [payload["shapes"][0]["class"] for payload in stored(cast.an)] == ["part-47"]

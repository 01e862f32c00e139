"""A client tries a label schema while making it, in the workbench itself; nothing of it leaves the page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.desk import MARGIN, ingest
from tests.e2e.screens import PC, PHONE, WIDER, faults_of, keep_picture
from tests.e2e.test_workbench_modes import AXE, SERIOUS
from tests.factories import PASSWORD

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

SAMPLE = (1280, 960)


@pytest.fixture
def cast(live_server: LiveServer) -> Cast:
    return make_cast()


@pytest.fixture
def requests() -> list[Request]:
    return []


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, cast: Cast, requests: list[Request]) -> Iterator[Page]:
    context = browser.new_context(viewport=PC, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(20_000)
    faults = faults_of(page)
    page.goto(f"{live_server.url}/sign-in?next=/portal/projects/new")
    page.fill("input[name=username]", "ada")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.fill("#id_name", "Street")
    page.get_by_role("button", name="Create and go on").click()
    page.wait_for_selector(".schema-editor")
    page.on("request", lambda request: requests.append(request))
    yield page
    keep_picture(page, "trial-last", full_page=True)
    context.close()
    assert faults == []


def design(page: Page) -> None:
    """Cars as boxes or polygons that must have a state, and people as skeletons."""
    page.get_by_role("button", name="Add a class").click()
    car = page.get_by_role("region", name="Class 1")
    car.get_by_label("Name in English").fill("Car")
    car.get_by_label("Polygon").check()
    car.get_by_role("button", name="Add an attribute").click()
    state = car.locator('[data-entry="classes[0].attributes[0]"]')
    state.get_by_label("Name in English").first.fill("State")
    state.get_by_label("Kind").select_option("radio")
    state.get_by_label("Must be answered").check()
    state.get_by_label("Name in English").nth(1).fill("Moving")
    state.get_by_label("Name in English").nth(2).fill("Parked")
    page.get_by_role("button", name="Add a class").click()
    person = page.get_by_role("region", name="Class 2")
    person.get_by_label("Name in English").first.fill("Person")
    person.get_by_label("Box", exact=True).uncheck()
    person.get_by_label("Skeleton of points").check()
    person.get_by_label("Name in English").nth(1).fill("Head")
    person.get_by_label("Name in English").nth(2).fill("Foot")


class Trial:
    """The workbench in its frame, and what the page says of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.get_by_role("button", name="Try it on a picture").click()
        self.opened()

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator(".schema-trial")

    def opened(self) -> None:
        self.frame.locator('#stage[aria-busy="false"]').wait_for()

    def on_screen(self, x: float, y: float, size: tuple[int, int] = SAMPLE) -> tuple[float, float]:
        stage = self.frame.locator("#stage").bounding_box()
        assert stage
        width, height = size
        scale = min((stage["width"] - 2 * MARGIN) / width, (stage["height"] - 2 * MARGIN) / height)
        left = stage["x"] + (stage["width"] - width * scale) / 2
        top = stage["y"] + (stage["height"] - height * scale) / 2
        return left + x * scale, top + y * scale

    def click(self, *places: tuple[float, float]) -> None:
        for place in places:
            self.page.mouse.click(*self.on_screen(*place))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.page.mouse.move(*self.on_screen(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.on_screen((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
        self.page.mouse.move(*self.on_screen(*end))
        self.page.mouse.up()

    def says(self, words: str) -> None:
        expect(self.page.locator(".schema-editor .notice").last).to_contain_text(words)

    def objects(self, count: int) -> None:
        expect(self.frame.locator(".rows li")).to_have_count(count)

    @property
    def stored(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.page.locator(".stored").text_content() or "")
        return answer


def test_a_schema_is_tried_while_it_is_made_and_nothing_is_sent(page: Page, requests: list[Request]) -> None:
    design(page)
    assert not any("portal-trial" in request.url for request in requests)  # it comes when it is asked for
    trial = Trial(page)
    keep_picture(page, "trial-open")
    trial.says("Nothing drawn or answered yet.")

    trial.drag((110, 630), (460, 800))
    trial.objects(1)
    trial.says("Still missing: State of Car")
    trial.says("State")
    page.keyboard.press("Enter")
    expect(trial.frame.locator(".desk-toasts:not(.low)")).to_contain_text("State")
    page.keyboard.press("Escape")
    trial.frame.get_by_role("button", name="Polygon").click()
    trial.click((470, 310), (650, 180), (830, 310))
    trial.says("A shape is not finished.")
    page.keyboard.press("Enter")
    trial.objects(2)
    assert [shape["type"] for shape in trial.stored["shapes"]] == ["box", "polygon"]
    keep_picture(page, "trial-drawn")

    page.keyboard.press("Control+KeyZ")
    trial.objects(1)
    trial.frame.locator(".rows li").first.click()
    trial.frame.get_by_role("button", name="Moving").click()
    trial.says("Could be submitted.")
    (car,) = trial.stored["shapes"]
    assert (car["class"], car["attributes"]) == ("car", {"state": "moving"})
    assert car["box"] == pytest.approx([110, 630, 350, 170], abs=3)

    # What is typed in the form is typed there alone, and what is drawn follows the new name and its key.
    name = page.get_by_role("region", name="Class 1").get_by_label("Name in English").first
    name.click()
    name.press_sequentially(" 2 bus")
    expect(name).to_have_value("Car 2 bus")
    expect(trial.frame.locator(".panel")).to_contain_text("Car 2 bus")
    trial.objects(1)
    assert trial.stored["shapes"][0] == {**car, "class": "car-2-bus"}
    expect(name).to_be_focused()
    page.get_by_role("button", name="Sample picture").click()
    trial.objects(1)
    trial.says("Could be submitted.")

    page.get_by_role("region", name="Class 1").get_by_label("Box", exact=True).uncheck()
    trial.objects(0)
    trial.frame.get_by_role("button", name="Person").click()
    trial.click((640, 606), (640, 850))
    trial.objects(1)
    assert trial.stored["shapes"][0]["skeleton"][2::3] == [2, 2]
    page.keyboard.press("Enter")
    trial.says("Nothing was sent.")
    assert trial.stored["shapes"][0]["class"] == "person"

    assert {request.method for request in requests} == {"GET"}
    fetched = [urlsplit(request.url).path for request in requests if request.url.startswith("http")]
    assert {path.split("/")[1] for path in fetched} == {"static"}
    assert page.evaluate("indexedDB.databases()") == []
    assert page.evaluate("localStorage.length") == 0


def test_a_fault_in_the_schema_leaves_the_workbench_as_it_was(page: Page) -> None:
    design(page)
    trial = Trial(page)
    page.get_by_role("region", name="Class 1").get_by_label("Key").first.fill("person")
    page.get_by_text("it was before").wait_for()
    expect(trial.frame.locator(".panel")).to_contain_text("Person")
    page.get_by_role("button", name="Undo").last.click()
    page.get_by_text("it was before").wait_for(state="detached")


def test_it_speaks_the_language_of_the_page_and_the_other_one(page: Page) -> None:
    design(page)
    panel = page.locator(".schema-preview")
    expect(panel).to_contain_text("State · required")
    trial = Trial(page)
    trial.drag((110, 630), (460, 800))
    trial.says("Still missing: State of Car")
    page.locator(".schema-editor").get_by_role("button", name="中文").click()
    trial.opened()
    expect(trial.frame.get_by_role("button", name="提交")).to_be_visible()
    trial.objects(1)
    keep_picture(page, "trial-zh")


def test_a_picture_of_ones_own_is_shown_and_goes_nowhere(
    page: Page, requests: list[Request], tmp_path: Path
) -> None:
    design(page)
    trial = Trial(page)
    photograph = sorted((data_folder("boxes_voc") / "train").glob("*.jpg"))[0]
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(photograph.read_bytes()[:100])
    page.locator("input[type=file]").set_input_files(broken)
    page.get_by_text("The browser cannot show this file.").wait_for()
    page.locator("input[type=file]").set_input_files(photograph)
    trial.opened()
    expect(trial.frame.locator("#stage")).to_have_attribute("aria-label", re.compile(photograph.name))
    keep_picture(page, "trial-own")
    assert {request.method for request in requests} == {"GET"}


def test_a_phone_has_room_for_it_and_axe_finds_nothing_serious(page: Page) -> None:
    design(page)
    trial = Trial(page)
    trial.drag((110, 630), (460, 800))
    trial.says("Still missing: State of Car")
    page.evaluate(AXE.read_text())
    assert page.evaluate(SERIOUS) == []
    inner = next(frame for frame in page.frames if frame != page.main_frame)
    inner.evaluate(AXE.read_text())
    assert inner.evaluate(SERIOUS) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER) <= 0
    page.locator(".schema-trial").scroll_into_view_if_needed()
    trial.drag((820, 780), (1160, 920))
    trial.objects(2)
    keep_picture(page, "trial-phone", full_page=True)


def test_an_image_of_the_project_is_offered(page: Page, cast: Cast, requests: list[Request]) -> None:
    photograph = sorted((data_folder("boxes_voc") / "train").glob("*.jpg"))[0]
    ingest(cast, cast.project, [photograph])
    page.goto(re.sub(r"projects/\d+", f"projects/{cast.project.id}", page.url))
    requests.clear()
    trial = Trial(page)
    page.get_by_role("button", name="Image of the project").click()
    trial.opened()
    expect(trial.frame.locator("#stage")).to_have_attribute("aria-label", re.compile(photograph.name))
    assert {request.method for request in requests} == {"GET"}

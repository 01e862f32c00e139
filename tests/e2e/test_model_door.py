"""A client's own model at the desk, the example server itself; and others' answers, judged by one key."""

from __future__ import annotations

import json
from math import hypot
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from review.settle import settle_answered
from tasks.models import ModelDoor, Project, Submission, Task
from tests.api.clients import Caller
from tests.cast import Cast, make_cast
from tests.e2e.desk import Desk, ingest
from tests.e2e.drawing import Hand, pairs
from tests.e2e.screens import PC, PHONE, WIDER, keep_picture
from tests.e2e.test_tools import fruit_spec
from tests.e2e.test_workbench_modes import serious
from tests.factories import PASSWORD, make_project
from tests.models import example, serving
from workers.models import Person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@pytest.fixture
def cast(live_server: LiveServer) -> Cast:
    return make_cast()


def disc(cast: Cast, folder: Path, **terms: Any) -> Project:
    """A red disc on grey, drawn here: what is right is known to the pixel."""
    picture = Image.new("RGB", (400, 300), (90, 90, 90))
    ImageDraw.Draw(picture).ellipse((120, 80, 280, 240), fill=(200, 30, 30))
    picture.save(folder / "disc.png")
    project = make_project(
        fruit_spec("polygon", "box"), organization=cast.mill, sites=[cast.guiyang], name="Discs", **terms
    )
    Project.objects.exclude(id=project.id).update(state="paused")
    ingest(cast, project, [folder / "disc.png"])
    return project


def test_the_example_server_draws_what_an_annotator_points_at(
    context: BrowserContext, live_server: LiveServer, cast: Cast, tmp_path: Path, settings: Any
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    project = disc(cast, tmp_path)
    server = example()
    with serving(server.Handler) as url:
        door = Caller(cast.mill)._client.put(
            f"/api/v1/projects/{project.id}/model",
            json.dumps({"url": url, "answers_prompts": True}),
            content_type="application/json",
        )
        server.Handler.secret = door.json()["secret"]
        desk = Desk(context, live_server, "an")
        desk.start()
        hand = Hand(desk)
        desk.page.mouse.move(*hand.at(200, 160))
        desk.press("Backslash")
        desk.page.wait_for_selector(".rows li")
        keep_picture(desk.page, "asked")
        desk.press("Control+z")
        assert desk.boxes == 0
        desk.press("Control+y")
        server.Handler.secret = "another"
        desk.press("Escape", "Backslash")
        desk.page.get_by_text("did not answer").wait_for()
        assert desk.boxes == 1
    desk.submit()
    desk.state("All sent")
    (shape,) = Submission.objects.get().payload["shapes"]
    assert shape["class"] == "date"
    assert "confidence" not in shape
    worst = max(abs(hypot(x - 200.5, y - 160.5) - 80.5) for x, y in pairs(shape["polygon"][0]))
    assert worst < 4
    assert ModelDoor.objects.get().last_error == "HTTP 401"
    assert desk.faults == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_another_persons_answer_is_judged_by_one_key(
    browser: Browser, live_server: LiveServer, cast: Cast, tmp_path: Path, language: str
) -> None:
    disc(cast, tmp_path, overlap=1, max_overlap=3, settle_threshold=0.5, verifies=True)
    Person.objects.filter(id=cast.bo.id).update(language=language)
    first = browser.new_context(viewport=PC, locale="en-GB")
    desk = Desk(first, live_server, "an")
    desk.start()
    hand = Hand(desk)
    for place in [(120, 80), (280, 80), (280, 240), (120, 240)]:
        hand.click(*place, held=["Alt"])
    desk.press("Enter")
    desk.submit()
    desk.state("All sent")
    settle_answered()
    first.close()

    second = browser.new_context(viewport=PC, locale="en-GB")
    desk = Desk(second, live_server, "bo")
    desk.start()
    desk.page.wait_for_selector(".verify")
    keep_picture(desk.page, f"verify-{language}")
    desk.press("y")
    desk.page.wait_for_selector("#stage", state="detached")
    desk.state("All sent" if language == "en" else "已全部发送")
    assert desk.faults == []
    second.close()
    by_an, by_bo = (Submission.objects.get(annotator=person).payload for person in (cast.an, cast.bo))
    assert by_an == by_bo
    settle_answered()
    assert Task.objects.get().state == "settled"


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_the_clients_page_fits_and_is_usable_by_everybody(
    browser: Browser, live_server: LiveServer, cast: Cast, tmp_path: Path, language: str
) -> None:
    project = disc(cast, tmp_path)
    Person.objects.filter(id=cast.ada.id).update(language="en" if language == "en-GB" else "zh-hans")
    ModelDoor.objects.create(
        project=project,
        url="https://model.example.com/label",
        secret="x",
        failures=2,
        last_error="No answer in time.",
        last_error_at=project.created_at,
    )
    context = browser.new_context(viewport=PC, locale=language)
    page = context.new_page()
    page.goto(f"{live_server.url}/sign-in?next=/portal/projects/{project.id}/model")
    page.fill("input[name=username]", "ada")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("input[name=url]")
    assert serious(page) == []
    keep_picture(page, f"door-{language}", full_page=True)
    page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER) <= 0
    keep_picture(page, f"door-phone-{language}", full_page=True)
    context.close()

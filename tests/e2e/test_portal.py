"""The client portal in a real browser: labels by keyboard, real photographs by upload, progress, a key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from clients.models import ApiKey
from tasks.decode.decoder import Decoder
from tasks.models import Batch, LabelSchema, Project
from tests.api.clients import work
from tests.api.test_portal import settle
from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.screens import PC, PHONE, WIDER, faults_of, keep_picture
from tests.factories import PASSWORD, make_batch

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


@pytest.fixture
def cast(live_server: LiveServer) -> Iterator[Cast]:
    # No Celery worker runs here: the test does the workers' part itself.
    with patch("tasks.jobs.ingest_pending.apply_async"), patch("review.jobs.build_releases.apply_async"):
        yield make_cast()


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, cast: Cast) -> Iterator[Page]:
    context = browser.new_context(viewport=PC, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(20_000)
    faults = faults_of(page)
    page.goto(f"{live_server.url}/sign-in?next=/portal/")
    page.fill("input[name=username]", "ada")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/portal/")
    yield page
    keep_picture(page, "last", full_page=True)
    context.close()
    assert faults == []


def photographs(count: int) -> list[Path]:
    return sorted((data_folder("boxes_voc") / "train").glob("*.jpg"))[:count]


def ingest() -> None:
    with Decoder() as decoder:
        work(decoder)


def yes(dialog: Dialog) -> None:
    dialog.accept()


def test_a_project_gets_its_labels_by_the_keyboard(page: Page, cast: Cast) -> None:
    page.get_by_role("link", name="New project").click()
    page.fill("#id_name", "Fruit")
    page.fill("#id_guide_en", "# Fruit\nBox **every** fruit.")
    page.wait_for_selector("#preview-en strong")
    keep_picture(page, "project-form", full_page=True)
    page.get_by_role("button", name="Create and go on").click()
    page.wait_for_selector(".schema-editor")
    keep_picture(page, "schema-empty", full_page=True)

    page.get_by_role("button", name="Add a class").press("Enter")
    page.get_by_label("Name in Chinese").fill("苹果")
    page.keyboard.press("Tab")
    page.keyboard.type("Apple")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Key")).to_have_value("apple")
    page.get_by_role("button", name="Duplicate").press("Enter")
    page.get_by_label("Key").nth(1).fill("Apple!")
    page.get_by_text("Small letters, digits").wait_for()
    expect(page.get_by_role("button", name="Save as version 1")).to_be_disabled()
    page.get_by_label("Name in English").nth(1).fill("Pear")
    page.get_by_label("Key").nth(1).fill("pear")
    page.get_by_label("Key").nth(1).press("Alt+ArrowUp")
    page.get_by_role("button", name="Add a question").press("Enter")
    page.get_by_label("Name in English").nth(2).fill("Light")
    for i, name in enumerate(["Day", "Night"]):
        page.get_by_label("Name in English").nth(3 + i).fill(name)
    keep_picture(page, "schema-filled", full_page=True)
    page.get_by_role("button", name="Save as version 1").press("Enter")
    page.wait_for_url("**/portal/projects/*/")
    spec = LabelSchema.objects.get(project__name="Fruit").spec
    assert [one["key"] for one in spec["classes"]] == ["pear", "apple"]
    assert spec["classes"][1]["names"] == {"en": "Apple", "zh-hans": "苹果"}
    assert [one["key"] for one in spec["tags"][0]["options"]] == ["day", "night"]
    keep_picture(page, "project", full_page=True)


def test_the_json_view_and_the_form_are_one_schema(page: Page, cast: Cast, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/portal/projects/{cast.project.id}/schema")
    page.get_by_role("button", name="JSON").click()
    text = page.locator("#json").input_value()
    page.fill("#json", "{")
    page.get_by_text("This is no JSON").wait_for()
    page.fill("#json", text.replace("ESP8266", "ESP-8266"))
    keep_picture(page, "schema-json", full_page=True)
    page.get_by_role("button", name="Form").click()
    expect(page.get_by_label("Name in English").nth(1)).to_have_value("ESP-8266")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Name in English").nth(1)).to_have_value("ESP8266")
    expect(page.get_by_role("button", name="Save as version 2")).to_be_disabled()


def test_photographs_are_uploaded_and_a_bad_one_is_named(
    page: Page, cast: Cast, live_server: LiveServer, tmp_path: Path
) -> None:
    files = photographs(12)
    (tmp_path / "broken.jpg").write_bytes(files[0].read_bytes()[:5000])
    (tmp_path / "notes.txt").write_text("not for you")
    page.goto(f"{live_server.url}/portal/projects/{cast.project.id}/")
    keep_picture(page, "project-no-batches", full_page=True)
    page.get_by_role("button", name="New batch").click()
    page.fill("#id_name", "Monday")
    page.get_by_role("button", name="Create and upload").click()
    page.wait_for_selector(".dropzone")
    keep_picture(page, "upload-empty", full_page=True)
    chosen = [*files, tmp_path / "broken.jpg", tmp_path / "notes.txt"]
    page.locator("input[type=file]").first.set_input_files(chosen)
    page.get_by_text("All files are there.").wait_for()
    page.get_by_text("notes.txt").wait_for()
    page.get_by_role("button", name="Close the batch").wait_for()
    keep_picture(page, "upload-done", full_page=True)

    # After a reload the same files are dropped once more: nothing is sent into the batch twice.
    page.reload()
    page.wait_for_selector(".dropzone")
    page.locator("input[type=file]").first.set_input_files(files)
    page.get_by_text("All files are there.").wait_for()
    assert page.locator("dt", has_text="Already there").locator("+ dd").inner_text() == "12"
    batch = Batch.objects.get(name="Monday")
    assert batch.images.count() == 13

    page.once("dialog", yes)
    page.get_by_role("button", name="Close the batch").click()
    page.get_by_text("The last files are being decoded").wait_for()
    ingest()
    page.get_by_text("Annotators answer").wait_for()
    page.locator(".stat.bad", has_text="Refused").wait_for()
    keep_picture(page, "batch-labelling", full_page=True)
    page.get_by_role("link", name="Refused files").click()
    page.get_by_text("broken.jpg").wait_for()
    keep_picture(page, "report", full_page=True)


def test_an_upload_goes_on_after_the_line_was_down(page: Page, cast: Cast, live_server: LiveServer) -> None:
    batch = make_batch(cast.project)
    tries = {"count": 0}

    def drop_the_first(route: Route) -> None:
        tries["count"] += 1
        if tries["count"] <= 2:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route("**/images", drop_the_first)
    page.goto(f"{live_server.url}/portal/batches/{batch.id}/")
    page.wait_for_selector(".dropzone")
    page.locator("input[type=file]").first.set_input_files(photographs(4))
    page.get_by_text("No connection").first.wait_for()
    page.get_by_text("All files are there.").wait_for()
    assert batch.images.count() == 4


def test_what_the_server_cannot_take_is_tried_again_by_hand(
    page: Page, cast: Cast, live_server: LiveServer
) -> None:
    batch = make_batch(cast.project)
    page.route("**/images", lambda route: route.fulfill(status=413, body="{}"))
    page.goto(f"{live_server.url}/portal/batches/{batch.id}/")
    page.wait_for_selector(".dropzone")
    page.locator("input[type=file]").first.set_input_files(photographs(3))
    page.get_by_text("larger than the server takes").first.wait_for()
    keep_picture(page, "upload-failed", full_page=True)
    page.unroute("**/images")
    page.get_by_role("button", name="Send the failed ones again").click()
    page.get_by_text("All files are there.").wait_for()
    assert batch.images.count() == 3


def test_results_are_looked_through_and_a_key_is_made(
    page: Page, cast: Cast, live_server: LiveServer
) -> None:
    batch = make_batch(cast.project, name="Old", state="labelling", closed_at="2026-01-01T00:00:00Z")
    settle(batch, 3)
    settle(batch, 1, confidence=0.4)
    page.goto(f"{live_server.url}/portal/batches/{batch.id}/")
    page.get_by_text("How sure the results are").wait_for()
    keep_picture(page, "batch-settled", full_page=True)
    page.get_by_role("link", name="Look at the least sure").click()
    expect(page.locator(".thumb")).to_have_count(1)
    page.goto(f"{live_server.url}/portal/batches/{batch.id}/results")
    keep_picture(page, "results", full_page=True)
    page.locator(".thumb").nth(1).click()
    page.wait_for_selector(".drawn path")
    keep_picture(page, "result", full_page=True)

    page.goto(f"{live_server.url}/portal/keys/")
    page.get_by_role("button", name="New key").click()
    page.fill("#id_name", "nightly")
    keep_picture(page, "key-dialog", full_page=True)
    page.get_by_role("button", name="Make the key").click()
    assert page.locator("#secret").input_value().startswith("lm_")
    keep_picture(page, "key-made", full_page=True)
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_text("nightly").wait_for()
    assert ApiKey.objects.get().name == "nightly"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("size", [PC, PHONE], ids=["pc", "phone"])
def test_no_page_is_wider_than_the_window(
    page: Page, cast: Cast, live_server: LiveServer, language: str, size: dict[str, int]
) -> None:
    batch = make_batch(cast.project, state="labelling", closed_at="2026-01-01T00:00:00Z")
    task = settle(batch, 5)[0].task_id
    empty = make_batch(cast.project)
    Project.objects.create(organization=cast.mill, name="Bare")
    cast.ada.language = language
    cast.ada.save()
    page.set_viewport_size(size)  # type: ignore[arg-type]
    project, width = cast.project.id, size["width"]
    pages = {
        "projects": "",
        "project": f"projects/{project}/",
        "edit": f"projects/{project}/edit",
        "schema": f"projects/{project}/schema",
        "batch": f"batches/{batch.id}/",
        "upload": f"batches/{empty.id}/",
        "report": f"batches/{batch.id}/report",
        "results": f"batches/{batch.id}/results",
        "result": f"batches/{batch.id}/results/{task}",
        "releases": "releases/",
        "keys": "keys/",
        "webhooks": "webhooks/",
        "members": "members/",
    }
    for name, path in pages.items():
        page.goto(f"{live_server.url}/portal/{path}")
        page.wait_for_load_state("networkidle") if name in {"batch", "schema", "upload", "edit"} else None
        assert page.evaluate(WIDER) <= 0, name
        keep_picture(page, f"{language}-{width}-{name}", full_page=True)

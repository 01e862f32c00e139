"""A guide with pictures in a real browser: its client writes and edits it, and annotators see it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from review.gold import supply_gold
from tasks.models import Batch, GoldTask, GuidePicture, LabelSchema, Project
from tasks.pointed import Pointed
from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.desk import Desk, Truth, ingest
from tests.e2e.screens import PC, PHONE, WIDER, faults_of, keep_picture
from tests.e2e.test_workbench_modes import serious
from tests.factories import PASSWORD, box, payload

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
# How many pictures of guides this browser has taken along.
PICTURES_KEPT = """async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith("labelmill-guides-"));
    const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return kept.flat().length;
}"""
DROPPED = """(bytes) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], "good [box].jpg", { type: "image/jpeg" }));
    return data;
}"""
SPEC_ORDER = ["arduino-nano", "esp8266", "raspberry-pi-3", "heltec-esp32-lora"]


@pytest.fixture
def cast(live_server: LiveServer, known: Truth) -> Cast:
    """Four photographs of boards, two of them to practise on."""
    cast = make_cast()
    names = sorted(known)[:4]
    ingest(cast, cast.project, [data_folder("boxes_voc") / "train" / name for name in names])
    items = [
        Pointed(
            payload=payload(*(box(*b, label=c, id=f"k{i}") for i, (c, b) in enumerate(known[name]))),
            name=name,
        )
        for name in names[:2]
    ]
    supply_gold(
        batch=Batch.objects.get(), kind=GoldTask.Kind.PRACTICE, items=items, by=None, rng=random.Random(1)
    )
    Project.objects.filter(id=cast.project.id).update(practice_pass_mark=0.8)
    return cast


@pytest.fixture
def portal(browser: Browser, live_server: LiveServer, cast: Cast) -> Iterator[Page]:
    """The project's settings, where its guide is written."""
    context = browser.new_context(viewport=PC, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(20_000)
    faults = faults_of(page)
    path = f"/portal/projects/{cast.project.id}/edit"
    page.goto(f"{live_server.url}/sign-in?next={path}")
    page.fill("input[name=username]", "ada")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}{path}")
    yield page
    context.close()
    assert faults == []


def photographs() -> list[Path]:
    return sorted((data_folder("boxes_voc") / "train").glob("*.jpg"))


def is_shown(picture: Locator) -> None:
    picture.scroll_into_view_if_needed()
    picture.page.wait_for_function(
        "picture => picture.complete && picture.naturalWidth > 0", arg=picture.element_handle()
    )


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()


def write_guide(page: Page) -> None:
    """A picture in both languages."""
    page.set_input_files("#guide-pictures input[type=file]", photographs()[5])
    is_shown(page.locator(".thumb img"))
    page.fill("#id_guide_zh", "# 开发板\n\n框住每一块开发板。")
    page.fill("#id_guide_en", "# Boards\n\nBox every board.")
    for name in ("Chinese", "English"):
        page.locator(".thumb").get_by_role("button", name=name).click()
    for language in ("zh", "en"):
        is_shown(page.locator(f"#preview-{language} img"))


def test_a_client_writes_a_guide_with_pictures_and_annotators_see_each_edit(
    portal: Page, context: BrowserContext, live_server: LiveServer, cast: Cast, known: Truth
) -> None:
    write_guide(portal)
    assert serious(portal) == []
    keep_picture(portal, "guide-editor", full_page=True)
    save(portal)
    picture = GuidePicture.objects.get()
    assert picture.size < 60_000

    desk = Desk(context, live_server, "an")
    desk.press("Enter")
    desk.page.wait_for_selector("text=First some practice")
    guide = desk.page.locator(".guide")
    expect(guide).to_contain_text("Box every board.")
    is_shown(guide.locator("img"))
    keep_picture(desk.page, "guide-introduction")
    desk.press("Enter")
    desk.wait_for_image()
    expect(desk.page.locator(".guide-news .toast")).to_have_count(0)

    portal.goto(f"{live_server.url}/portal/projects/{cast.project.id}/edit")
    text = portal.input_value("#id_guide_en")
    portal.fill("#id_guide_en", text + "\n\nNot the **cables**.")
    portal.fill("#id_guide_zh", portal.input_value("#id_guide_zh") + "\n\n不要框**线缆**。")
    save(portal)
    for label, drawn in known[desk.image]:
        desk.draw(drawn)
        desk.press(f"Digit{SPEC_ORDER.index(label) + 1}")
    desk.press("Enter")
    desk.page.wait_for_selector("text=At least 1 more")
    desk.press("Enter")
    desk.wait_for_image()
    news = desk.page.locator(".guide-news .toast")
    expect(news).to_contain_text("The guide of “Boards” has changed.")
    assert serious(desk.page) == []
    keep_picture(desk.page, "guide-news")
    desk.page.set_viewport_size(PHONE)
    keep_picture(desk.page, "guide-news-phone")
    desk.page.set_viewport_size(PC)
    news.get_by_role("button", name="Read it").click()
    expect(desk.page.locator("dialog .guide strong")).to_have_text("cables")
    is_shown(desk.page.locator("dialog .guide img"))
    keep_picture(desk.page, "guide-dialog")
    desk.press("Escape")
    expect(news).to_have_count(0)
    assert LabelSchema.objects.count() == 1

    # Whoever changes their language gets the guide in it; practice begins with it.
    desk.choose("中文")
    expect(guide.locator("strong")).to_have_text("线缆")
    is_shown(guide.locator("img"))
    keep_picture(desk.page, "guide-introduction-zh")
    desk.press("Enter")
    desk.wait_for_image()
    expect(news).to_have_count(0)
    assert desk.faults == []


def test_pictures_of_the_guide_are_taken_along_with_a_pack(
    portal: Page, context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    write_guide(portal)
    save(portal)
    Project.objects.filter(id=cast.project.id).update(practice_pass_mark=None)
    desk = Desk(context, live_server, "an")
    desk.page.get_by_role("button", name="10 images").click()
    desk.page.wait_for_function(PICTURES_KEPT)
    desk.start()
    context.set_offline(True)
    context.new_cdp_session(desk.page).send("Network.clearBrowserCache")
    desk.press("KeyG")
    is_shown(desk.page.locator("dialog .guide img"))


def test_a_picture_from_elsewhere_is_refused_where_it_stands(portal: Page) -> None:
    portal.fill("#id_guide_en", "![x](https://pictures.example/a.png)")
    portal.get_by_role("button", name="Save").click()
    error = portal.locator("#id_guide_en_error")
    expect(error).to_contain_text("https://pictures.example/a.png")
    expect(error).to_contain_text("Upload it here")
    error.scroll_into_view_if_needed()
    keep_picture(portal, "guide-refused")


def test_what_is_no_picture_is_named_and_a_dropped_one_appears_in_the_text(
    portal: Page, tmp_path: Path
) -> None:
    (tmp_path / "notes.png").write_text("not for you")
    portal.set_input_files("#guide-pictures input[type=file]", tmp_path / "notes.png")
    expect(portal.locator("#guide-pictures .error")).to_have_text("notes.png: This is no image.")
    data = portal.evaluate_handle(DROPPED, list(photographs()[6].read_bytes()))
    portal.fill("#id_guide_en", "Before.")
    portal.dispatch_event("#id_guide_en", "drop", {"dataTransfer": data})
    is_shown(portal.locator("#preview-en img"))
    assert portal.input_value("#id_guide_en").startswith("Before.\n\n![good  box](guide:")
    expect(portal.locator("#guide-pictures .error")).to_have_count(0)
    portal.get_by_role("button", name="Remove good [box].jpg").click()
    expect(portal.locator(".thumb")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_editor_fits_a_phone(
    browser: Browser, portal: Page, live_server: LiveServer, cast: Cast, language: str
) -> None:
    write_guide(portal)
    if language == "zh-hans":
        type(cast.ada).objects.filter(id=cast.ada.id).update(language=language)
        portal.reload()
    portal.set_viewport_size(PHONE)
    is_shown(portal.locator(".thumb img"))
    assert portal.evaluate(WIDER) <= 0
    keep_picture(portal, f"guide-editor-phone-{language}", full_page=True)
    portal.set_viewport_size(PC)
    keep_picture(portal, f"guide-editor-{language}", full_page=True)

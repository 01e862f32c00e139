"""How the workbench opens on a bad line: with a light picture; with words where its scripts never come."""

from __future__ import annotations

import json
import re

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.first_paint import WITHIN
from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.desk import Desk, ingest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

WHOLE = "() => /-screen-[^?]*$/.test(document.querySelector('.picture-slot img')?.src ?? '')"
KEPT = """async () => {
  const name = (await indexedDB.databases()).find(({ name }) => name.startsWith('labelmill-pack-'))?.name;
  const result = (ask) => new Promise((done) => { ask.onsuccess = () => done(ask.result); });
  const db = await result(indexedDB.open(name));
  const count = await result(db.transaction('images').objectStore('images').count());
  db.close();
  return count > 0;
}"""
LIGHT = "() => document.querySelector('.picture-slot img')?.src.endsWith('?light')"


@pytest.fixture
def desk(context: BrowserContext, live_server: LiveServer) -> Desk:
    """At work on boards of 44 to 61 KB: each has a light copy, whichever comes first."""
    cast: Cast = make_cast()
    folder = data_folder("boxes_voc") / "train"
    boards = sorted(folder.glob("*.jpg"), key=lambda file: file.stat().st_size)
    ingest(cast, cast.project, boards[-34:-20])
    desk = Desk(context, live_server, "an")
    desk.start()
    return desk


def test_a_picture_that_came_within_the_page_is_there_again_without_a_line(
    browser: Browser, context: BrowserContext, live_server: LiveServer
) -> None:
    """The page from the service worker brings none, and nothing was ever fetched under its address."""
    cast: Cast = make_cast()
    boards = sorted((data_folder("boxes_voc") / "train").glob("*.jpg"), key=lambda file: file.stat().st_size)
    ingest(cast, cast.project, boards[:2])
    desk = Desk(context, live_server, "an")
    desk.start()
    fresh = browser.new_context(storage_state=context.storage_state())
    desk.page.close()
    desk.page = page = fresh.new_page()
    served = page.goto(f"{desk.url}/desk/")
    assert served
    assert re.search(r'<img class="preview" src="data:[^"]+" data-of="[^"]+" alt="">', served.text())
    desk.wait_for_image()
    page.wait_for_function(KEPT)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    fresh.set_offline(True)
    page.reload()
    desk.wait_for_image()
    assert page.locator(".picture-slot img").get_attribute("src").startswith("blob:")  # type: ignore[union-attr]
    # The kept page is in the installation's language, which is not this person's.
    expect(page.locator(".skip-link")).to_have_text("Skip to the content")
    fresh.close()


def narrow(page: Page, *, kbps: float) -> None:
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    bytes_a_second = kbps * 1000 / 8
    way = {"downloadThroughput": bytes_a_second, "uploadThroughput": bytes_a_second}
    line.send("Network.emulateNetworkConditions", {"offline": False, "latency": 0, **way})


def test_a_page_opens_with_a_light_picture_and_the_whole_one_follows(desk: Desk) -> None:
    held = desk.page.request.get(f"{desk.url}/desk/").text()
    assert "data-light" in held
    desk.page.reload()
    desk.wait_for_image()
    desk.page.wait_for_function(WHOLE)
    expect(desk.page.locator(".picture-slot img")).to_have_count(1)


def test_a_slow_line_brings_light_pictures_until_one_looks_closer(desk: Desk) -> None:
    desk.wait_for_buffer(4)
    narrow(desk.page, kbps=150)
    # Pictures of the buffer first, then those that make the line a slow one.
    for _ in range(12):
        desk.draw((50, 60, 200, 150))
        desk.submit()
        desk.wait_for_image()
        if desk.page.evaluate(LIGHT):
            break
    assert desk.page.evaluate(LIGHT)
    desk.press("Equal", "Equal")
    desk.page.wait_for_function(WHOLE)


def chunk(part: str) -> str:
    """Of what a part of the page needs, the file with all its code."""
    modules = json.loads((settings.BASE_DIR / "static/build/modules.json").read_text())
    return str(modules[part][-1])


@pytest.mark.parametrize("missing", ["scripts", "begin", "stage", "style"])
def test_a_page_whose_parts_never_come_says_so_and_enter_tries_again(
    desk: Desk, browser: Browser, missing: str
) -> None:
    """On a computer that has never seen the workbench, or has lost what it had."""
    context = browser.new_context(storage_state=desk.page.context.storage_state(), service_workers="block")
    desk.page.close()
    desk.page = page = context.new_page()
    names = {"scripts": "chunks/*.js", "style": "*.css", "begin": chunk("begin.js"), "stage": chunk("stage")}
    path = f"**/build/{names[missing]}"
    page.route(path, lambda route: route.abort())
    if missing in ("style", "begin"):
        # Which would otherwise stand within the page.
        context.add_cookies([{"name": "within", "value": WITHIN, "url": f"{desk.url}/desk/"}])
    page.goto(f"{desk.url}/desk/")
    page.wait_for_selector(".broken")
    assert "The line broke" in page.inner_text("#workbench")
    assert not page.is_visible("text=Opening the workbench")
    page.unroute(path)
    page.keyboard.press("Enter")
    desk.wait_for_image()
    context.close()


# Bytes over the line for each address; 0: from the browser's cache. (`performance` is the test's clock here.)
CAME = """() => new Promise((done) => new PerformanceObserver((seen) => done(Object.fromEntries(
  seen.getEntries().map(({ name, transferSize }) => [new URL(name).pathname, transferSize])
))).observe({ type: 'resource', buffered: true }))"""


def test_what_came_within_the_page_comes_once_where_no_service_worker_keeps_it(
    desk: Desk, browser: Browser
) -> None:
    context = browser.new_context(storage_state=desk.page.context.storage_state(), service_workers="block")
    desk.page.close()
    desk.page = page = context.new_page()
    page.clock.install()
    page.goto(f"{desk.url}/desk/")
    desk.wait_for_image()
    assert page.locator("script[data-at], style[data-at]").count() == 2
    page.clock.fast_forward(16_000)
    page.wait_for_function("() => document.cookie.includes('within=')")
    parts = page.eval_on_selector_all("[data-at]", "all => all.map(({ dataset }) => dataset.at)")
    page.goto(f"{desk.url}/desk/")
    desk.wait_for_image()
    assert page.locator("[data-at]").count() == 0
    came = page.evaluate(CAME)
    assert [came.get(part) for part in parts] == [0, 0], "both are in the browser's cache"
    context.close()

"""A person at the workbench as the benchmarks see them, and when what is on their page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, ViewportSize

from tests.installation import Installation

PC: ViewportSize = {"width": 1366, "height": 768}
PERSON = "li.na"
PROJECT = "Things in photographs"

# When, in milliseconds since the visit began, each thing was first painted.
WATCH = """() => {
  const seen = window.benchSeen = {};
  // In its place, as large as it will be; a picture without its looks would be somewhere else.
  const shown = (image) => image.complete && image.naturalWidth && image.clientHeight > innerHeight / 2;
  const pictures = () => [...document.querySelectorAll('.preview, .picture')].filter(shown);
  // One that came within the page says whose place it takes; one that the browser has kept has no address.
  const isLarge = ({ src, dataset }) => /-screen-|^blob:/.test(dataset.of ?? src);
  const there = {
    preview: () => pictures().length > 0,
    // Of a heavy picture a light copy comes first, as large on the screen.
    image: () => pictures().some(isLarge),
    whole: () => pictures().some((one) => isLarge(one) && one.dataset.light === undefined),
    interactive: () => Boolean(document.querySelector('#stage') && document.querySelector('#panel button')),
  };
  const look = () => {
    for (const [name, is] of Object.entries(there)) {
      if (!(name in seen) && is()) {
        seen[name] = 0;
        // Painted by the end of the next frame; and a turn later the page answers to keys.
        requestAnimationFrame(() => setTimeout(() => { seen[name] = performance.now(); }, 0));
      }
    }
    if (Object.keys(there).some((name) => !seen[name])) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
SEEN = """(names) => names.every((name) => window.benchSeen?.[name]) && window.benchSeen"""
USABLE = ["preview", "image", "interactive"]


@contextmanager
def slow_page(browser: Browser, *, cookies: Any, slowdown: int) -> Iterator[tuple[Page, CDPSession]]:
    """A page of its own with an empty cache, its main thread slowed so many times."""
    context = browser.new_context(viewport=PC, locale="en-GB", storage_state=cookies)
    page, session = slowed(context, slowdown)
    yield page, session
    context.close()


def slowed(context: BrowserContext, slowdown: int) -> tuple[Page, CDPSession]:
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    page.add_init_script(f"({WATCH})()")
    return page, session


def sign_in(page: Page, platform: Installation, *, url: str | None = None, typing_ms: float = 0) -> None:
    """Through the sign-in page, at the platform or behind another address of it."""
    secrets = json.loads((platform.home / "demo.json").read_text())
    page.goto(f"{url or platform.url}/sign-in")
    page.wait_for_timeout(typing_ms)
    page.fill("input[name=username]", PERSON)
    page.fill("input[name=password]", secrets[PERSON])
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/*")


def take_seats(page: Page) -> None:
    """Start on the demonstration's photographs, and wait until the buffer is full."""
    page.wait_for_selector(".start-card, #stage")
    if page.locator(".start-card").count():
        page.get_by_text(PROJECT, exact=True).click()
        page.keyboard.press("Enter")
    page.wait_for_selector('#stage[aria-busy="false"]')
    page.wait_for_timeout(1500)


def visit(page: Page, url: str) -> dict[str, float]:
    """Seconds until the preview, the image and the whole page are there."""
    page.goto(f"{url}/desk/", wait_until="commit")
    return seen_of(page)


def seen_of(page: Page, names: list[str] = USABLE) -> dict[str, float]:
    seen: dict[str, float] = page.wait_for_function(SEEN, arg=names, timeout=120_000).json_value()
    return {name: seen[name] / 1000 for name in names}

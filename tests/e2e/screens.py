"""The windows pages are looked at in, and what a page must never do there."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

PC: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}
# By how many pixels the page is wider than the window.
WIDER = "() => document.documentElement.scrollWidth - window.innerWidth"
# A folder here receives a picture of each page, for people to look at.
PICTURES = os.environ.get("LABELMILL_PICTURES")


def keep_picture(page: Page, name: str, *, full_page: bool = False) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=full_page)


def faults_of(page: Page) -> list[str]:
    """A list that collects the page's uncaught errors, and what its security policy blocked."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Policy" in said.text else None)
    return faults

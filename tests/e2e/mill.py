"""The whole platform with the demonstration's people and none of its photographs, for end-to-end tests."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
from playwright.sync_api import Browser, Page

from tests.installation import Installation

Answer = TypeVar("Answer")


class Mill(Installation):
    """A running installation, with what its people need to come in."""

    def __init__(self, home: Path, *, photographs: Path) -> None:
        super().__init__(home, LABELMILL_DEMO="1", LABELMILL_DEMO_IMAGES=str(photographs))

    @property
    def secrets(self) -> dict[str, str]:
        known: dict[str, str] = json.loads((self.home / "demo.json").read_text())
        return known

    def client(self) -> httpx.Client:
        """A script of the demonstration's client."""
        headers = {"Authorization": f"Bearer {self.secrets['api-key']}"}
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=60)

    @contextmanager
    def page_of(self, browser: Browser, username: str, language: str = "en-US") -> Iterator[Page]:
        """A browser of their own in which this person has signed in."""
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale=language)
        page = context.new_page()
        page.goto(f"{self.url}/sign-in")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", self.secrets[username])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        yield page
        context.close()


@contextmanager
def running_mill(folder: Path) -> Iterator[Mill]:
    photographs = folder / "no photographs"
    photographs.mkdir()
    mill = Mill(folder / "home", photographs=photographs)
    mill.start()
    try:
        assert mill.comes_up(), "the platform did not come up"
        yield mill
    finally:
        mill.stop()


def wait_for(read: Callable[[], Answer], until: Callable[[Answer], bool], seconds: float) -> Answer:
    """Ask again and again until the answer is good; the last answer is shown when it never is."""
    deadline = time.monotonic() + seconds
    while not until(answer := read()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(0.3)
    return answer


def upload(api: httpx.Client, batch: int, files: list[Path]) -> dict[str, Any]:
    parts = [("files", (file.name, file.read_bytes(), "image/jpeg")) for file in files]
    answer = api.post(f"/batches/{batch}/images", files=parts)
    answer.raise_for_status()
    return dict(answer.json())

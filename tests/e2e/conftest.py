"""What every browser test shares."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext

from tests.browser import chromium
from tests.data import data_folder
from tests.e2e.desk import Truth, truth
from tests.e2e.screens import PC


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert (settings.BASE_DIR / "static/build/app.css").exists(), "Build the front end first: npm run build"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's own loop runs in this thread
    with chromium() as running:
        yield running
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PC, locale="en-GB")
    yield context
    context.close()


@pytest.fixture
def known() -> Truth:
    """What the publishers of the boards drew."""
    return truth(data_folder("boxes_voc"))

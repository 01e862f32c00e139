"""What every browser test shares."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
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


@pytest.fixture(autouse=True)
def server_at_rest(request: pytest.FixtureRequest) -> Iterator[None]:
    """Pages are closed before this, tables emptied after it: a request still in the server would deadlock."""
    if "live_server" in request.fixturenames:
        request.getfixturevalue("transactional_db")
        yield
        _wait_for_rest(seconds=20)
    else:
        yield


def _wait_for_rest(*, seconds: float) -> None:
    """Twice at rest, since a request may be between two statements."""
    deadline, rested = time.monotonic() + seconds, 0
    others_at_work = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
        """
    with connection.cursor() as cursor:
        while rested < 2 and time.monotonic() < deadline:
            time.sleep(0.03)
            cursor.execute(others_at_work)
            rested = 0 if cursor.fetchone()[0] else rested + 1


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PC, locale="en-GB")
    yield context
    context.close()


@pytest.fixture
def known() -> Truth:
    """What the publishers of the boards drew."""
    return truth(data_folder("boxes_voc"))

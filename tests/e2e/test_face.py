"""The face in a real browser: keyboard, both languages, both themes, a small PC and a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.e2e.screens import PC, PHONE, WIDER
from tests.factories import PIN, make_person
from workers.models import Role

pytestmark = pytest.mark.e2e

PUBLIC = ["/sign-in", "/sign-out", "/password/forgot", "/style/"]
OURS = ["/account", "/style/"]
# What a person presses must be at least this tall: 40 px with a mouse, 44 px with a finger.
SMALL_TARGETS = """(least) => [...document.querySelectorAll(
    'button, .button, .input, .select, .nav a, .check')]
  .filter(e => e.offsetParent && !e.closest('td') && e.getBoundingClientRect().height < least)
  .map(e => e.outerHTML.slice(0, 90))"""


def opened(browser: Browser, *, size: dict[str, int], language: str, theme: str) -> tuple[Page, list[str]]:
    """A fresh page and the list that collects whatever its console complains of."""
    touch = size is PHONE
    context = browser.new_context(
        viewport=size, locale=language, color_scheme=theme, has_touch=touch, is_mobile=touch
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    return page, faults


def sign_in(page: Page, server: LiveServer, name: str) -> None:
    """By the keyboard alone: the cursor waits in the field of the name."""
    page.goto(f"{server.url}/sign-in?next=/account")
    page.wait_for_function("document.activeElement?.name === 'username'")
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server.url}/account")


def look(page: Page, faults: list[str], *, touch: bool) -> None:
    assert faults == [], page.url
    assert page.evaluate(WIDER) <= 0, f"{page.url} is wider than the window"
    assert page.evaluate(SMALL_TARGETS, 44 if touch else 40) == [], page.url


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("size", [PC, PHONE], ids=["pc", "phone"])
def test_pages_fit_and_complain_of_nothing(
    browser: Browser, live_server: LiveServer, size: dict[str, int], language: str, theme: str
) -> None:
    short = "zh-hans" if language.startswith("zh") else "en"
    make_person(Role.ANNOTATOR, username="an", display_name="安小燕", language=short)
    page, faults = opened(browser, size=size, language=language, theme=theme)
    for path in PUBLIC:
        page.goto(live_server.url + path)
        look(page, faults, touch=size is PHONE)
    sign_in(page, live_server, "an")
    for path in OURS:
        page.goto(live_server.url + path)
        look(page, faults, touch=size is PHONE)
    assert page.evaluate("document.documentElement.lang") == ("zh-Hans" if short == "zh-hans" else "en")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(238, 241, 239)", "dark": "rgb(17, 23, 21)"}[theme]
    page.context.close()


def test_people_switch_by_the_keyboard(browser: Browser, live_server: LiveServer) -> None:
    make_person(Role.ANNOTATOR, username="an", display_name="Anhua")
    make_person(Role.ANNOTATOR, username="bo", display_name="Borong")
    page, faults = opened(browser, size=PC, language="en-GB", theme="light")
    sign_in(page, live_server, "an")
    page.locator("details[data-menu] > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Switch person").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/sign-in")
    assert page.evaluate("document.activeElement.id") == "id_username"
    assert "Anhua" not in page.content()
    page.go_back()
    assert "Anhua" not in page.content(), "the page of the person before must not come back"
    sign_in(page, live_server, "bo")
    assert "Borong" in page.content()
    assert faults == []
    page.context.close()


def test_skip_link_and_focus_are_seen(browser: Browser, live_server: LiveServer) -> None:
    page, _ = opened(browser, size=PC, language="en-GB", theme="light")
    page.goto(f"{live_server.url}/style/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    assert page.locator(".skip-link").bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _press in range(30):
        page.keyboard.press("Tab")
        ring = page.evaluate(
            "(s => s.outlineStyle + parseFloat(s.outlineWidth))(getComputedStyle(document.activeElement))"
        )
        assert ring == "solid2", page.evaluate("document.activeElement.outerHTML")
    page.context.close()


def test_the_chosen_theme_wins_over_the_device(browser: Browser, live_server: LiveServer) -> None:
    page, _ = opened(browser, size=PC, language="en-GB", theme="light")
    page.goto(f"{live_server.url}/style/")
    page.get_by_role("button", name="Dark").click()
    page.wait_for_selector('html[data-theme="dark"]')
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 23, 21)"
    page.context.close()


def test_a_dialog_opens_and_closes_by_escape(browser: Browser, live_server: LiveServer) -> None:
    page, _ = opened(browser, size=PC, language="en-GB", theme="light")
    page.goto(f"{live_server.url}/style/")
    page.locator("[data-opens]").click()
    expect(page.locator("dialog[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.context.close()


def test_a_chart_brings_its_figures_as_a_table(browser: Browser, live_server: LiveServer) -> None:
    page, _ = opened(browser, size=PC, language="en-GB", theme="light")
    page.goto(f"{live_server.url}/style/")
    page.wait_for_selector("lm-chart canvas")
    expect(page.locator("lm-chart > table tbody tr")).to_have_count(12)
    assert "318" in page.locator("lm-chart > table").inner_text()
    page.context.close()

"""WCAG 2.2 contrast of the tokens, computed from the style sheet that ships, in both themes."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

THEMES = ("light", "dark")
_TOKEN = re.compile(r"--([a-z-]+): var\(--light, (#[0-9a-f]{6})\) var\(--dark, (#[0-9a-f]{6})\);")
_FIXED = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")

GROUNDS = ("page", "surface", "sunken", "raised", "hover", "selected")
# Words need 4.5 : 1 (AA); the body's own words 7 : 1 (AAA), they are read for eight hours.
BODY = [("ink", ground) for ground in GROUNDS]
WORDS = [
    *[(word, ground) for word in ("ink-soft", "ink-faint") for ground in GROUNDS],
    *[("link", ground) for ground in ("page", "surface", "raised", "hover")],
    ("on-primary", "primary"),
    ("on-primary", "primary-strong"),
    ("on-bad", "bad"),
    ("on-bar", "bar"),
    ("on-bar-soft", "bar"),
    ("on-bar", "bar-line"),
    *[(tone, f"{tone}-soft") for tone in ("good", "warn", "bad", "info")],
    *[("ink", f"{tone}-soft") for tone in ("good", "warn", "bad", "info")],
    *[(tone, ground) for tone in ("good", "warn", "bad", "info") for ground in ("page", "surface", "raised")],
    ("bad", "hover"),
]
# Borders of controls, focus rings and bars need 3 : 1 against what they stand on.
MARKS = [
    *[("line-strong", ground) for ground in ("page", "surface", "raised", "sunken")],
    *[("focus", ground) for ground in GROUNDS],
    *[("accent", ground) for ground in ("page", "surface", "raised")],
    ("bar-focus", "bar"),
    ("wheat", "bar"),
    ("primary", "surface"),
]


def tokens() -> dict[str, dict[str, str]]:
    sheet = (settings.BASE_DIR / "frontend/styles/tokens.css").read_text()
    pairs = {name: {"light": light, "dark": dark} for name, light, dark in _TOKEN.findall(sheet)}
    return pairs | {name: dict.fromkeys(THEMES, value) for name, value in _FIXED.findall(sheet)}


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2, definition of relative luminance)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("pairs", "least"), [(BODY, 7.0), (WORDS, 4.5), (MARKS, 3.0)])
def test_every_pair_has_its_contrast(theme: str, pairs: list[tuple[str, str]], least: float) -> None:
    colours = tokens()
    measured = {pair: contrast(colours[pair[0]][theme], colours[pair[1]][theme]) for pair in pairs}
    assert {pair: round(value, 2) for pair, value in measured.items() if value < least} == {}


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_pages_take_their_colours_from_the_tokens_alone() -> None:
    """A colour written elsewhere would be unknown to this test and wrong in the other theme."""
    strays = {}
    folder = settings.BASE_DIR / "frontend/styles"
    names = re.findall(r'@import "\./([\w-]+\.css)"', (folder / "app.css").read_text())
    assert len(names) > 5
    for name in set(names) - {"tokens.css", "print.css"}:
        found = re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\([^)]*\)|hsla?\([^)]*\)", (folder / name).read_text())
        if found:
            strays[name] = found
    assert strays == {}

"""Template tags for label schemas: names in the reader's language, colours that style sheets cannot know."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()
_COLOR = re.compile(r"^#[0-9a-fA-F]{6}$")


@register.simple_tag
def name_of(named: dict[str, Any]) -> str:
    """The name in the reader's language, else Chinese, else English, else the key."""
    names = named.get("names") or {}
    for language in (get_language() or "en", "zh-hans", "en"):
        if names.get(language):
            return str(names[language])
    return str(named.get("key", ""))


@register.simple_tag
def swatch(color: str) -> SafeString:
    """A patch of a class's colour: an SVG attribute, since the policy allows no style attributes."""
    fill = color if _COLOR.match(str(color)) else "currentColor"
    return format_html(
        '<svg class="swatch" viewBox="0 0 1 1" aria-hidden="true" focusable="false">'
        '<rect width="1" height="1" fill="{}"/></svg>',
        fill,
    )

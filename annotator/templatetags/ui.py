"""Template tags of the visual language; `/style/` shows each of them in all its states."""

from __future__ import annotations

from decimal import Decimal
from math import floor
from typing import Any

from babel.numbers import format_currency
from django import template
from django.conf import settings
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from annotator.first_paint import SCRIPT, STYLE, STYLE_SHEET, WHOLE_BEGIN, WHOLE_STYLE, scripts_of
from annotator.static import chunks_of

register = template.Library()

TONES = {"", "good", "warn", "bad", "info"}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One drawing of static/img/icons.svg; without a label it is decoration and hidden from readers."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    href = f"{static('img/icons.svg')}#{name}"
    return format_html('<svg class="icon" {} focusable="false"><use href="{}"></use></svg>', spoken, href)


@register.filter
def grouped(value: int | float | Decimal | None) -> str:
    """12345 -> 12,345 in both languages; nothing known -> a dash."""
    return "–" if value is None else f"{value:,}"


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """1.5 -> ¥1.50, 0.0825 -> ¥0.0825: as the workbench writes it, alike in both languages."""
    return format_currency(amount, currency, "¤#,##0.00##", locale="zh_Hans", currency_digits=False)


@register.simple_tag
def first_style() -> SafeString:
    """The rules that hold before the style sheet is there; the page's policy knows exactly this text."""
    return mark_safe(f"<style>{STYLE}</style>")  # noqa: S308 - a constant of ours


@register.simple_tag
def begin_and_style() -> SafeString:
    """The script that the workbench begins with and its style sheet, for a browser that has nothing yet.

    The page's policy knows exactly these texts. `data-at` is where to fetch them for the next time.
    """
    begin, style = chunk_holding("begin.js"), static(STYLE_SHEET)
    return mark_safe(  # noqa: S308 - built from our own sources
        f'<script data-at="{begin}">{WHOLE_BEGIN}</script>\n<style data-at="{style}">{WHOLE_STYLE}</style>'
    )


@register.simple_tag
def first_script() -> SafeString:
    """What tells of a page whose scripts never came; the page's policy knows exactly this text."""
    return mark_safe(f"<script>{SCRIPT}</script>")  # noqa: S308 - a constant of ours


@register.simple_tag
def prefetch_workbench() -> SafeString:
    """Brings the workbench over the line, idle while its person types: it then opens from the cache."""
    wanted = [
        (static(STYLE_SHEET), "style"),
        *((script, "script") for script in scripts_of("stage", is_new=False)),
    ]
    return format_html_join("\n", '<link rel="prefetch" href="{}" as="{}">', wanted)


@register.simple_tag
def preload_scripts(part: str, is_new: bool) -> SafeString:
    """Asks for what a page with this part needs at once, so that it costs no further round trip."""
    addresses = ((address,) for address in scripts_of(part, is_new=is_new))
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', addresses)


@register.simple_tag
def chunk_holding(script: str) -> str:
    """The address of the chunk with a built script's code: its own file does no more than name it.

    A developer's page takes the script itself, whose chunks change while they are watched.
    """
    chunks = chunks_of(script, settings.BASE_DIR / "static")
    return static(f"build/{next(iter(chunks), script)}")


@register.filter
def percent(value: float | None, digits: int = 0) -> str:
    """0.934 -> 93 %. Rounded down, so that 100 % is said of nothing unfinished."""
    if value is None:
        return "–"
    scale = 10**digits
    return f"{floor(value * 100 * scale + 1e-9) / scale:.{digits}f}%"


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's widget with the class and the links to help and error that its kind needs."""
    kind = {"select": "select", "selectmultiple": "select", "textarea": "textarea"}.get(
        field.widget_type, "input"
    )
    own = field.field.widget.attrs
    attrs: dict[str, str | bool] = {"class": f"{kind} {own.get('class', '')}".strip()}
    if field.errors:
        described = [own.get("aria-describedby") or (f"{field.auto_id}_helptext" if field.help_text else "")]
        attrs["aria-describedby"] = " ".join([*filter(None, described), f"{field.auto_id}_error"])
    return field.as_widget(attrs=attrs)


@register.filter
def initials(name: str) -> str:
    """What an avatar shows: the given name of a Chinese name, first letters of a Latin one."""
    words = name.split()
    if not words:
        return "?"
    if not words[0][0].isascii():
        return words[0][-1]
    return "".join(word[0] for word in words[:2]).upper()


@register.inclusion_tag("ui/progress.html")
def progress(done: int | None, total: int | None, label: str = "", tone: str = "") -> dict[str, Any]:
    """A bar with its figures; `done=None` is work whose length nobody knows yet."""
    assert tone in TONES
    share = None if done is None or not total else min(done / total, 1.0)
    return {"done": done, "total": total, "share": share, "label": label, "tone": tone}


@register.inclusion_tag("ui/meter.html")
def meter(
    value: float | None, low: float = 0.6, high: float = 0.8, label: str = "", digits: int = 0
) -> dict[str, Any]:
    """A share from 0 to 1, good from `high`, poor below `low`."""
    return {"value": value, "low": low, "high": high, "label": label, "digits": digits}


@register.inclusion_tag("ui/avatar.html")
def avatar(name: str) -> dict[str, str]:
    return {"name": name}


@register.inclusion_tag("ui/badge.html")
def badge(text: str, tone: str = "", dot: bool = False, busy: bool = False) -> dict[str, Any]:
    """A state in a word. `dot` adds a sign whose shape differs by tone; `busy` one that turns."""
    assert tone in TONES
    return {"text": text, "tone": tone, "dot": dot or busy, "busy": busy}

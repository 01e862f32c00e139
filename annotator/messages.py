"""Translations of pages, messages and e-mail: extract, merge, compile; all in Python, by Babel.

Django's own makemessages and compilemessages call GNU gettext, which a fresh machine does not have.
The source language is English; `locale/zh_Hans` holds the one translation.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

SOURCES = ("annotator", "clients", "workers", "tasks", "review")
KEYWORDS = {**DEFAULT_KEYWORDS, "gettext_lazy": None, "ngettext_lazy": (1, 2), "pgettext_lazy": ((1, "c"), 2)}
LOCALE = "zh_Hans"
SINCE = datetime(2026, 11, 22, tzinfo=UTC)


def catalogue_path() -> Path:
    return Path(settings.BASE_DIR, "locale", LOCALE, "LC_MESSAGES", "django.po")


def extracted() -> Catalog:
    """Every translatable string of our Python and templates, with the files it stands in."""
    # Fixed dates, so that an update changes only what was said.
    catalogue = Catalog(
        locale=LOCALE,
        project="Labelmill",
        charset="utf-8",
        fuzzy=False,
        header_comment="# Labelmill in simplified Chinese.",
        creation_date=SINCE,
        revision_date=SINCE,
        last_translator="Labelmill",
        language_team="zh_Hans",
    )
    for path in sorted(_sources()):
        text = path.read_text("utf-8")
        python = text if path.suffix == ".py" else _templatized(text, path)
        lines = io.BytesIO(python.encode())
        for _line, message, comments, context in extract("python", lines, KEYWORDS, ["Translators:"]):
            where = [(str(path.relative_to(settings.BASE_DIR)), 0)]
            flags = ["python-format"] if "%" in str(message) and "%(" in str(message) else []
            catalogue.add(message, None, where, flags, auto_comments=comments, context=context)
    return catalogue


def _templatized(text: str, path: Path) -> str:
    """A template as Python calls, without the indentation of its HTML, which Python would not accept."""
    return "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())


def _sources() -> Iterator[Path]:
    for app in SOURCES:
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path
    for suffix in ("html", "txt"):
        yield from Path(settings.BASE_DIR, "templates").rglob(f"*.{suffix}")


def translated() -> Catalog:
    with catalogue_path().open("rb") as file:
        return read_po(file, locale=LOCALE)


def untranslated() -> list[str]:
    """Strings of the sources that the catalogue does not translate in every plural form."""
    known = translated()
    return [_text(message) for message in extracted() if message.id and not _complete(known, message)]


def _complete(known: Catalog, message: Message) -> bool:
    found = known.get(message.id, message.context)
    if found is None:
        return False
    strings = found.string if isinstance(found.string, list | tuple) else [found.string]
    return bool(strings) and all(strings)


def _text(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def update(*, additions: list[Path]) -> Catalog:
    """Bring the catalogue to what the sources say: new strings in, unused ones out.

    Args:
        additions: more .po files to take translations from, for strings not translated yet.
    """
    path = catalogue_path()
    fresh = extracted()
    sources = [read_po(extra.open("rb"), locale=LOCALE) for extra in additions]
    if path.exists():
        sources.insert(0, translated())
    for message in fresh:
        for source in sources:
            if message.id and _complete(source, message):
                known = source.get(message.id, message.context)
                message.string = known.string if known else message.string
                break
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, sort_output=True, width=100, omit_header=False)
    return fresh


def compile_catalogue() -> Path:
    """Write the .mo beside the .po, in one step, so that a reader never sees half of it."""
    target = catalogue_path().with_suffix(".mo")
    temporary = target.with_suffix(f".{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        write_mo(file, translated())
    temporary.replace(target)
    return target

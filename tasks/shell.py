"""The workbench's shell: its page without anybody's data, and the service worker that keeps it."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from annotator.errors import NotVisible
from annotator.static import chunks_of

_AT_ONCE = ("build/workbench.css", "img/mark.svg")


@require_safe
def shell_page(request: HttpRequest) -> HttpResponse:
    """The page as everybody gets it: what it is about comes from the browser's own memory."""
    return HttpResponse(_page())


@require_safe
def shell_script(request: HttpRequest) -> HttpResponse:
    """The service worker. A developer's page is never kept: its files change under the same name."""
    if settings.DEBUG:
        raise NotVisible
    response = HttpResponse(_script(), content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


def _page() -> str:
    # In one language, so that every process names the same version; the script sets the person's.
    with translation.override(settings.DEFAULT_LANGUAGE):
        return render_to_string("desk/index.html", {"boot": None, "is_new": False})


@cache
def _script() -> str:
    folder = settings.BASE_DIR / "static"
    parts = ("begin.js", "workbench.js", "stage", "start")
    # Each once, also what two parts share: a cache keeps nothing at all of a list that names one twice.
    chunks = dict.fromkeys(chunk for part in parts for chunk in chunks_of(part, folder))
    at_once = [*_AT_ONCE, *(f"build/{chunk}" for chunk in chunks)]
    later = [f"build/{chunk}" for chunk in chunks_of("later", folder)]
    shell = {
        "version": _digest([folder / name for name in [*at_once, *later]]),
        "page": reverse("desk-shell"),
        "files": [static(name) for name in at_once],
        "later": [static(name) for name in later],
    }
    return f"self.SHELL = {json.dumps(shell)};\nimportScripts({json.dumps(static('build/shell.js'))});\n"


def _digest(files: list[Path]) -> str:
    """Of what the files hold and of the page that names them."""
    digest = hashlib.sha256(_page().encode())
    for file in files:
        digest.update(file.read_bytes() if file.exists() else b"")
    return digest.hexdigest()[:16]

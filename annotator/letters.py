"""E-mails, each in the reader's own language, as text and as HTML; the one place that sends them."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def have_written(task: Any, **what: object) -> None:
    """Let a worker write the letter: a slow mail server holds up no page, and the time that an answer takes
    tells nobody who has an account. Without a broker it is written here and now; one that is lost with the
    broker is asked for again."""
    try:
        task.apply_async(kwargs=what, retry=False)
    except OperationalError:
        task(**what)


def send(*, to: str, language: str, name: str, context: dict[str, object]) -> None:
    """Templates are `letters/<name>_subject.txt`, `.txt` and `.html`."""
    with translation.override(language):
        subject = " ".join(render_to_string(f"letters/{name}_subject.txt", context).split())
        text = render_to_string(f"letters/{name}.txt", context)
        html = render_to_string(f"letters/{name}.html", context)
    letter = EmailMultiAlternatives(subject, text, to=[to])
    letter.attach_alternative(html, "text/html")
    try:
        letter.send()
    except OSError:
        # Nobody waits for it; a fault of the mail server is the operator's to see.
        log.exception("a letter could not be sent", letter=name)

"""E-mails to people, each in the reader's own language, as text and as HTML."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from workers.models import Person, Role

log = logging.getLogger(__name__)

RESET_PAUSE_SECONDS = 120


def send_resets(*, email: str) -> int:
    """Sends the way to a new password to whoever has this e-mail, and says how many letters that were.

    Annotators' PINs are their supervisor's to reset: an old mailbox must not be a way round that.
    One letter per mailbox in two minutes, so that nobody can flood somebody else's.
    """
    people = Person.objects.filter(email__iexact=email, is_active=True).exclude(role=Role.ANNOTATOR)
    sent = 0
    for person in people:
        if person.has_usable_password() and cache.add(f"reset:{person.pk}", 1, RESET_PAUSE_SECONDS):
            send_reset(person=person)
            sent += 1
    return sent


def send_reset(*, person: Person) -> None:
    """The link is built from our own address, never from the Host header of whoever asked."""
    identity = urlsafe_base64_encode(force_bytes(person.pk))
    path = reverse("password-reset", args=[identity, default_token_generator.make_token(person)])
    context = {
        "person": person,
        "link": settings.PUBLIC_URL.rstrip("/") + path,
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
    }
    _send(person=person, name="password_reset", context=context)


def _send(*, person: Person, name: str, context: dict[str, object]) -> None:
    with translation.override(person.language):
        subject = " ".join(render_to_string(f"letters/{name}_subject.txt", context).split())
        text = render_to_string(f"letters/{name}.txt", context)
        html = render_to_string(f"letters/{name}.html", context)
    letter = EmailMultiAlternatives(subject, text, to=[person.email])
    letter.attach_alternative(html, "text/html")
    try:
        letter.send()
    except OSError:
        # The page says the same whether a letter went out or not; a fault of the mail server is ours to see.
        log.exception("A letter could not be sent", extra={"letter": name, "person": person.pk})

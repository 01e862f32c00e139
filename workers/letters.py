"""Letters to people about their accounts."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from annotator import letters
from workers.models import Person, Role

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
    letters.send(to=person.email, language=person.language, name="password_reset", context=context)

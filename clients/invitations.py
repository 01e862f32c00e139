"""The letter to somebody who was made a member of an organization."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from annotator import letters
from clients.models import Membership


def send_invitation(*, membership_id: int, inviter: str) -> None:
    """New people get a link by which they set a password; who was removed meanwhile gets nothing."""
    rows = Membership.objects.select_related("person", "organization")
    membership = rows.filter(id=membership_id).first()
    if membership is None:
        return
    person = membership.person
    path = reverse("portal-projects")
    if not person.has_usable_password():
        key = urlsafe_base64_encode(force_bytes(person.pk))
        path = reverse("password-reset", args=[key, default_token_generator.make_token(person)])
    context = {
        "person": person,
        "organization": membership.organization,
        "inviter": inviter,
        "link": settings.PUBLIC_URL.rstrip("/") + path,
        "days": settings.PASSWORD_RESET_TIMEOUT // 86400,
        "is_new": not person.has_usable_password(),
    }
    letters.send(to=person.email, language=person.language, name="invitation", context=context)

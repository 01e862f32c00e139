"""The people of an organization: inviting, changing the role, removing. The last owner stays."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict, Invalid
from clients.models import Membership, Organization

User = get_user_model()


class LastOwner(Conflict):
    code = "last_owner"
    detail = _("An organization keeps at least one owner. Make somebody else an owner first.")


def invite(
    *, organization: Organization, email: str, name: str, role: str, language: str, inviter: str
) -> Membership:
    """Make somebody a member and write to them; new people get a link by which they set a password.

    Inviting somebody who is a member already writes to them again and changes nothing else.
    Raises Invalid when the address belongs to somebody who is not a client."""
    address = email.strip().lower()
    with transaction.atomic():
        person = User.objects.select_for_update().filter(username=address).first()
        if person is None:
            person = User(
                username=address, email=address, display_name=name, language=language, role="client"
            )
            person.set_unusable_password()
            person.full_clean(exclude=["password"])
            person.save()
        elif person.role != "client" or not person.is_active:
            fault = {
                "where": "email",
                "code": "taken",
                "detail": gettext("This address cannot be invited."),
            }
            raise Invalid(errors=[fault])
        membership, _made = Membership.objects.get_or_create(
            organization=organization, person=person, defaults={"role": role}
        )
        transaction.on_commit(lambda: _write(membership=membership, inviter=inviter))
    return membership


def change_role(*, membership: Membership, role: str) -> None:
    with transaction.atomic():
        if role != Membership.Role.OWNER:
            _check_another_owner(membership)
        Membership.objects.filter(id=membership.id).update(role=role)


def remove(*, membership: Membership) -> None:
    """End a membership; the person's account stays, and sees nothing of the organization any more."""
    with transaction.atomic():
        _check_another_owner(membership)
        Membership.objects.filter(id=membership.id).delete()


def _check_another_owner(membership: Membership) -> None:
    # The lock makes two owners who remove each other take turns.
    Organization.objects.select_for_update().get(id=membership.organization_id)
    others = Membership.objects.filter(
        organization=membership.organization_id, role=Membership.Role.OWNER
    ).exclude(id=membership.id)
    if not others.exists():
        raise LastOwner


def _write(*, membership: Membership, inviter: str) -> None:
    person = membership.person
    if person.has_usable_password():
        link = settings.PUBLIC_URL.rstrip("/") + reverse("portal-projects")
    else:
        key = urlsafe_base64_encode(force_bytes(person.pk))
        token = default_token_generator.make_token(person)
        link = settings.PUBLIC_URL.rstrip("/") + reverse("password-reset", args=[key, token])
    with translation.override(person.language):
        context = {
            "person": person,
            "organization": membership.organization,
            "inviter": inviter,
            "link": link,
            "days": settings.PASSWORD_RESET_TIMEOUT // 86400,
            "is_new": not person.has_usable_password(),
        }
        send_mail(
            subject=gettext("%(organization)s on Labelmill") % {"organization": membership.organization.name},
            message=render_to_string("portal/mail/invitation.txt", context),
            from_email=None,
            recipient_list=[person.email],
        )

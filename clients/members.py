"""The people of an organization: inviting, changing the role, removing. The last owner stays."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict, Invalid
from annotator.letters import have_written
from clients.jobs import write_invitation
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
        transaction.on_commit(
            lambda: have_written(write_invitation, membership=membership.id, inviter=inviter)
        )
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

"""API keys of an organization: issuing, ending."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict, Invalid
from clients.auth import digest, new_secret
from clients.models import ApiKey, Organization

MAX_KEYS = 50
PREFIX = 10


def issue_key(
    *,
    organization: Organization,
    name: str,
    expires_at: datetime | None,
    by: AbstractBaseUser | None,
    now: datetime,
) -> tuple[ApiKey, str]:
    """A new key and its secret, which exists nowhere else afterwards. Raises Invalid and Conflict."""
    if expires_at is not None and expires_at <= now:
        fault = {"where": "expires_at", "code": "past", "detail": _("The day of expiry lies in the past.")}
        raise Invalid(errors=[fault])
    secret = new_secret()
    with transaction.atomic():
        Organization.objects.select_for_update().get(id=organization.id)
        if organization.api_keys.filter(revoked_at=None).count() >= MAX_KEYS:
            raise Conflict(_("This organization has as many API keys as it may have. Revoke one first."))
        key = ApiKey.objects.create(
            organization=organization,
            name=name,
            prefix=secret[:PREFIX],
            digest=digest(secret),
            created_by_id=by.pk if by else None,
            expires_at=expires_at,
        )
    return key, secret


def revoke_key(*, key: ApiKey, now: datetime) -> None:
    """End a key at once and for good; revoking twice is revoking once."""
    ApiKey.objects.filter(id=key.id, revoked_at=None).update(revoked_at=now)

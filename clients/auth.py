"""API keys as credentials, and who counts as a client."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from clients.models import ApiKey

if TYPE_CHECKING:  # its class body imports this module, which the settings name as authentication
    from rest_framework.views import APIView


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    """A key of 256 random bits; a plain SHA-256 of it is safe to store."""
    return f"lm_{secrets.token_urlsafe(32)}"


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer lm_...`; request.auth becomes the ApiKey."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        now = timezone.now()
        key = (
            ApiKey.objects.filter(digest=digest(secret.strip()), revoked_at=None)
            .exclude(Q(expires_at__lte=now))
            .first()
        )
        if key is None:
            raise AuthenticationFailed(gettext("This API key is unknown, expired or revoked."))
        if key.last_used_at is None or (now - key.last_used_at).total_seconds() > 60:
            ApiKey.objects.filter(id=key.id).update(last_used_at=now)
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="labelmill"'


class IsClient(BasePermission):
    """An API key, or a signed-in member of a client organization."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, ApiKey) or getattr(request.user, "role", None) == "client"


class CallerThrottle(SimpleRateThrottle):
    """Counts by key or person; a whole company may sit behind one address."""

    scope = "caller"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        if isinstance(request.auth, ApiKey):
            return f"throttle-key-{request.auth.id}"
        if request.user.is_authenticated:
            return f"throttle-person-{request.user.pk}"
        return None

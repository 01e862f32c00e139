"""Whose organizations a caller speaks for. Every query made for a client starts here."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.request import Request

from clients.models import ApiKey, Organization


def caller_organizations(request: HttpRequest | Request) -> QuerySet[Organization]:
    """The organization of the API key, or those the signed-in person is a member of."""
    key = getattr(request, "auth", None)
    if isinstance(key, ApiKey):
        return Organization.objects.filter(id=key.organization_id)
    if request.user.is_authenticated and request.user.role == "client":
        return Organization.objects.filter(memberships__person=request.user)
    return Organization.objects.none()

"""Whose organizations a caller speaks for. Every query made for a client starts here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from annotator.errors import Forbidden, NotVisible
from clients.models import ApiKey, Membership, Organization, WebhookDelivery, WebhookEndpoint

Page = Callable[..., HttpResponseBase]
Row = TypeVar("Row", ApiKey, WebhookEndpoint, Membership)


def client_page(view: Page) -> Page:
    """A page of the portal: strangers are sent to sign in, other roles are told that it is not theirs."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if request.user.role != "client":
            raise Forbidden
        return view(request, *args, **kwargs)

    return guarded


def caller_organizations(request: HttpRequest | Request) -> QuerySet[Organization]:
    """The organization of the API key, or those the signed-in person is a member of."""
    key = getattr(request, "auth", None)
    if isinstance(key, ApiKey):
        return Organization.objects.filter(id=key.organization_id)
    if request.user.is_authenticated and request.user.role == "client":
        return Organization.objects.filter(memberships__person=request.user)
    return Organization.objects.none()


def access_caller_organization(request: HttpRequest | Request, *, slug: str | None) -> Organization:
    """The one the caller means: by slug, or the only one there is."""
    mine = caller_organizations(request)
    found = list(mine.filter(slug=slug)[:1] if slug else mine[:2])
    if len(found) != 1:
        raise NotVisible
    return found[0]


def owned_organizations(request: HttpRequest | Request) -> QuerySet[Organization]:
    """Those the signed-in client owns: members, keys and webhooks are the owners' business."""
    if not request.user.is_authenticated or request.user.role != "client":
        return Organization.objects.none()
    return Organization.objects.filter(
        memberships__person=request.user, memberships__role=Membership.Role.OWNER
    )


def access_key(request: HttpRequest, key_id: int) -> ApiKey:
    return _owned(request, ApiKey.objects.filter(id=key_id))


def access_endpoint(request: HttpRequest, endpoint_id: int) -> WebhookEndpoint:
    return _owned(request, WebhookEndpoint.objects.filter(id=endpoint_id))


def access_delivery(request: HttpRequest, delivery_id: int) -> WebhookDelivery:
    delivery = (
        WebhookDelivery.objects.filter(
            id=delivery_id, endpoint__organization__in=caller_organizations(request)
        )
        .select_related("endpoint")
        .first()
    )
    if delivery is None:
        raise NotVisible
    _owned(request, WebhookEndpoint.objects.filter(id=delivery.endpoint_id))
    return delivery


def access_membership(request: HttpRequest, membership_id: int) -> Membership:
    return _owned(request, Membership.objects.filter(id=membership_id))


def _owned(request: HttpRequest, rows: QuerySet[Row]) -> Row:
    """The one row: not there for other organizations, forbidden for members who are not owners."""
    row = rows.filter(organization__in=caller_organizations(request)).first()
    if row is None:
        raise NotVisible
    _check_owner(request, row.organization_id)
    return row


def check_may_connect(request: HttpRequest | Request, organization_id: int) -> None:
    """Where an organization's images are sent is its owners' business, and that of keys, which owners make.
    Raises Forbidden."""
    if not isinstance(getattr(request, "auth", None), ApiKey):
        _check_owner(request, organization_id)


def owns(request: HttpRequest | Request, organization_id: int) -> bool:
    return owned_organizations(request).filter(id=organization_id).exists()


def _check_owner(request: HttpRequest | Request, organization_id: int) -> None:
    if not owns(request, organization_id):
        raise Forbidden(_("Only an owner of the organization may do this."))

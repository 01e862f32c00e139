"""Pages of an organization: API keys, webhooks, members."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import OuterRef, Prefetch, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from annotator.errors import Forbidden, Invalid
from clients import access, keys, members, webhooks
from clients.forms import EndpointForm, InviteForm, KeyForm
from clients.models import ApiKey, Membership, WebhookDelivery, WebhookEndpoint

DELIVERIES_SHOWN = 20
KEYS_SHOWN = 200
MEMBERS_SHOWN = 500


@access.client_page
@require_http_methods(["GET", "POST"])
def key_list(request: HttpRequest) -> HttpResponse:
    owned = access.owned_organizations(request)
    form = KeyForm(request.POST or None, owned=owned)
    if request.method == "POST":
        check_owns_something(form)
        if form.is_valid():
            try:
                key, secret = keys.issue_key(
                    organization=form.chosen,
                    name=form.cleaned_data["name"],
                    expires_at=form.expires_at,
                    by=request.user if request.user.is_authenticated else None,
                    now=timezone.now(),
                )
            except Invalid as refusal:
                tell(form, refusal, {"expires_at": "expires_on"})
            else:
                # Not a redirect: the secret is in this one answer and nowhere else.
                return render(request, "portal/key_made.html", {"key": key, "secret": secret})
    rows = ApiKey.objects.filter(organization__in=access.caller_organizations(request))
    rows = rows.select_related("organization", "created_by").order_by("-id")[:KEYS_SHOWN]
    context = {"keys": rows, "form": form, "is_owner": bool(form.owned), "now": timezone.now()}
    return render(request, "portal/keys.html", context)


@access.client_page
@require_POST
def key_revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    key = access.access_key(request, key_id)
    keys.revoke_key(key=key, now=timezone.now())
    messages.success(request, _("The key “%(name)s” no longer works.") % {"name": key.name})
    return redirect("portal-keys")


@access.client_page
@require_http_methods(["GET", "POST"])
def webhook_list(request: HttpRequest) -> HttpResponse:
    form = EndpointForm(request.POST or None, owned=access.owned_organizations(request))
    if request.method == "POST":
        check_owns_something(form)
        if form.is_valid():
            try:
                endpoint = webhooks.add_endpoint(organization=form.chosen, url=form.cleaned_data["url"])
            except Invalid as refusal:
                tell(form, refusal, {})
            else:
                return render(request, "portal/webhook_made.html", {"endpoint": endpoint})
    latest = WebhookDelivery.objects.filter(endpoint=OuterRef("endpoint")).order_by("-id")
    newest = WebhookDelivery.objects.filter(id__in=Subquery(latest.values("id")[:DELIVERIES_SHOWN])).order_by(
        "-id"
    )
    rows = (
        WebhookEndpoint.objects.filter(organization__in=access.caller_organizations(request))
        .select_related("organization")
        .prefetch_related(Prefetch("deliveries", queryset=newest, to_attr="latest"))
        .order_by("id")
    )
    context = {
        "endpoints": rows,
        "form": form,
        "is_owner": bool(form.owned),
        "shown": DELIVERIES_SHOWN,
        "events": webhooks.EVENTS,
    }
    return render(request, "portal/webhooks.html", context)


@access.client_page
@require_POST
def webhook_change(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """`to` = on, off or removed."""
    endpoint = access.access_endpoint(request, endpoint_id)
    wanted = request.POST.get("to")
    if wanted == "removed":
        webhooks.remove_endpoint(endpoint=endpoint)
        messages.success(request, _("The webhook is removed."))
    elif wanted in {"on", "off"}:
        webhooks.switch_endpoint(endpoint=endpoint, on=wanted == "on")
    return redirect("portal-webhooks")


@access.client_page
@require_POST
def webhook_redeliver(request: HttpRequest, delivery_id: int) -> HttpResponse:
    delivery = access.access_delivery(request, delivery_id)
    webhooks.redeliver(delivery=delivery, now=timezone.now())
    messages.success(request, _("It will be sent again in a moment."))
    return redirect("portal-webhooks")


@access.client_page
@require_http_methods(["GET", "POST"])
def member_list(request: HttpRequest) -> HttpResponse:
    owned = access.owned_organizations(request)
    form = InviteForm(request.POST or None, owned=owned, initial={"language": get_language()})
    if request.method == "POST":
        check_owns_something(form)
        if form.is_valid():
            try:
                members.invite(
                    organization=form.chosen,
                    email=form.cleaned_data["email"],
                    name=form.cleaned_data["name"],
                    role=form.cleaned_data["role"],
                    language=form.cleaned_data["language"],
                    inviter=str(request.user),
                )
            except Invalid as refusal:
                tell(form, refusal, {})
            else:
                messages.success(
                    request, _("An invitation went to %(email)s.") % {"email": form.cleaned_data["email"]}
                )
                return redirect("portal-members")
    rows = Membership.objects.filter(organization__in=access.caller_organizations(request))
    rows = rows.select_related("organization", "person").order_by(
        "organization__name", "person__display_name"
    )
    context = {
        "memberships": rows[:MEMBERS_SHOWN],
        "form": form,
        "is_owner": bool(form.owned),
        "owned_ids": {organization.id for organization in form.owned},
    }
    return render(request, "portal/members.html", context)


@access.client_page
@require_POST
def member_change(request: HttpRequest, membership_id: int) -> HttpResponse:
    """`to` = owner, member or removed."""
    membership = access.access_membership(request, membership_id)
    wanted = request.POST.get("to", "")
    if wanted == "removed":
        members.remove(membership=membership)
        messages.success(request, _("The person no longer belongs to the organization."))
    elif wanted in Membership.Role.values:
        members.change_role(membership=membership, role=wanted)
    return redirect("portal-members")


def check_owns_something(form: KeyForm | EndpointForm | InviteForm) -> None:
    if not form.owned:
        raise Forbidden(_("Only an owner of the organization may do this."))


def tell(form: forms.Form, refusal: Invalid, names: dict[str, str]) -> None:
    """Puts the faults that a duty found beside the fields that caused them."""
    for fault in refusal.extra.get("errors", []):
        where = names.get(fault["where"], fault["where"])
        form.add_error(where if where in form.fields else None, str(fault["detail"]))

"""Telling clients what happened: an outbox of deliveries, each signed and tried until it is accepted.

`enqueue` writes rows in the caller's own transaction, so an event is told if and only if it happened.
A worker takes due rows, moves their next attempt beyond its own time limit (so that a killed worker
loses nothing) and sends outside any transaction. A receiver may therefore hear of one delivery twice,
and tells repeats by the `Labelmill-Delivery` header.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict, Invalid
from clients.models import Organization, WebhookDelivery, WebhookEndpoint
from clients.outbound import Refused, Unreachable, check_url, post

EVENTS = ("batch.ingested", "batch.complete", "release.ready")
MAX_ENDPOINTS = 10
ROUND = 16
SECONDS = 10.0
# Taken rows are due again after this, in case their worker dies with them.
TAKEN = timedelta(seconds=6 * SECONDS)
# Waits after the first, second ... refusal; about a day in all.
BACKOFF = [timedelta(minutes=m) for m in (0.5, 2, 10, 30, 60, 180, 360, 720)]
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Outcome:
    delivered: bool
    error: str = ""
    final: bool = False


def enqueue(*, organization: Organization | int, event: str, payload: dict[str, Any]) -> int:
    """Note an event for every active endpoint of the organization; returns how many will be told.

    Call it inside the transaction that makes the event true."""
    assert event in EVENTS
    endpoints = WebhookEndpoint.objects.filter(organization=organization, is_active=True)
    rows = [WebhookDelivery(endpoint=endpoint, event=event, payload=payload) for endpoint in endpoints]
    return len(WebhookDelivery.objects.bulk_create(rows))


def add_endpoint(*, organization: Organization, url: str) -> WebhookEndpoint:
    """A new address to tell; its secret is shown to the client once. Raises Invalid."""
    try:
        check_url(url, allow_private=settings.WEBHOOK_ALLOW_PRIVATE)
    except Refused as refusal:
        raise Invalid(
            errors=[{"where": "url", "code": "refused", "detail": gettext(str(refusal))}]
        ) from refusal
    with transaction.atomic():
        Organization.objects.select_for_update().get(id=organization.id)
        if organization.webhook_endpoints.count() >= MAX_ENDPOINTS:
            raise Conflict(_("This organization has as many webhooks as it may have."))
        secret = f"whsec_{secrets.token_urlsafe(32)}"
        return WebhookEndpoint.objects.create(organization=organization, url=url, secret=secret)


def switch_endpoint(*, endpoint: WebhookEndpoint, on: bool) -> None:
    """An endpoint that is off is told nothing, and what waits for it keeps waiting."""
    WebhookEndpoint.objects.filter(id=endpoint.id).update(is_active=on)


def remove_endpoint(*, endpoint: WebhookEndpoint) -> None:
    """Gone with its deliveries, those that wait too."""
    endpoint.delete()


def redeliver(*, delivery: WebhookDelivery, now: datetime) -> None:
    """Send a delivery that has ended once more, from the first attempt on."""
    changed = (
        WebhookDelivery.objects.filter(id=delivery.id)
        .exclude(state=WebhookDelivery.State.PENDING)
        .update(
            state=WebhookDelivery.State.PENDING,
            attempts=0,
            next_attempt_at=now,
            delivered_at=None,
            last_error="",
        )
    )
    if not changed:
        raise Conflict(_("This delivery is still waiting to be sent."))


def sign(*, secret: str, timestamp: int, body: bytes) -> str:
    """`t=<Unix seconds>,v1=<hex>`: HMAC-SHA256 over "<t>.<body>". The time makes a replay visible."""
    mac = hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256)
    return f"t={timestamp},v1={mac.hexdigest()}"


def body_of(delivery: WebhookDelivery) -> bytes:
    """The same bytes at every attempt."""
    document = {
        "id": delivery.id,
        "event": delivery.event,
        "created_at": delivery.created_at.isoformat(),
        "data": delivery.payload,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def deliver_due(*, now: datetime) -> int:
    """Send one round of what is due; returns how many deliveries were tried."""
    taken = _take(now=now)
    if not taken:
        return 0
    with ThreadPoolExecutor(max_workers=len(taken)) as pool:
        # The threads speak to the network alone; rows are read before and written after.
        outcomes = list(pool.map(lambda delivery: _send(delivery, now=now), taken))
    for delivery, outcome in zip(taken, outcomes, strict=True):
        _record(delivery, outcome=outcome, now=now, jitter=random.uniform(0.8, 1.2))
    return len(taken)


def forget_old(*, now: datetime) -> int:
    """Remove what ended long ago; the outbox is not an archive."""
    ended = WebhookDelivery.objects.exclude(state=WebhookDelivery.State.PENDING)
    return ended.filter(created_at__lt=now - KEPT).delete()[0]


def _take(*, now: datetime) -> list[WebhookDelivery]:
    with transaction.atomic():
        due = WebhookDelivery.objects.filter(
            state=WebhookDelivery.State.PENDING, next_attempt_at__lte=now, endpoint__is_active=True
        )
        rows = list(
            due.select_related("endpoint")
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("next_attempt_at")[:ROUND]
        )
        for row in rows:
            row.attempts += 1
            row.next_attempt_at = now + TAKEN
        WebhookDelivery.objects.bulk_update(rows, ["attempts", "next_attempt_at"])
    return rows


def _send(delivery: WebhookDelivery, *, now: datetime) -> Outcome:
    body = body_of(delivery)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Labelmill-Webhook/1",
        "Labelmill-Event": delivery.event,
        "Labelmill-Delivery": str(delivery.id),
        "Labelmill-Signature": sign(
            secret=delivery.endpoint.secret, timestamp=int(now.timestamp()), body=body
        ),
    }
    try:
        status = post(
            delivery.endpoint.url,
            body=body,
            headers=headers,
            seconds=SECONDS,
            allow_private=settings.WEBHOOK_ALLOW_PRIVATE,
        )
    except Refused as refusal:
        return Outcome(delivered=False, error=str(refusal), final=True)
    except Unreachable as failure:
        return Outcome(delivered=False, error=str(failure))
    if 200 <= status < 300:
        return Outcome(delivered=True)
    return Outcome(delivered=False, error=f"HTTP {status}", final=status == 410)


def _record(delivery: WebhookDelivery, *, outcome: Outcome, now: datetime, jitter: float) -> None:
    """Write how an attempt ended, unless a later attempt has been taken meanwhile."""
    mine = WebhookDelivery.objects.filter(
        id=delivery.id, state=WebhookDelivery.State.PENDING, attempts=delivery.attempts
    )
    if outcome.delivered:
        mine.update(state=WebhookDelivery.State.DELIVERED, delivered_at=now, last_error="")
        return
    error = outcome.error[:300]
    if outcome.final or delivery.attempts > len(BACKOFF):
        mine.update(state=WebhookDelivery.State.FAILED, last_error=error)
        return
    again = now + BACKOFF[delivery.attempts - 1] * jitter
    mine.update(next_attempt_at=again, last_error=error)
    # An endpoint that just failed need not be asked by its other deliveries before its time,
    # or a dead one would fill every round.
    WebhookDelivery.objects.filter(
        endpoint=delivery.endpoint_id, state=WebhookDelivery.State.PENDING, next_attempt_at__lt=again
    ).update(next_attempt_at=again)

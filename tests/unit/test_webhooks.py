"""The outbox of webhooks: told once the event is true, signed, tried again, given up."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from annotator.errors import Conflict, Invalid
from clients import webhooks
from clients.jobs import deliver_webhooks
from clients.models import WebhookDelivery, WebhookEndpoint
from tests.cast import Cast

State = WebhookDelivery.State
NOW = datetime(2030, 1, 1, tzinfo=UTC)


class Receiver:
    """A real receiver on this machine that keeps what it was told."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    one = Receiver()
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture
def endpoint(cast: Cast, receiver: Receiver) -> WebhookEndpoint:
    return webhooks.add_endpoint(organization=cast.mill, url=receiver.url)


def tell(cast: Cast, **payload: Any) -> WebhookDelivery:
    assert webhooks.enqueue(organization=cast.mill, event="batch.complete", payload=payload) == 1
    return WebhookDelivery.objects.latest("id")


def test_an_event_is_delivered_with_a_signature_that_holds(
    cast: Cast, receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    delivery = tell(cast, batch=7, name="第一批")
    deliver_webhooks()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.DELIVERED, 1)
    [(headers, body)] = receiver.got
    assert json.loads(body)["data"] == {"batch": 7, "name": "第一批"}
    assert json.loads(body)["event"] == headers["Labelmill-Event"] == "batch.complete"
    assert json.loads(body)["id"] == int(headers["Labelmill-Delivery"]) == delivery.id
    timestamp, mac = (part.split("=")[1] for part in headers["Labelmill-Signature"].split(","))
    expected = hmac.new(endpoint.secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    assert hmac.compare_digest(mac, expected.hexdigest())


def test_an_event_that_did_not_happen_is_not_told(cast: Cast, endpoint: WebhookEndpoint) -> None:
    with transaction.atomic():
        tell(cast)
        transaction.set_rollback(True)
    assert not WebhookDelivery.objects.exists()


def test_another_organization_hears_nothing(cast: Cast, endpoint: WebhookEndpoint) -> None:
    assert webhooks.enqueue(organization=cast.rival, event="batch.complete", payload={}) == 0


def test_an_endpoint_switched_off_hears_nothing(cast: Cast, endpoint: WebhookEndpoint) -> None:
    WebhookEndpoint.objects.update(is_active=False)
    assert webhooks.enqueue(organization=cast.mill, event="batch.complete", payload={}) == 0


def test_a_refusal_is_tried_again_later_and_later_and_then_given_up(
    cast: Cast, receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    receiver.status = 503
    delivery = tell(cast)
    now, waits = NOW, []
    while delivery.state == State.PENDING:
        assert webhooks.deliver_due(now=now) == 1
        delivery.refresh_from_db()
        waits.append(delivery.next_attempt_at - now)
        assert webhooks.deliver_due(now=delivery.next_attempt_at - timedelta(seconds=1)) == 0
        now = delivery.next_attempt_at
    assert delivery.state == State.FAILED
    assert delivery.last_error == "HTTP 503"
    assert len(receiver.got) == delivery.attempts == len(webhooks.BACKOFF) + 1
    assert waits[:-1] == sorted(waits[:-1])
    # The same words each time, so that a receiver can tell a repeat.
    assert len({body for _, body in receiver.got}) == 1


def test_a_receiver_that_recovers_is_told_then(
    cast: Cast, receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    receiver.status = 500
    delivery = tell(cast)
    webhooks.deliver_due(now=NOW)
    receiver.status = 204
    webhooks.deliver_due(now=NOW + timedelta(minutes=5))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == (State.DELIVERED, "")


def test_gone_for_good_is_believed(cast: Cast, receiver: Receiver, endpoint: WebhookEndpoint) -> None:
    receiver.status = 410
    delivery = tell(cast)
    webhooks.deliver_due(now=NOW)
    delivery.refresh_from_db()
    assert delivery.state == State.FAILED


def test_a_delivery_whose_worker_died_is_sent_by_the_next(
    cast: Cast, receiver: Receiver, endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = tell(cast)
    with monkeypatch.context() as dying:
        dying.setattr(webhooks, "_send", lambda *args, **kwargs: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            webhooks.deliver_due(now=NOW)
    assert webhooks.deliver_due(now=NOW + timedelta(seconds=1)) == 0
    assert webhooks.deliver_due(now=NOW + webhooks.TAKEN) == 1
    delivery.refresh_from_db()
    assert (delivery.state, len(receiver.got)) == (State.DELIVERED, 1)


def test_a_dead_endpoint_does_not_keep_the_others_waiting(
    cast: Cast, receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    WebhookEndpoint.objects.create(organization=cast.rival, url="http://127.0.0.1:9/", secret="s")
    for _ in range(webhooks.ROUND * 3):
        webhooks.enqueue(organization=cast.rival, event="batch.complete", payload={})
    WebhookDelivery.objects.update(next_attempt_at=NOW - timedelta(days=1))
    tell(cast)
    assert webhooks.deliver_due(now=NOW) == webhooks.ROUND
    webhooks.deliver_due(now=NOW)
    assert len(receiver.got) == 1


def test_a_delivery_that_ended_can_be_sent_again_and_a_waiting_one_not(
    cast: Cast, receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    delivery = tell(cast)
    with pytest.raises(Conflict):
        webhooks.redeliver(delivery=delivery, now=NOW)
    webhooks.deliver_due(now=NOW)
    webhooks.redeliver(delivery=delivery, now=NOW)
    webhooks.deliver_due(now=NOW)
    assert len(receiver.got) == 2


def test_an_address_inside_our_network_is_refused_at_once(cast: Cast, settings: Any) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    with pytest.raises(Invalid):
        webhooks.add_endpoint(organization=cast.mill, url="http://169.254.169.254/latest/")


def test_an_endpoint_that_slipped_in_is_refused_when_sending(
    cast: Cast, receiver: Receiver, endpoint: WebhookEndpoint, settings: Any
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    delivery = tell(cast)
    webhooks.deliver_due(now=NOW)
    delivery.refresh_from_db()
    assert (delivery.state, receiver.got) == (State.FAILED, [])


def test_an_organization_has_so_many_endpoints_and_no_more(cast: Cast, settings: Any) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    for number in range(webhooks.MAX_ENDPOINTS):
        webhooks.add_endpoint(organization=cast.mill, url=f"http://127.0.0.1:{9000 + number}/")
    with pytest.raises(Conflict):
        webhooks.add_endpoint(organization=cast.mill, url="http://127.0.0.1:9999/")


def test_what_ended_long_ago_is_forgotten(cast: Cast, receiver: Receiver, endpoint: WebhookEndpoint) -> None:
    tell(cast)
    webhooks.deliver_due(now=NOW)
    tell(cast)
    assert webhooks.forget_old(now=NOW + webhooks.KEPT + timedelta(days=1)) == 1
    assert WebhookDelivery.objects.get().state == State.PENDING

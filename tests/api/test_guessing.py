"""Guessing at many names, a few PINs each, is bounded; a village behind one address goes on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import F
from django.test import Client, RequestFactory, override_settings

from tests.cast import Cast
from tests.factories import PIN
from workers import guesses
from workers.auth import forget_old
from workers.models import Guesses

WRONG = "864201"
VILLAGE = "203.0.113.7"


def attempt(client: Client, username: str, secret: str, address: str = VILLAGE) -> Any:
    return client.post("/sign-in", {"username": username, "password": secret}, REMOTE_ADDR=address)


def guess_at_many(client: Client, count: int = guesses.MOST) -> None:
    for n in range(count):
        assert attempt(client, f"name{n}", WRONG).status_code == 422


def test_a_network_that_guesses_at_many_names_is_held_up(cast: Cast) -> None:
    guess_at_many(Client())
    held_up = attempt(Client(), "an", PIN)
    assert held_up.status_code == 429
    assert held_up["Retry-After"] == "60"
    assert "从这里输错的次数太多" in held_up.text


def test_other_networks_are_not(cast: Cast) -> None:
    guess_at_many(Client())
    assert attempt(Client(), "an", PIN, "203.0.113.8").status_code == 302


def test_computers_at_which_somebody_has_signed_in_go_on(cast: Cast) -> None:
    known = Client()
    attempt(known, "an", PIN)
    known.post("/sign-out")
    guess_at_many(Client())
    assert attempt(known, "bo", WRONG).status_code == 422
    assert attempt(known, "bo", PIN).status_code == 302


def test_signing_in_counts_for_nothing(cast: Cast) -> None:
    for _ in range(guesses.MOST + 5):
        assert attempt(Client(), "an", PIN).status_code == 302


def test_a_person_has_one_measure_on_however_many_computers(cast: Cast) -> None:
    first, second = Client(), Client()
    for client in (first, second):
        attempt(client, "an", PIN)
        client.post("/sign-out")
    guess_at_many(first)
    assert attempt(second, "bo", PIN).status_code == 429


def test_a_forged_device_is_an_unknown_one(cast: Cast) -> None:
    forged = Client()
    forged.cookies[guesses.COOKIE] = f"{cast.an.id}:1abcde:forged"
    guess_at_many(Client())
    assert attempt(forged, "an", PIN).status_code == 429


def test_a_minute_later_there_is_one_more(cast: Cast) -> None:
    guess_at_many(Client())
    Guesses.objects.update(at=F("at") - timedelta(seconds=guesses.SECONDS_EACH + 1))
    assert attempt(Client(), "nobody", WRONG).status_code == 422
    assert attempt(Client(), "nobody", WRONG).status_code == 429


def test_places_are_forgotten_when_all_has_come_back(cast: Cast) -> None:
    guess_at_many(Client(), 2)
    row = Guesses.objects.get()
    forget_old(now=row.at)
    assert Guesses.objects.exists()
    Guesses.objects.update(at=F("at") - timedelta(seconds=guesses.MOST * guesses.SECONDS_EACH + 1))
    forget_old(now=row.at)
    assert not Guesses.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_guesses_at_one_moment_no_more_are_tried() -> None:
    def take(_n: int) -> bool:
        try:
            return guesses.take("198.51.100.1")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(guesses.MOST + 20))) == guesses.MOST
    connection.close()


@pytest.mark.parametrize(
    ("address", "forwarded", "network"),
    [
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "198.51.100.9", "10.1.2.3"),  # anybody may write this where there is no proxy
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ("", "", "unknown"),
    ],
)
def test_the_network_is_the_address_that_asks(address: str, forwarded: str, network: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=address, HTTP_X_FORWARDED_FOR=forwarded)
    assert guesses.network_of(request) == network


@pytest.mark.parametrize(
    ("forwarded", "network"), [("198.51.100.9", "198.51.100.9"), ("1.1.1.1, 198.51.100.9", "198.51.100.9")]
)
@override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"))
def test_behind_the_proxy_it_is_what_the_proxy_saw(forwarded: str, network: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="172.18.0.2", HTTP_X_FORWARDED_FOR=forwarded)
    assert guesses.network_of(request) == network

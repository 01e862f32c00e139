"""A volley of guesses at one PIN. The control shows that counting alone does not stop it."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import pytest
from django.test import Client

from tests.factories import make_person
from tests.race.crowd import all_at_once
from workers.models import Person

pytestmark = pytest.mark.django_db(transaction=True)
GUESSES = 10


def guess(n: int) -> int:
    return Client().post("/sign-in", {"username": "an", "password": f"00000{n}"}).status_code


def test_guesses_at_one_moment_are_no_more_than_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    make_person(username="an")
    tried: list[str] = []
    check = Person.check_password

    def counted(self: Person, pin: str) -> bool:
        tried.append(pin)
        return check(self, pin)

    monkeypatch.setattr(Person, "check_password", counted)
    statuses = all_at_once(guess, range(GUESSES))
    assert len(tried) == 5
    assert sorted(statuses) == [422] * 4 + [429] * (GUESSES - 4)


def test_control_without_taking_turns_all_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    make_person(username="an")
    together = threading.Barrier(GUESSES)
    monkeypatch.setattr("workers.forms.one_try_at_a_time", lambda username: nullcontext())
    monkeypatch.setattr(Person, "check_password", lambda self, pin: together.wait(timeout=60) < 0)
    all_at_once(guess, range(GUESSES))
    assert not together.broken, "all of them were checked at one moment"

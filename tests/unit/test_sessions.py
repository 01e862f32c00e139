"""Who asks is read anew at each request: what ends a session ends it at the next one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.api.clients import signed_in
from tests.cast import Cast
from workers import sessions
from workers.models import Person
from workers.sessions import SessionStore


@pytest.fixture
def an(cast: Cast) -> Client:
    client = signed_in(cast.an)
    assert is_in(client)
    return client


def is_in(client: Client) -> bool:
    return client.get("/desk/boot").status_code == 200


def test_a_person_who_may_not_any_more_is_out(an: Client, cast: Cast) -> None:
    Person.objects.filter(id=cast.an.id).update(is_active=False)
    assert not is_in(an)


def test_a_new_pin_ends_the_sessions_of_the_old_one(an: Client, cast: Cast) -> None:
    cast.an.set_password("135792")
    cast.an.save()
    assert not is_in(an)


def test_a_session_whose_time_is_over_is_none(an: Client) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not is_in(an)


def test_signing_out_ends_the_session_for_whoever_kept_its_cookie(an: Client) -> None:
    thief = Client()
    thief.cookies["sessionid"] = an.cookies["sessionid"].value
    assert is_in(thief)
    an.post("/sign-out")
    assert not is_in(thief)


def test_what_nobody_signed_is_no_session(an: Client) -> None:
    Session.objects.update(session_data=F("session_key"))
    assert not is_in(an)


def test_a_role_that_has_changed_counts_at_once(an: Client, cast: Cast) -> None:
    Person.objects.filter(id=cast.an.id).update(role="reviewer")
    assert an.get("/desk/boot").status_code == 403


def test_who_asks_is_brought_along_with_the_session(an: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert is_in(an)
    assert len([query for query in queries if "workers_person" in query["sql"]]) == 1
    assert "django_session" in queries[0]["sql"]


def test_another_person_brought_along_is_nobody(an: Client, cast: Cast) -> None:
    """What a process remembers of a session is a guess: the session says whose it is."""
    key = an.cookies["sessionid"].value
    sessions._owners[key] = cast.bo.id
    assert an.get("/desk/boot").json()["person"]["id"] == cast.an.id
    assert an.get("/desk/boot").json()["person"]["id"] == cast.an.id


@pytest.mark.parametrize("key", ["", "x" * 32, "' OR 1=1 --", "\x00" * 32, "é" * 32])
def test_a_key_of_no_session_is_none(db: None, key: str) -> None:
    assert SessionStore(key).load() == {}


@pytest.mark.parametrize("key", ["x" * 40, "%00" * 32, "a\x00b" * 10, "..."])
def test_an_odd_cookie_is_no_fault(db: None, key: str) -> None:
    client = Client()
    client.cookies["sessionid"] = key
    assert client.get("/desk/boot").status_code == 401

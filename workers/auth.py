"""Signing in and out: who is meant by a name, where they go, and when a name is locked.

The lock-out itself is django-axes', counted by login name: a whole site shares one address.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from workers import guesses
from workers.models import Person, Role
from workers.sessions import SessionStore

_LOCK_SPACE = 7_310  # the first half of our advisory locks' numbers; the second is the name
HOMES: dict[str, str] = {
    Role.ANNOTATOR: "/desk/",
    Role.REVIEWER: "/review/",
    Role.SUPERVISOR: "/floor/",
    Role.CLIENT: "/portal/",
    Role.OPERATOR: "/admin/",
}


def login_name(*, given: str) -> str:
    """The login name meant by what somebody typed: a login name, or an e-mail that only one person has.

    Whatever matches nobody comes back as typed, so that wrong names are counted and locked like real
    ones and nobody learns from the answer which exist.
    """
    name = given.strip().lower()
    if "@" in name and not Person.objects.filter(username=name).exists():
        people = Person.objects.filter(email__iexact=name, is_active=True)
        found = list(people.values_list("username", flat=True)[:2])
        if len(found) == 1:
            return found[0]
    return name


def home_of(person: Person) -> str:
    return HOMES[person.role]


def way_in(*, person: Person, wanted: str, host: str, secure: bool) -> str:
    """Where to go after signing in: the page asked for, if it is ours and not another role's ground.

    On a shared PC the page asked for may be that of the person before.
    """
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={host}, require_https=secure)
    home = home_of(person)
    foreign = any(wanted.startswith(other) for other in HOMES.values() if other != home)
    return wanted if ours and not foreign else home


@contextmanager
def one_try_at_a_time(*, username: str) -> Iterator[None]:
    """Tries of one name wait for one another: of a volley of guesses sent at one moment, all would be
    checked before the first was counted."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_SPACE, username])
        yield


def locked_until(*, username: str, now: datetime) -> datetime | None:
    """When the name may be tried again; None if it may be now. Failures fall out of the window one by one."""
    window: timedelta = get_cool_off() or timedelta()
    attempts = AccessAttempt.objects.filter(username=username, attempt_time__gte=now - window)
    counted: list[tuple[datetime, int]] = list(
        attempts.order_by("attempt_time").values_list("attempt_time", "failures_since_start")
    )
    total = sum(failures for _, failures in counted)
    for at, failures in counted:
        if total >= settings.AXES_FAILURE_LIMIT > total - failures:
            return at + window
        total -= failures
    return None


def unlock(*, username: str) -> None:
    """Forgets wrong tries: for a supervisor who has reset a PIN, and for a password set by e-mail."""
    AxesProxyHandler.reset_attempts(username=username)


def forget_old(*, now: datetime) -> None:
    """Tries that count no more and sessions that have ended: strangers may add rows, so rows must end."""
    window: timedelta = get_cool_off() or timedelta()
    AccessAttempt.objects.filter(attempt_time__lt=now - window).delete()
    SessionStore.clear_expired()
    guesses.forget_old()


def locked_out(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any]) -> HttpResponse:
    """The page instead of the sign-in form, called by django-axes."""
    now = timezone.now()
    until = locked_until(username=str(credentials.get("username", "")), now=now) or now
    seconds = max(int((until - now).total_seconds()), 1)
    page = render(request, "sign_in/locked.html", {"minutes": -(-seconds // 60)}, status=429)
    page["Retry-After"] = str(seconds)
    return page

"""How often somebody may guess at names and PINs, whatever the names: a bound for each place of guessing.

The lock-out counts by name, so without this one computer could try a few PINs of every name. A place is the
device, where somebody has signed in before, and otherwise the network. Only failures count. So a stranger in
a village behind one address does not lock it out: its own computers are known, each by whoever signed in
there last; only a new one has to wait.
"""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from workers.models import Person

COOKIE, COOKIE_PATH, COOKIE_AGE = "device", "/sign-in", timedelta(days=365)
# So many failures at one moment, and so many seconds until one more may follow.
MOST, SECONDS_EACH = 30, 60
_signer = TimestampSigner(salt="workers.guesses")

# Takes one guess, if there is one: guesses sent at one moment wait for one another at the row.
_TAKE = """
INSERT INTO workers_guesses AS g (place, failures, at) VALUES (%(place)s, 1, now())
ON CONFLICT (place) DO UPDATE SET
    failures = GREATEST(0, g.failures - EXTRACT(EPOCH FROM now() - g.at) / %(each)s) + 1, at = now()
WHERE g.failures - EXTRACT(EPOCH FROM now() - g.at) / %(each)s <= %(most)s - 1
RETURNING place
"""
_GIVE_BACK = "UPDATE workers_guesses SET failures = GREATEST(0, failures - 1) WHERE place = %s"
_FORGET = "DELETE FROM workers_guesses WHERE at < now() - make_interval(secs => %s)"


def take(place: str) -> bool:
    """Count a guess before it is tried; False: there are none left just now."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"place": place, "most": MOST, "each": SECONDS_EACH})
        return cursor.fetchone() is not None


def give_back(place: str) -> None:
    """It was no guess: the PIN was right."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [place])


def place_of(request: HttpRequest) -> str:
    """Where the request comes from, as it is counted: "person 7" (who signed in there last), "10.1.2.3"."""
    try:
        person = _signer.unsign(request.COOKIES.get(COOKIE, ""), max_age=COOKIE_AGE)
    except BadSignature:
        return network_of(request)
    return f"person {person}"


def network_of(request: HttpRequest) -> str:
    """The address; of IPv6 the half that a household has. Behind the proxy, what the proxy saw."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        address = request.META.get("HTTP_X_FORWARDED_FOR", address).rpartition(",")[2].strip()
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    return str(parsed if parsed.version == 4 else ip_network((int(parsed), 64), strict=False))


def know_device(response: HttpResponseBase, *, person: Person) -> None:
    """The device is one of ours from now on, vouched for by whoever has just signed in.

    Whose guesses are counted is the person, not the cookie: signing in a hundred times gives no more.
    """
    response.set_cookie(
        COOKIE,
        _signer.sign(str(person.id)),
        max_age=COOKIE_AGE,
        path=COOKIE_PATH,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def forget_old() -> None:
    """Places whose guesses have all come back."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [MOST * SECONDS_EACH])

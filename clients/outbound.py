"""Requests to addresses that clients choose, kept away from our own network.

The name is resolved once, every address it has is judged, and the connection goes to a judged address:
a name that answers differently a moment later (DNS rebinding) changes nothing. Redirects are not
followed, of the answer's body a bounded part is read or none, and one deadline covers the whole exchange.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpcore
from django.utils.translation import gettext_noop as _

PORTS = {80, 443, 8080, 8443}
# What clouds answer credentials at, and Python 3.11 takes for public.
_METADATA = [ipaddress.ip_network("168.63.129.16/32"), ipaddress.ip_network("192.0.0.0/24")]
# All of IPv6 that is handed out to the internet. Elsewhere lie tunnels with an IPv4 address inside
# (64:ff9b::/96, ::/96), site-local networks and what nobody has a use for yet.
_HANDED_OUT = ipaddress.ip_network("2000::/3")


class Refused(Exception):
    """The address is not one that a client may name; the text says why (English, translated when shown)."""


class Unreachable(Exception):
    """Nobody answered properly in time; the text says what happened."""


def check_url(url: str, *, allow_private: bool) -> None:
    """Refuse what can be seen to be wrong without asking the network. Raises Refused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(_("The address is not a proper URL.")) from error
    if not url.isascii():  # other letters are to be percent-encoded, in names as xn--
        raise Refused(_("The address is not a proper URL."))
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Refused(_("Only http:// and https:// addresses can be called."))
    if parts.username is not None or parts.password is not None:
        raise Refused(_("Leave name and password out of the address."))
    if any(ord(letter) <= 32 or ord(letter) == 127 for letter in url):
        raise Refused(_("The address has blanks or control characters."))
    if not allow_private and port is not None and port not in PORTS:
        raise Refused(_("Use port 80, 443, 8080 or 8443."))
    try:
        literal = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return
    if not allow_private and not is_public(literal):
        raise Refused(_("This address belongs to a private network."))


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is out in the open internet, seen through every way of wrapping it."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None or address not in _HANDED_OUT:
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not any(address in network for network in _METADATA)
    )


def resolve(host: str, port: int, *, allow_private: bool) -> str:
    """One address of the host to connect to. A host with any address of a private network is refused."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(_("The name in the address is not known.")) from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not allow_private and not all(is_public(ipaddress.ip_address(one)) for one in addresses):
        raise Refused(_("This name leads into a private network."))
    return addresses[0]


class _Stream(httpcore.NetworkStream):
    """A stream under one deadline, so that an answer that trickles cannot hold a worker."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("no full answer in time")
        return left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._left()), self._deadline)

    def get_extra_info(self, info: str) -> typing.Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, *, allow_private: bool, deadline: float) -> None:
        self._allow_private, self._deadline = allow_private, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[typing.Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = resolve(host, port, allow_private=self._allow_private)
        left = max(self._deadline - time.monotonic(), 0.1)
        inner = httpcore.SyncBackend().connect_tcp(address, port, left, None, socket_options)
        return _Stream(inner, self._deadline)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


def post(url: str, *, body: bytes, headers: Mapping[str, str], seconds: float, allow_private: bool) -> int:
    """Send one POST; returns the status. Raises Refused or Unreachable."""
    return ask(
        url, body=body, headers=headers, seconds=seconds, allow_private=allow_private, most_bytes=0
    ).status


def ask(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    seconds: float,
    allow_private: bool,
    most_bytes: int,
) -> Answer:
    """Send one POST and read the answer's body, of so many bytes at most; none of it is read for 0.

    Raises Refused or Unreachable.
    """
    check_url(url, allow_private=allow_private)
    tls = ssl.create_default_context()
    backend = _Backend(allow_private=allow_private, deadline=time.monotonic() + seconds)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=tls, network_backend=backend) as pool,
            pool.stream("POST", url, content=body, headers=list(headers.items())) as answer,
        ):
            return Answer(answer.status, _read(answer, most_bytes) if most_bytes else b"")
    except (httpcore.TimeoutException, TimeoutError) as error:
        raise Unreachable(_("No answer in time.")) from error
    except httpcore.ConnectError as error:
        # The pool drops the cause; OpenSSL's own text is what is left of it.
        tls_fault = "[SSL" in str(error)
        words = (
            _("The certificate of this address does not hold.") if tls_fault else _("Nobody answers there.")
        )
        raise Unreachable(words) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise Unreachable(str(error)[:200] or type(error).__name__) from error


def _read(answer: httpcore.Response, most_bytes: int) -> bytes:
    found = bytearray()
    for part in answer.iter_stream():
        found += part
        if len(found) > most_bytes:
            raise Unreachable(_("The answer is too large."))
    return bytes(found)

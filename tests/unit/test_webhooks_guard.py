"""Which addresses a client may have called, and that none leads into our own network."""

from __future__ import annotations

import http.server
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from clients.outbound import Refused, Unreachable, check_url, is_public, post, resolve

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "2002:7f00:0001::",
    "64:ff9b::7f00:1",
    "::127.0.0.1",
    "::a9fe:a9fe",
    "fec0::1",
    "5f00::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_no_public_network_is_seen_through(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111"])
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "https://",
        "https://ada:secret@example.com/",
        "https://example.com:22/",
        "https://example.com:70000/",
        "https://exa mple.com/",
        "https://example.com/\r\nX-Evil: 1",
        "https://例え.jp/",
        "https://example.com/größe",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/",
    ],
)
def test_a_url_that_is_visibly_wrong_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        check_url(url, allow_private=False)


def _names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[int]:
    """Makes the resolver give these answers one after the other; returns the count of questions."""
    asked = [0]

    def getaddrinfo(host: str, port: int, **_: object) -> list[object]:
        addresses = answers[min(asked[0], len(answers) - 1)]
        asked[0] += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr("clients.outbound.socket.getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.7"])
def test_a_name_of_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    _names(monkeypatch, [address])
    with pytest.raises(Refused):
        post("http://innocent.example/", body=b"", headers={}, seconds=2, allow_private=False)


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    _names(monkeypatch, ["1.1.1.1", "10.0.0.7"])
    with pytest.raises(Refused):
        resolve("innocent.example", 443, allow_private=False)


def test_a_rebound_name_is_not_asked_a_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _names(monkeypatch, ["203.0.113.9"], ["127.0.0.1"])
    reached: list[str] = []

    def connect(self: object, host: str, *args: object, **kwargs: object) -> None:
        reached.append(host)
        raise OSError("stop here")

    monkeypatch.setattr("clients.outbound.httpcore.SyncBackend.connect_tcp", connect)
    monkeypatch.setattr("clients.outbound.is_public", lambda address: str(address) != "127.0.0.1")
    with pytest.raises(Unreachable):
        post("http://rebinding.example/", body=b"", headers={}, seconds=2, allow_private=False)
    assert (asked[0], reached) == (1, ["203.0.113.9"])


class _Tricks(http.server.BaseHTTPRequestHandler):
    seen: list[str]

    def do_POST(self) -> None:
        self.seen.append(self.path)
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/redirect":
            self.send_response(307)
            self.send_header("Location", "/secret")
            self.end_headers()
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 65536)
            except OSError:
                return
        elif self.path == "/trickle":
            try:
                for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"y" * 1000:
                    self.wfile.write(bytes([letter]))
                    self.wfile.flush()
                    time.sleep(0.1)
            except OSError:
                return

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def tricks() -> Iterator[tuple[str, list[str]]]:
    seen: list[str] = []
    handler = type("Handler", (_Tricks,), {"seen": seen})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", seen
    server.shutdown()
    server.server_close()


def test_a_redirect_is_an_answer_and_not_a_way(tricks: tuple[str, list[str]]) -> None:
    base, seen = tricks
    assert post(f"{base}/redirect", body=b"{}", headers={}, seconds=5, allow_private=True) == 307
    assert seen == ["/redirect"]


def test_an_endless_answer_is_not_read(tricks: tuple[str, list[str]]) -> None:
    base, _ = tricks
    start = time.monotonic()
    assert post(f"{base}/endless", body=b"{}", headers={}, seconds=30, allow_private=True) == 200
    assert time.monotonic() - start < 15


def test_an_answer_that_trickles_meets_the_deadline(tricks: tuple[str, list[str]]) -> None:
    base, _ = tricks
    start = time.monotonic()
    with pytest.raises(Unreachable, match="in time"):
        post(f"{base}/trickle", body=b"{}", headers={}, seconds=1, allow_private=True)
    assert time.monotonic() - start < 15  # all of it takes a hundred seconds


def test_an_address_that_has_no_good_certificate_is_told_from_an_empty_one(
    tricks: tuple[str, list[str]],
) -> None:
    base, _ = tricks
    with pytest.raises(Unreachable, match="certificate"):
        post(base.replace("http:", "https:"), body=b"{}", headers={}, seconds=5, allow_private=True)


def test_nobody_at_the_address_is_unreachable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(Unreachable, match="Nobody"):
            post(f"http://127.0.0.1:{port}/", body=b"", headers={}, seconds=2, allow_private=True)

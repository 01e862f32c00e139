"""The line between a browser and the server, which a test can pull out and put back, or make a bad one."""

from __future__ import annotations

import random
import re
import select
import socket
import socketserver
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import Enum
from itertools import cycle
from threading import Lock, Thread
from typing import TypeVar
from urllib.parse import urlsplit

CHUNK = 65536  # bytes
REQUEST = re.compile(rb"(?:GET|POST) (\S+) HTTP/1\.1\r\n")


class _Ends(socketserver.BaseRequestHandler):
    server: Cable

    def handle(self) -> None:
        near: socket.socket = self.request
        with self.server.joined(near) as far:
            while far:
                for end in select.select([near, far], [], [])[0]:
                    data = end.recv(CHUNK)
                    passed = (self.up if end is near else self.down)(data) if data else None
                    if passed is None:
                        return
                    (far if end is near else near).sendall(passed)

    def up(self, data: bytes) -> bytes | None:
        """What of the browser's bytes reaches the server; None: the connection ends."""
        return data

    def down(self, data: bytes) -> bytes | None:
        """What of the server's bytes reaches the browser; None: the connection ends."""
        return data

    def finish(self) -> None:
        self.request.close()


class Cable(socketserver.ThreadingTCPServer):
    """Another address of a server.

    Pulled out, nothing reaches the server, whoever sends it. The browser's own switch for "offline" and the
    test's own routes let requests through while a page closes.
    """

    daemon_threads = True

    def __init__(self, url: str, ends: type[_Ends] = _Ends) -> None:
        super().__init__(("127.0.0.1", 0), ends)
        self._far = urlsplit(url)
        self._lock = Lock()
        self._pulled = False
        self._ends: set[socket.socket] = set()
        self.url = f"http://localhost:{self.server_address[1]}"

    def pull(self) -> None:
        """Take the cable out: what is under way ends, what is begun is refused."""
        with self._lock:
            self._pulled = True
            for end in self._ends:
                with suppress(OSError):  # it has ended by itself
                    end.shutdown(socket.SHUT_RDWR)

    def put_back(self) -> None:
        self._pulled = False

    @contextmanager
    def joined(self, near: socket.socket) -> Iterator[socket.socket | None]:
        """A connection to the server for one from the browser; None while the cable is out."""
        with self._lock:
            if self._pulled:
                far = None
            else:
                far = socket.create_connection((self._far.hostname, self._far.port))
                self._ends |= {near, far}
        try:
            yield far
        except OSError:
            pass  # the other side has gone
        finally:
            with self._lock:
                self._ends -= {near, far}
            if far:
                far.close()


class Fate(Enum):
    """What becomes of a request. Cut: the connection ends. Hung: nothing more comes, and nobody says so."""

    CUT_BEFORE = "the server never sees it"
    HUNG_BEFORE = "the server never sees it, and the browser waits"
    CUT_AFTER = "the server acts, its answer is lost"
    HUNG_AFTER = "the server acts, and the browser waits for its answer"
    HUNG_HALF = "the server acts, and half of its answer comes"


class _BadEnds(_Ends):
    server: BadLine
    fate: Fate | None = None

    def up(self, data: bytes) -> bytes | None:
        if asked := REQUEST.match(data):
            self.fate = self.server.fate_of(asked[1])
        if self.fate is Fate.CUT_BEFORE:
            return None
        return b"" if self.fate is Fate.HUNG_BEFORE else data

    def down(self, data: bytes) -> bytes | None:
        if self.fate is Fate.CUT_AFTER:
            return None
        if self.fate is Fate.HUNG_HALF:
            head, end, body = data.partition(b"\r\n\r\n")
            if end and not body:
                return data
            self.fate = Fate.HUNG_AFTER
            return head + end + body[: len(body) // 2] if end else data[: len(data) // 2]
        return b"" if self.fate is Fate.HUNG_AFTER else data


class BadLine(Cable):
    """While it is bad, three of each ten requests of those that `may` names meet a fate, in turn."""

    def __init__(self, url: str, *, may: Mapping[bytes, Sequence[Fate]]) -> None:
        super().__init__(url, _BadEnds)
        self.is_bad = False
        self.met: Counter[Fate] = Counter()
        self._chance = random.Random(7)  # the same misfortune each time
        self._fates = {part: cycle(fates) for part, fates in may.items()}
        self._next: dict[bytes, list[bool]] = {part: [] for part in may}

    def fate_of(self, path: bytes) -> Fate | None:
        part = next((part for part in self._fates if path.startswith(part)), None)
        if part is None or not self.is_bad:
            return None
        with self._lock:
            if not self._next[part]:
                self._next[part] = self._chance.sample([True] * 3 + [False] * 7, 10)
            if not self._next[part].pop():
                return None
            fate = next(self._fates[part])
            self.met[fate] += 1
            return fate


Line = TypeVar("Line", bound=Cable)


@contextmanager
def running(line: Line) -> Iterator[Line]:
    with line:
        Thread(target=line.serve_forever, daemon=True).start()
        yield line
        line.shutdown()


@contextmanager
def cable(url: str) -> Iterator[Cable]:
    with running(Cable(url)) as line:
        yield line

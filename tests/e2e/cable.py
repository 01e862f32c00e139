"""The line between a browser and the server, which a test can pull out and put back."""

from __future__ import annotations

import select
import socket
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from urllib.parse import urlsplit

CHUNK = 65536  # bytes


class _Ends(socketserver.BaseRequestHandler):
    server: Cable

    def handle(self) -> None:
        near: socket.socket = self.request
        with self.server.joined(near) as far:
            while far:
                for end in select.select([near, far], [], [])[0]:
                    data = end.recv(CHUNK)
                    if not data:
                        return
                    (far if end is near else near).sendall(data)

    def finish(self) -> None:
        self.request.close()


class Cable(socketserver.ThreadingTCPServer):
    """Another address of a server.

    Pulled out, nothing reaches the server, whoever sends it. The browser's own switch for "offline" and the
    test's own routes let requests through while a page closes.
    """

    daemon_threads = True

    def __init__(self, url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Ends)
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


@contextmanager
def cable(url: str) -> Iterator[Cable]:
    with Cable(url) as line:
        Thread(target=line.serve_forever, daemon=True).start()
        yield line
        line.shutdown()

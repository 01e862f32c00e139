"""A client's model for tests: the example server itself, or a program that says what a test wants."""

from __future__ import annotations

import importlib.util
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

EXAMPLE = Path(__file__).parents[1] / "examples" / "model_server.py"
Said = tuple[int, bytes]


def example() -> ModuleType:
    """The example as a client would start it."""
    found = importlib.util.spec_from_file_location("model_server", EXAMPLE)
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address at which the handler answers."""
    quiet = type("Quiet", (handler,), {"log_message": lambda *_args: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


class Model:
    """Answers by `say`, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.say: Callable[[dict[str, Any]], Said] = lambda _asked: (204, b"")

    def says(self, *shapes: dict[str, Any], model: str = "test 1", **tags: Any) -> None:
        document = {"model": model, "payload": {"tags": tags, "shapes": list(shapes)}}
        self.say = lambda _asked: (200, json.dumps(document).encode())

    def says_raw(self, status: int, body: bytes = b"") -> None:
        self.say = lambda _asked: (status, body)

    def sleeps(self, seconds: float) -> None:
        def slowly(_asked: dict[str, Any]) -> Said:
            time.sleep(seconds)
            return 204, b""

        self.say = slowly

    @contextmanager
    def serving(self) -> Iterator[str]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                model.asked.append(asked)
                model.headers.append(dict(self.headers))
                status, body = model.say(asked)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        with serving(Handler) as url:
            yield url

"""A decoding child whose decoder misbehaves as the file tells it to; everything else is the real child."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tasks.decode.child import main
from tasks.decode.imaging import render
from tasks.decode.verdicts import Limits, Rendered, Sizes


def spin() -> None:
    while True:
        pass


def crash_once(mark: Path) -> None:
    if mark.exists():
        mark.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


ORDERS: dict[bytes, Callable[[], object]] = {
    b"hang": lambda: time.sleep(600),
    b"spin": spin,
    b"crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    b"exit": lambda: os._exit(3),
    b"write": lambda: Path("/tmp/written-by-the-decoder").write_bytes(b"x"),
    b"chatter": lambda: os.write(1, b"\xff" * 100),
}


def wild(data: bytes, *, limits: Limits, sizes: Sizes) -> Rendered:
    if data in ORDERS:
        ORDERS[data]()
    if data.startswith(b"crash once "):
        crash_once(Path(data[11:].decode()))
        return Rendered("PNG", 1, 1, b"screen", b"grid")
    if data == b"who":
        return Rendered("PNG", max(1, os.geteuid()), len(os.environ) + 1, b"", b"")
    return render(data, limits=limits, sizes=sizes)


if __name__ == "__main__":
    main(wild)

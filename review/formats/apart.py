"""Reading a stranger's dataset in a process of its own, which may run out of memory or time by itself.

for answers in read_apart("coco", file, spec=label_schema.spec, images=find):
    ...                                   # several (name, payload) at a time, about a megabyte together
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import msgspec

from review.formats.base import Answer, ReadFault
from review.formats.messages import LENGTH, MOST_BYTES, Answers, Fault, Find, FromChild, Image, Request
from review.formats.reading import FindImage

_ROOT = Path(__file__).resolve().parent.parent.parent
_COMMAND = (sys.executable, "-m", "review.formats.child")
# One thread a library, and no allocator that reserves addresses ahead: the limit is on addresses.
_ENVIRONMENT = {
    "PYTHONPATH": str(_ROOT),
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
_TOO_MUCH = "Reading it takes too much memory or time; send the dataset in parts."


@dataclass(frozen=True, slots=True)
class Limits:
    """What one dataset may cost: bytes, seconds of processor time, seconds without a word."""

    memory: int = 3 << 30
    cpu_seconds: int = 300
    silent_seconds: float = 400.0


def read_apart(
    format: str,
    file: IO[bytes],
    *,
    spec: Mapping[str, Any],
    images: FindImage,
    limits: Limits | None = None,
) -> Iterator[list[Answer]]:
    """What the dataset says, in the order of the file; raises ReadFault, after what was read before it."""
    limits = limits or Limits()
    descriptor = file.fileno()
    numbers = (descriptor, limits.memory, limits.cpu_seconds)
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [*_COMMAND, *map(str, numbers)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd=_ROOT, env=_ENVIRONMENT, pass_fds=[descriptor],
    )  # fmt: skip
    try:
        line = _Line(child, limits)
        line.send(Request(format, dict(spec)))
        while True:
            match line.receive():
                case Find(path):
                    line.send(Image(images(path)))
                case Answers(answers):
                    yield answers
                case Fault(where, problem):
                    raise ReadFault(where, problem)
                case _:
                    return
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            assert pipe is not None
            pipe.close()


class _Line:
    """Messages to and from the child. A child that ends or falls silent is a ReadFault: the file did it."""

    def __init__(self, child: subprocess.Popen[bytes], limits: Limits) -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        self._to, self._from = child.stdin.fileno(), child.stdout.fileno()
        self._limits = limits
        # Not select(), which knows no descriptors above 1023.
        self._poll = select.poll()
        self._poll.register(self._from, select.POLLIN)

    def send(self, message: Request | Image) -> None:
        data = msgspec.msgpack.encode(message)
        rest = memoryview(LENGTH.pack(len(data)) + data)
        try:
            while rest:
                rest = rest[os.write(self._to, rest) :]
        except BrokenPipeError:
            raise ReadFault("", _TOO_MUCH) from None

    def receive(self) -> FromChild:
        deadline = time.monotonic() + self._limits.silent_seconds
        (length,) = LENGTH.unpack(self._read(LENGTH.size, deadline))
        if length > MOST_BYTES:
            raise ReadFault("", _TOO_MUCH)
        try:
            message: FromChild = msgspec.msgpack.decode(self._read(length, deadline), type=FromChild)
        except msgspec.ValidationError as error:
            raise ReadFault("", f"It names an image by something else than text: {error}") from error
        return message

    def _read(self, count: int, deadline: float) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            if not self._poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise ReadFault("", _TOO_MUCH)
            part = os.read(self._from, count - len(parts))
            if not part:
                raise ReadFault("", _TOO_MUCH)
            parts += part
        return bytes(parts)

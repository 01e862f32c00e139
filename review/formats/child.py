"""The process that reads a stranger's dataset: an archive by its descriptor in, answers or a fault out.

Pictures, tables, outlines and JSON of any size unfold in here and nowhere else, under limits on memory and
processor time; the parent (apart.py) outlives it.
"""

from __future__ import annotations

# What others load when they first need it: without rights there is no loading any more.
import encodings.cp437
import encodings.utf_8_sig  # noqa: F401
import os
import resource
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec
from PIL import PngImagePlugin  # noqa: F401 - as above

from review.formats import FORMATS, Answer, Known, ReadFault, Source
from review.formats.messages import LENGTH, MOST_BYTES, Answers, Done, Fault, Find, FromChild, Image, Request

# Answers sent together: fewer messages, and stored together.
TOGETHER, TOGETHER_BYTES = 1000, 1 << 20
_NOBODY = 65534
_encode = msgspec.msgpack.Encoder().encode


def main() -> None:
    descriptor, memory, cpu_seconds = map(int, sys.argv[1:])
    _confine(memory=memory, cpu_seconds=cpu_seconds)
    Child(sys.stdin.buffer, sys.stdout.buffer).serve(descriptor)


class Child:
    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source, self._sink = source, sink

    def serve(self, descriptor: int) -> None:
        request = self._receive(Request)
        try:
            with os.fdopen(descriptor, "rb") as file:
                self._read(request, file)
            self._send(Done())
        except ReadFault as fault:
            self._send(Fault(fault.where, fault.problem))
        except MemoryError:
            self._send(Fault("", "Reading it takes too much memory; send the dataset in parts."))
        except Exception as error:
            # Whatever a library stumbles over: it is the stranger's file, and this process ends here.
            self._send(Fault("", f"The dataset cannot be read: {error!r}"[:500]))

    def _read(self, request: Request, file: BinaryIO) -> None:
        source = Source(file)
        answers = FORMATS[request.format].answers(source, spec=request.spec, images=self._find)
        together: list[bytes] = []
        size = 0
        try:
            for answer in _encoded(answers):
                together.append(answer)
                size += len(answer)
                if len(together) == TOGETHER or size >= TOGETHER_BYTES:
                    self._send_answers(together)
                    together, size = [], 0
        finally:
            # What was read before a fault is told before it.
            if together:
                self._send_answers(together)

    def _send_answers(self, encoded: list[bytes]) -> None:
        whole: list[Any] = [msgspec.Raw(one) for one in encoded]
        self._send(Answers(whole))

    def _find(self, path: str) -> Known | None:
        self._send(Find(path))
        known = self._receive(Image).known
        return Known(*known) if known else None

    def _send(self, message: FromChild) -> None:
        data = _encode(message)
        self._sink.write(LENGTH.pack(len(data)) + data)
        self._sink.flush()

    def _receive(self, kind: Any) -> Any:
        head = self._source.read(LENGTH.size)
        if len(head) < LENGTH.size:
            raise SystemExit  # the parent has gone
        return msgspec.msgpack.decode(self._source.read(LENGTH.unpack(head)[0]), type=kind)


def _encoded(answers: Iterator[Answer]) -> Iterator[bytes]:
    for name, payload in answers:
        try:
            data = _encode((name, payload))
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            raise ReadFault("", f"What it says of {str(name)[:100]} is no JSON: {error}") from error
        if len(data) > MOST_BYTES - (TOGETHER_BYTES + (1 << 16)):
            raise ReadFault("", f"It says too much of {str(name)[:100]}.")
        yield data


def _confine(*, memory: int, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)


if __name__ == "__main__":
    main()

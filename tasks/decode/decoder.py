"""The parent's side of decoding: one reusable child process, killed and replaced when it overruns."""

import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TypeVar

from tasks.decode.child import LENGTH
from tasks.decode.verdicts import BadImage, Limits, Rendered, Sizes, Tile, as_verdict

_ROOT = Path(__file__).resolve().parent.parent.parent
_CHILD = (sys.executable, "-m", "tasks.decode.child")
# A fresh process now and then: what a decoder leaks goes with it. Starting one costs about 0.2 s.
_FILES_PER_CHILD = 1000
_PIPE = 1024**2
_HEAD_MOST = 64 * 1024
_RENDITION_MOST = 32 * 1024**2

Tag = TypeVar("Tag")


class ChildLost(Exception):
    """The child ended by itself; `how` says how."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class Decoder:
    """Decodes one file after the other. Not safe to share between threads; one per worker process."""

    def __init__(
        self, *, limits: Limits | None = None, sizes: Sizes | None = None, command: Sequence[str] = _CHILD
    ) -> None:
        self.limits = limits or Limits()
        self.sizes = sizes or Sizes()
        self._command = command
        self._child: subprocess.Popen[bytes] | None = None
        self._served = 0
        self._is_asked = False  # a file has been sent whose answer nobody has fetched
        self._ahead: tuple[subprocess.Popen[bytes], memoryview] | None = (
            None  # its successor, the unsent part
        )

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def decode(self, data: bytes) -> Rendered | BadImage:
        """Renditions, or the verdict. OSError when no child can be started: not the file's fault."""
        self._send(data)
        return self._receive(data)

    def decode_all(self, files: Iterable[tuple[Tag, bytes]]) -> Iterator[tuple[Tag, Rendered | BadImage]]:
        """Like decode for each, in order; the child works on while the caller stores what it got."""
        waiting: tuple[Tag, bytes] | None = None
        for tag, data in files:
            if waiting is None:
                self._send(data)
            else:
                # The next bytes lie in the pipe before the answer comes: the child never waits for us.
                self._send_ahead(data)
                answer = self._receive(waiting[1])
                self._send_rest(data)
                yield waiting[0], answer
            waiting = tag, data
        if waiting is not None:
            yield waiting[0], self._receive(waiting[1])

    def close(self) -> None:
        """End the child, whatever it is doing. The decoder may be used again afterwards."""
        child, self._child, self._is_asked = self._child, None, False
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()

    def _send(self, data: bytes) -> None:
        """Hand over the bytes. A child lost while it reads is noticed, and answered for, by `_receive`."""
        if not self._is_welcome(data):
            return
        if self._served >= _FILES_PER_CHILD or self._is_asked:
            # Whoever asked last gave up before the answer; it must not be taken for this file's.
            self.close()
        child = self._child or self._spawn()
        self._begin(child, LENGTH.pack(len(data)) + data)

    def _begin(self, child: subprocess.Popen[bytes], message: bytes | memoryview) -> None:
        """Start the clock of one file and write what the child has not got of it yet."""
        self._is_asked = True
        self._deadline = time.monotonic() + self.limits.wall_seconds
        self._lost: ChildLost | TimeoutError | None = None
        try:
            self._write(child, message)
        except (ChildLost, TimeoutError) as lost:
            self._lost = lost

    def _is_welcome(self, data: bytes) -> bool:
        return 0 < len(data) <= self.limits.file_bytes

    def _send_ahead(self, data: bytes) -> None:
        """Put into the pipe what fits now, while the child is still at the file before."""
        self._ahead = None
        child = self._child
        if (
            child is None
            or not self._is_asked
            or not self._is_welcome(data)
            or self._served >= _FILES_PER_CHILD
        ):
            return
        message = LENGTH.pack(len(data)) + data
        with suppress(BlockingIOError, BrokenPipeError):
            self._ahead = child, memoryview(message)[os.write(_fd(child.stdin), message) :]

    def _send_rest(self, data: bytes) -> None:
        """Send what did not fit; all of it when the child was lost, and the pipe with it, meanwhile."""
        ahead, self._ahead = self._ahead, None
        if ahead is None or ahead[0] is not self._child:
            self._send(data)
        else:
            self._begin(ahead[0], ahead[1])

    def _receive(self, data: bytes, *, again: bool = True) -> Rendered | BadImage:
        if not data:
            return BadImage("empty")
        if len(data) > self.limits.file_bytes:
            return BadImage("too_large", f"{len(data)} bytes, at most {self.limits.file_bytes}")
        self._is_asked = False
        try:
            if self._lost is not None:
                raise self._lost
            return self._answer()
        except TimeoutError:
            self.close()
            return BadImage("decode_timeout", f"at most {self.limits.wall_seconds:g} s")
        except ChildLost as lost:
            self.close()
            if lost.how == "SIGXCPU":
                return BadImage("decode_timeout", f"at most {self.limits.cpu_seconds} s of processor time")
            if not again:
                return BadImage("decoder_crashed", lost.how)
        # Once more in a fresh process: an earlier file, or an operator, may have harmed the last one.
        self._send(data)
        return self._receive(data, again=False)

    def _answer(self) -> Rendered | BadImage:
        head = self._head()
        if "verdict" in head:
            return BadImage(as_verdict(head["verdict"]), str(head["detail"]))
        self._served += 1
        screen, grid = (self._read(min(int(head[name]), _RENDITION_MOST)) for name in ("screen", "grid"))
        tiles = tuple(
            Tile(int(level), int(column), int(row), self._read(min(int(size), _RENDITION_MOST)))
            for level, column, row, size in head["tiles"]
        )
        return Rendered(
            format=str(head["format"]), width=int(head["width"]), height=int(head["height"]),
            screen=screen, grid=grid, tiles=tiles,
        )  # fmt: skip

    def _head(self) -> dict[str, Any]:
        (length,) = LENGTH.unpack(self._read(LENGTH.size))
        if length > _HEAD_MOST:
            raise ChildLost("an answer without sense")
        head: dict[str, Any] = json.loads(self._read(length))
        return head

    def _spawn(self) -> subprocess.Popen[bytes]:
        settings = json.dumps({"limits": asdict(self.limits), "sizes": asdict(self.sizes)})
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [*self._command, settings],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=_ROOT, env={"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(_ROOT)}, close_fds=True,
        )  # fmt: skip
        for pipe in (child.stdin, child.stdout):
            os.set_blocking(_fd(pipe), False)
        with suppress(OSError):  # a host may allow less
            fcntl.fcntl(_fd(child.stdin), fcntl.F_SETPIPE_SZ, _PIPE)
        self._child, self._served = child, 0
        return child

    def _write(self, child: subprocess.Popen[bytes], data: bytes | memoryview) -> None:
        pipe, rest = _fd(child.stdin), memoryview(data)
        while rest:
            if not select.select([], [pipe], [], self._left())[1]:
                raise TimeoutError
            try:
                rest = rest[os.write(pipe, rest) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise ChildLost(_ending(child)) from error

    def _read(self, count: int) -> bytes:
        child = self._child
        assert child is not None
        pipe, parts = _fd(child.stdout), bytearray()
        while len(parts) < count:
            if not select.select([pipe], [], [], self._left())[0]:
                raise TimeoutError
            part = os.read(pipe, count - len(parts))
            if not part:
                raise ChildLost(_ending(child))
            parts += part
        return bytes(parts)

    def _left(self) -> float:
        return max(0.0, self._deadline - time.monotonic())


def _fd(pipe: IO[bytes] | None) -> int:
    assert pipe is not None
    return pipe.fileno()


def _ending(child: subprocess.Popen[bytes]) -> str:
    code = child.wait(timeout=5)
    return signal.Signals(-code).name if code < 0 else f"exit {code}"

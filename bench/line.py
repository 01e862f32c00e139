"""A slow line on loopback: a TCP relay that delays and narrows what passes, in both directions.

A browser's own emulation leaves out its service worker and its sockets' openings; a relay leaves out nothing.
Opening a connection costs a round trip, as a handshake does; each byte arrives half a round trip after it
was sent; all connections share one line each way, and wait for one another as on a wire.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_PIECE = 1400  # bytes: what a packet carries
_LATE = 0.05  # seconds that a busy machine may wake us late


@dataclass
class Line:
    """Of `bits` a second each way and `round_trip` seconds; carries to `target` on this computer."""

    target: int
    bits: float = 400_000
    round_trip: float = 0.4
    port: int = 0
    carried: int = 0  # bytes so far, both ways
    _free: dict[str, float] = field(default_factory=dict)

    async def serve(self, started: threading.Event, stop: asyncio.Event) -> None:
        server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        async with server:
            await stop.wait()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Cancelled is how it ends with the line.
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.sleep(self.round_trip)
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
            await asyncio.gather(
                self._carry("up", reader, far_writer), self._carry("down", far_reader, writer)
            )
        writer.close()

    async def _carry(self, way: str, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Bytes leave in order, each as soon as the line is free, and arrive half a round trip later."""
        under_way: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue(64)
        await asyncio.gather(self._send(way, source, under_way), self._arrive(under_way, sink))

    async def _send(
        self, way: str, source: asyncio.StreamReader, under_way: asyncio.Queue[tuple[float, bytes] | None]
    ) -> None:
        clock = asyncio.get_running_loop().time
        with suppress(OSError):
            while piece := await source.read(_PIECE):
                # A sleep that was too long is made up for: otherwise the line would be slower than asked.
                free = max(clock() - _LATE, self._free.get(way, 0)) + len(piece) * 8 / self.bits
                self._free[way] = free
                self.carried += len(piece)
                await asyncio.sleep(max(0, free - clock()))
                await under_way.put((free + self.round_trip / 2, piece))
        await under_way.put(None)

    async def _arrive(
        self, under_way: asyncio.Queue[tuple[float, bytes] | None], sink: asyncio.StreamWriter
    ) -> None:
        clock = asyncio.get_running_loop().time
        with suppress(OSError):
            while (item := await under_way.get()) is not None:
                at, piece = item
                await asyncio.sleep(max(0, at - clock()))
                sink.write(piece)
                await sink.drain()
            if sink.can_write_eof():
                sink.write_eof()


@contextmanager
def line_to(port: int, *, bits: float = 400_000, round_trip: float = 0.4) -> Iterator[Line]:
    """A running line to a port of this computer; its own port is `line.port`."""
    line = Line(target=port, bits=bits, round_trip=round_trip)
    loop = asyncio.new_event_loop()
    started, stop = threading.Event(), asyncio.Event()
    thread = threading.Thread(target=_run, args=(loop, line.serve(started, stop)), daemon=True)
    thread.start()
    started.wait()
    try:
        yield line
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=5)


def _run(loop: asyncio.AbstractEventLoop, work: Coroutine[None, None, None]) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(work)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.close()

"""The process that decodes: reads a file's bytes from stdin, answers with renditions or a verdict.

It holds nothing worth stealing and may die at any byte: no environment, no files to write, no rights of
root, bounded memory and time. The parent (decoder.py) outlives it.
"""

import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable, Mapping
from typing import BinaryIO

from tasks.decode.imaging import render
from tasks.decode.verdicts import BadImage, Limits, Rendered, Sizes

# Every message is a length and so many bytes: a request is a picture, an answer a JSON head and pictures.
LENGTH = struct.Struct(">I")
_NOBODY = 65534

Render = Callable[..., Rendered]


def main(render: Render = render) -> None:
    """Serve until stdin ends, which it does when the parent dies."""
    given = json.loads(sys.argv[1])
    limits, sizes = Limits(**given["limits"]), Sizes(**given["sizes"])
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    _confine(limits)
    while (data := _read(source)) is not None:
        _start_clock(limits)
        for part in _answer(data, render, limits, sizes):
            sink.write(part)
        sink.flush()


def _answer(data: bytes, render: Render, limits: Limits, sizes: Sizes) -> tuple[bytes, ...]:
    try:
        done = render(data, limits=limits, sizes=sizes)
    except BadImage as bad:
        return _head({"verdict": bad.verdict, "detail": bad.detail})
    sizes_of = {"screen": len(done.screen), "grid": len(done.grid)}
    tiles = [[tile.level, tile.column, tile.row, len(tile.webp)] for tile in done.tiles]
    upright = {"format": done.format, "width": done.width, "height": done.height}
    head = _head({**upright, **sizes_of, "tiles": tiles})
    return (*head, done.screen, done.grid, *(tile.webp for tile in done.tiles))


def _head(fields: Mapping[str, object]) -> tuple[bytes, bytes]:
    text = json.dumps(fields).encode()
    return LENGTH.pack(len(text)), text


def _read(source: BinaryIO) -> bytes | None:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return source.read(LENGTH.unpack(head)[0])


def _confine(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)


def _start_clock(limits: Limits) -> None:
    """Limits on the whole process, moved ahead for each file. The alarm is for a child whose parent died."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(usage.ru_utime + usage.ru_stime) + limits.cpu_seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
    signal.alarm(int(limits.wall_seconds) + 5)


if __name__ == "__main__":
    main()

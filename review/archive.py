"""A zip archive written in one pass in constant memory, the same bytes for the same members.

Python's zipfile keeps an object for each member until the end, half a gigabyte for a million label files,
and stamps the time. Here the central directory grows in a temporary file, members carry one fixed date,
and the last member, SHA256SUMS, lists the digest of each other one (`sha256sum -c SHA256SUMS` checks it).
Format: PKWARE APPNOTE 6.3.9, sections 4.3 and 4.5.3 (zip64 where a size, offset or count asks for it).
"""

from __future__ import annotations

import hashlib
import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import IO, cast

LEVEL = 1  # four times as fast as 6, for a sixth more
# A small member needs no large window: setting one up takes ten times as long as packing it.
SMALL_BYTES, SMALL_WINDOW, SMALL_MEMORY = 1 << 12, 12, 5
BLOCK = 1 << 18
SPOOL_BYTES = 1 << 20  # what the directory may take in memory before it goes to disk
WHOLE_BYTES = 1 << 20  # up to here a member is packed in memory
DATE = (1 << 5) | 1  # 1980-01-01, the first day a zip archive knows
FLAGS = 1 << 11  # names are UTF-8
STREAMED = FLAGS | 1 << 3  # sizes and CRC follow the data
DEFLATED = 8
LIMIT = 0xFFFFFFFF  # from here on a size or offset moves into a zip64 field
MANY = 0xFFFF
WIDE, MANY_WIDE = 0xFFFFFFFF, 0xFFFF  # written in place of what moved
SUMS = "SHA256SUMS"


class Archive:
    """Writes to `out`, which only needs `write`; `sha256` and `size` describe what was written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._directory = cast(IO[bytes], tempfile.SpooledTemporaryFile(SPOOL_BYTES))  # noqa: SIM115
        self._sums = cast(IO[bytes], tempfile.SpooledTemporaryFile(SPOOL_BYTES))  # noqa: SIM115
        self._digest = hashlib.sha256()
        self.size = 0
        self.members = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Add a member, reading its chunks once."""
        held, length, rest = [], 0, iter(chunks)
        for chunk in rest:
            held.append(chunk)
            length += len(chunk)
            if length > WHOLE_BYTES:
                self._stream(name, chain(held, rest))
                return
        self._whole(name, b"".join(held))

    def close(self) -> None:
        """Append the sums and the directory; drops the temporary files as well."""
        self._sums.seek(0)
        self._stream(SUMS, iter(lambda: self._sums.read(BLOCK), b""))
        start = self.size
        self._directory.seek(0)
        while block := self._directory.read(BLOCK):
            self._put(block)
        self._put(_end(self.members, start, self.size - start))
        self.discard()

    def discard(self) -> None:
        """Drop the temporary files without finishing; harmless after `close`."""
        self._directory.close()
        self._sums.close()

    def _whole(self, name: str, data: bytes) -> None:
        """A member that fits in memory: its sizes stand in front of it."""
        offset, encoded = self.size, name.encode()
        small = len(data) <= SMALL_BYTES
        packer = (
            zlib.compressobj(LEVEL, zlib.DEFLATED, -SMALL_WINDOW, SMALL_MEMORY)
            if small
            else zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        )
        packed = packer.compress(data) + packer.flush()
        crc = zlib.crc32(data)
        header = struct.pack(
            "<4s5H3I2H", b"PK\3\4", 20, FLAGS, DEFLATED, 0, DATE, crc, len(packed), len(data), len(encoded), 0
        )
        self._put(header + encoded + packed)
        self._record(encoded, FLAGS, offset, crc, len(packed), len(data))
        self._sum(name, hashlib.sha256(data))

    def _stream(self, name: str, chunks: Iterable[bytes]) -> None:
        """A member of any size: its sizes follow it."""
        offset, encoded = self.size, name.encode()
        # The zip64 field in front tells readers that the sizes behind the data have eight bytes each.
        extra = struct.pack("<2H2Q", 1, 16, 0, 0)
        header = struct.pack(
            "<4s5H3I2H", b"PK\3\4", 45, STREAMED, DEFLATED, 0, DATE, 0, WIDE, WIDE, len(encoded), len(extra)
        )
        self._put(header + encoded + extra)
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        digest, crc, length, before = hashlib.sha256(), 0, 0, self.size
        for block in _blocks(chunks):
            digest.update(block)
            crc, length = zlib.crc32(block, crc), length + len(block)
            self._put(packer.compress(block))
        self._put(packer.flush())
        packed = self.size - before
        self._put(struct.pack("<4sI2Q", b"PK\7\10", crc, packed, length))
        self._record(encoded, STREAMED, offset, crc, packed, length)
        if name != SUMS:
            self._sum(name, digest)

    def _record(self, name: bytes, flags: int, offset: int, crc: int, packed: int, length: int) -> None:
        """The member's line in the central directory."""
        large = [value for value in (length, packed, offset) if value >= LIMIT]
        extra = struct.pack(f"<2H{len(large)}Q", 1, 8 * len(large), *large) if large else b""
        low = [_low(value) for value in (packed, length)]
        needs = 45 if large or flags == STREAMED else 20
        self._directory.write(
            struct.pack("<4s6H3I5H2I", b"PK\1\2", 0x0300 | 45, needs, flags, DEFLATED, 0, DATE, crc, *low,
                        len(name), len(extra), 0, 0, 0, 0o100644 << 16, _low(offset))
            + name + extra
        )  # fmt: skip
        self.members += 1

    def _sum(self, name: str, digest: hashlib._Hash) -> None:
        self._sums.write(f"{digest.hexdigest()}  {name}\n".encode())

    def _put(self, data: bytes) -> None:
        self._out.write(data)
        self._digest.update(data)
        self.size += len(data)


def _low(value: int) -> int:
    return value if value < LIMIT else WIDE


def _blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks joined to blocks: a document of a million lines comes a line at a time."""
    held, length = [], 0
    for chunk in chunks:
        held.append(chunk)
        length += len(chunk)
        if length >= BLOCK:
            yield b"".join(held)
            held, length = [], 0
    yield b"".join(held)


def _end(members: int, start: int, length: int) -> bytes:
    """The end of the archive: where the directory is and how many members it lists."""
    count = members if members < MANY else MANY_WIDE
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, _low(length), _low(start), 0)
    if members < MANY and start < LIMIT and length < LIMIT:
        return end
    wide = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 0x0300 | 45, 45, 0, 0, members, members, length, start)
    return wide + struct.pack("<4sIQI", b"PK\6\7", 0, start + length, 1) + end

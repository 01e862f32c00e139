"""What lies in a zip or tar archive, entry by entry, without ever writing to a path that it names.

Pure: no Django. Both kinds come out as the same entries, so that the limits are enforced in one place.
"""

from __future__ import annotations

import bz2
import gzip
import itertools
import lzma
import os
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Literal, cast

Refusal = Literal[
    "not_an_archive",
    "archive_corrupt",
    "archive_too_many_files",
    "archive_bomb",  # it unfolds to far more than it weighs
    "archive_empty",
]
EntryReason = Literal["", "unsafe_path", "not_a_file", "encrypted", "nested_archive", "too_large", "corrupt"]

_JUNK = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._[^/]*$)", re.IGNORECASE)
_NESTED = re.compile(r"\.(zip|tar|tgz|tbz2?|txz|gz|bz2|xz|7z|rar)$", re.IGNORECASE)
_DRIVE = re.compile(r"^[A-Za-z]:")
_BLOCK = 1024**2
_MOST_AT_ONCE = 16 * _BLOCK
# Bytes of one entry in a zip's directory without its name, and of what zip64 adds behind the directory.
_ZIP_HEAD, _ZIP64_END = 46, 56 + 20
# Reading can fail in all these ways when the bytes make no sense.
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, struct.error,
           NotImplementedError, ValueError, RuntimeError, OSError)  # fmt: skip


class BadEntry(Exception):
    """One file in a zip contradicts itself; the others may be sound."""


class BadArchive(Exception):
    """The archive as a whole is refused, and always will be."""

    def __init__(self, reason: Refusal, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason: Refusal = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in the archive: a stream to read before the next entry is asked for, or a reason why not."""

    name: str
    size: int
    stream: IO[bytes] | None
    reason: EntryReason = ""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Bytes and counts. `unfolded` is what all entries together may come to."""

    files: int
    file_bytes: int
    unfolded: int


def entries(archive: IO[bytes], *, limits: ArchiveLimits) -> Iterator[Entry]:
    """Every entry that is not a folder or an operating system's litter. Raises BadArchive, maybe midway."""
    found = unfolded = 0
    for number, entry in enumerate(_read(archive, limits), 1):
        unfolded += entry.size
        if number > limits.files:
            raise _too_many(limits)
        if unfolded > limits.unfolded:
            raise _bomb(limits)
        if _JUNK.search(entry.name):
            continue
        found += 1
        yield _checked(entry, limits)
    if not found:
        raise BadArchive("archive_empty")


def blocks(entry: Entry) -> Iterator[bytes]:
    """The entry's bytes. Raises BadEntry; not for the caller's own errors between two blocks."""
    assert entry.stream is not None
    while True:
        try:
            block = entry.stream.read(_BLOCK)
        except _BROKEN as error:
            raise BadEntry from error
        if not block:
            return
        yield block


def _read(archive: IO[bytes], limits: ArchiveLimits) -> Iterator[Entry]:
    """Zip by its mark, everything else as tar, whose compression tarfile finds out."""
    head = archive.read(4)
    archive.seek(0)
    try:
        if head[:2] == b"PK":
            _check_directory(archive, limits)
            yield from _zip_entries(archive)
        else:
            yield from _tar_entries(archive, limits)
    except tarfile.ReadError as error:
        at_start = archive.tell() <= tarfile.BLOCKSIZE
        raise BadArchive("not_an_archive" if at_start else "archive_corrupt", str(error)[:200]) from error
    except _BROKEN as error:
        raise BadArchive("archive_corrupt", str(error)[:200]) from error


def _check_directory(archive: IO[bytes], limits: ArchiveLimits) -> None:
    """Count a zip's entries before zipfile makes an object of each, and leaves other faults to it."""
    end = zipfile._EndRecData(archive)  # type: ignore[attr-defined]
    if end is None:
        return
    is_zip64 = end[0] == zipfile.stringEndArchive64  # type: ignore[attr-defined]
    left = end[zipfile._ECD_SIZE]  # type: ignore[attr-defined]
    start = end[zipfile._ECD_LOCATION] - left - (_ZIP64_END if is_zip64 else 0)  # type: ignore[attr-defined]
    archive.seek(max(0, start))
    for number in itertools.count(1):
        head = archive.read(_ZIP_HEAD)
        if left < _ZIP_HEAD or len(head) < _ZIP_HEAD:
            break
        if number > limits.files:
            raise _too_many(limits)
        more = sum(struct.unpack("<3H", head[28:34]))  # name, extra field, comment
        left -= _ZIP_HEAD + more
        archive.seek(more, os.SEEK_CUR)
    archive.seek(0)


def _zip_entries(archive: IO[bytes]) -> Iterator[Entry]:
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            if info.is_dir():
                continue
            mode = info.external_attr >> 16
            if info.flag_bits & 0x1:
                yield Entry(info.filename, 0, None, "encrypted")
            elif mode and (mode & 0o170000) not in (0, 0o100000):
                yield Entry(info.filename, 0, None, "not_a_file")
            else:
                with opened.open(info) as stream:
                    yield Entry(info.filename, info.file_size, stream)


def _tar_entries(archive: IO[bytes], limits: ArchiveLimits) -> Iterator[Entry]:
    with tarfile.open(fileobj=cast(IO[bytes], _Sober(_unpacked(archive), limits)), mode="r:") as opened:
        for info in opened:
            opened.members = []  # type: ignore[attr-defined] # tarfile would remember all of them
            if info.isdir():
                continue
            if not info.isreg() or info.sparse:
                yield Entry(info.name, info.size, None, "not_a_file")
                continue
            stream = opened.extractfile(info)
            yield Entry(info.name, info.size, stream)


def _unpacked(archive: IO[bytes]) -> IO[bytes] | gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile:
    mark = archive.read(6)
    archive.seek(0)
    if mark[:2] == b"\x1f\x8b":
        return gzip.GzipFile(fileobj=archive)
    if mark[:3] == b"BZh":
        return bz2.BZ2File(archive)
    if mark == b"\xfd7zXZ\0":
        return lzma.LZMAFile(archive)
    return archive


class _Sober:
    """Refuses to read much at once, since tarfile reads an extended header whole, however large it says it
    is; and to go further than all entries may come to, since headers unfold too and are no entries."""

    def __init__(
        self, file: IO[bytes] | gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile, limits: ArchiveLimits
    ) -> None:
        self._file, self._limits = file, limits
        self.tell = file.tell

    def seek(self, place: int) -> int:
        """To skip is to unfold."""
        if place > 2 * self._limits.unfolded:
            raise _bomb(self._limits)
        return self._file.seek(place)

    def read(self, size: int) -> bytes:
        if size > _MOST_AT_ONCE:
            raise tarfile.ReadError(f"a header of {size} bytes")
        if self._file.tell() > 2 * self._limits.unfolded:
            raise _bomb(self._limits)
        return self._file.read(size)


def _checked(entry: Entry, limits: ArchiveLimits) -> Entry:
    reason = entry.reason
    if not _is_safe(entry.name):
        reason = "unsafe_path"
    elif not reason and _NESTED.search(entry.name):
        reason = "nested_archive"
    elif not reason and entry.size > limits.file_bytes:
        reason = "too_large"
    return Entry(entry.name, entry.size, None if reason else entry.stream, reason)


def _is_safe(name: str) -> bool:
    """We only ever use the name as a label; one that tries to leave its folder is refused all the same."""
    parts = name.replace("\\", "/").split("/")
    return bool(name) and not (name[0] in "/\\" or ".." in parts or "\0" in name or _DRIVE.match(name))


def _too_many(limits: ArchiveLimits) -> BadArchive:
    return BadArchive("archive_too_many_files", f"more than {limits.files}")


def _bomb(limits: ArchiveLimits) -> BadArchive:
    return BadArchive("archive_bomb", f"more than {limits.unfolded} bytes unfolded")

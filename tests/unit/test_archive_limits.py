"""Archives made to cost us: each is refused before it has unfolded much more than it may."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable

import pytest

from tasks.archive_entries import ArchiveLimits, BadArchive, entries

LIMITS = ArchiveLimits(files=50, file_bytes=2**20, unfolded=2**20)
MUCH = 8 * 2**20


class Counted(gzip.GzipFile):
    """Knows the furthest it was unfolded."""

    furthest = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        Counted.furthest = max(Counted.furthest, self.tell())
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        place = super().seek(offset, whence)
        Counted.furthest = max(Counted.furthest, place)
        return place


def tarred(make: Callable[[tarfile.TarFile], None]) -> io.BytesIO:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        make(archive)
    return io.BytesIO(out.getvalue())


def entry(name: str, size: int, kind: bytes = tarfile.REGTYPE, **headers: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.pax_headers = size, kind, headers
    return info


def litter(archive: tarfile.TarFile) -> None:
    archive.addfile(entry("__MACOSX/._a.jpg", MUCH), io.BytesIO(bytes(MUCH)))


def odd_kind(archive: tarfile.TarFile) -> None:
    archive.addfile(entry("a.jpg", MUCH, b"Z"), io.BytesIO(bytes(MUCH)))


def headers(archive: tarfile.TarFile) -> None:
    for n in range(LIMITS.files - 1):
        archive.addfile(entry(f"{n}.jpg", 0, comment="a" * (MUCH // LIMITS.files)))


def nothing(archive: tarfile.TarFile) -> None:
    for n in range(LIMITS.files):
        archive.addfile(entry(f"{n}.jpg", 0))


@pytest.mark.parametrize("make", [litter, odd_kind, headers])
def test_a_tar_that_unfolds_outside_its_files_is_a_bomb(
    monkeypatch: pytest.MonkeyPatch, make: Callable[[tarfile.TarFile], None]
) -> None:
    monkeypatch.setattr("tasks.archive_entries.gzip.GzipFile", Counted)
    Counted.furthest = 0
    with pytest.raises(BadArchive) as refused:
        list(entries(tarred(make), limits=LIMITS))
    assert refused.value.reason == "archive_bomb"
    assert 0 < Counted.furthest < MUCH / 2


def zipped(count: int, name: str = "{}.jpg", comment: bytes = b"") -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for n in range(count):
            archive.writestr(name.format(n), b"")
        archive.comment = comment
    return io.BytesIO(out.getvalue())


@pytest.mark.parametrize("name", ["{}.jpg", "__MACOSX/{}"])
def test_a_zip_of_too_many_files_is_refused_unread(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Ten million names of nothing fit into half a gigabyte, and their objects into no worker."""
    archive = zipped(51, name)
    monkeypatch.setattr("tasks.archive_entries.zipfile.ZipFile", None)
    with pytest.raises(BadArchive) as refused:
        list(entries(archive, limits=LIMITS))
    assert refused.value.reason == "archive_too_many_files"


def test_as_many_as_may_be_are_read() -> None:
    assert len(list(entries(zipped(50, comment=b"from the mill"), limits=LIMITS))) == 50
    assert len(list(entries(tarred(nothing), limits=LIMITS))) == 50


def test_a_zip_in_the_larger_format_is_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 10)
    archive = zipped(51)
    assert b"PK\6\6" in archive.getvalue()
    assert len(list(entries(zipped(50), limits=LIMITS))) == 50
    with pytest.raises(BadArchive, match="archive_too_many_files"):
        list(entries(archive, limits=LIMITS))

"""The zip archive that releases are made of, read back by Python's zipfile and by unzip."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from review import archive as module
from review.archive import SUMS, Archive


def build(members: int = 5) -> tuple[bytes, Archive]:
    out = io.BytesIO()
    archive = Archive(out)
    archive.add("annotations/全部.json", (b'{"number": %d}\n' % i for i in range(200_000)))
    for i in range(members):
        archive.add(f"labels/{i}.txt", [b"0 0.5 0.5 1 1\n"] * i)
    archive.close()
    return out.getvalue(), archive


def test_zipfile_reads_every_member_back() -> None:
    data, archive = build(5)
    with zipfile.ZipFile(io.BytesIO(data)) as read:
        assert read.testzip() is None
        assert len(read.namelist()) == archive.members == 7
        assert read.read("labels/3.txt") == b"0 0.5 0.5 1 1\n" * 3
        assert read.read("annotations/全部.json").count(b"\n") == 200_000


def test_the_sums_are_those_of_the_other_members() -> None:
    data, _ = build(3)
    with zipfile.ZipFile(io.BytesIO(data)) as read:
        sums = dict(reversed(line.split("  ")) for line in read.read(SUMS).decode().splitlines())
        assert sums == {
            name: hashlib.sha256(read.read(name)).hexdigest() for name in read.namelist() if name != SUMS
        }


def test_the_same_members_make_the_same_bytes() -> None:
    assert build(20)[0] == build(20)[0]


def test_the_digest_and_the_size_are_those_of_the_file() -> None:
    data, archive = build()
    assert (archive.size, archive.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_an_empty_archive_is_an_archive() -> None:
    out = io.BytesIO()
    Archive(out).close()
    assert zipfile.ZipFile(io.BytesIO(out.getvalue())).namelist() == [SUMS]


@pytest.mark.parametrize(("limit", "many"), [(2_000, 100), (100, 10), (1, 1)])
def test_sizes_offsets_and_counts_beyond_the_old_format(
    monkeypatch: pytest.MonkeyPatch, limit: int, many: int
) -> None:
    """With the limits lowered, larger numbers move into zip64 fields, as at 4 GiB or 65,535 members."""
    monkeypatch.setattr(module, "LIMIT", limit)
    monkeypatch.setattr(module, "MANY", many)
    data, archive = build(300)
    with zipfile.ZipFile(io.BytesIO(data)) as read:
        assert read.testzip() is None
        assert len(read.namelist()) == archive.members == 302
        assert read.read("labels/250.txt") == b"0 0.5 0.5 1 1\n" * 250


@pytest.mark.skipif(shutil.which("unzip") is None, reason="the unzip program is not installed")
def test_unzip_tests_it_without_complaint(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(build(100)[0])
    subprocess.run(["unzip", "-tqq", tmp_path / "a.zip"], check=True)

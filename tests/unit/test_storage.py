"""Keeping bytes means the same on a folder and on an object store: under their key, whole, once."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from django.core.files.base import File
from django.core.files.storage import InMemoryStorage
from pytest_django import Settings

from tasks import storage
from tasks.storage import StorageUnavailable

KEY = "projects/1/original/ab/abc"


class ObjectStore(InMemoryStorage):
    """Overwrites like an S3 bucket, where InMemoryStorage would choose another name."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        if self.exists(name):
            self.delete(name)
        return name


class Unreachable(InMemoryStorage):
    def exists(self, name: str) -> bool:
        raise ConnectionError("no route to host")

    def _save(self, name: str, content: File[bytes]) -> str:
        raise ConnectionError("no route to host")


def use(settings: Settings, backend: str, folder: Path) -> None:
    options = {"location": str(folder)} if backend.endswith("FileSystemStorage") else {}
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend, "OPTIONS": options}}
    settings.FILE_UPLOAD_TEMP_DIR = str(folder)


@pytest.fixture(
    params=["django.core.files.storage.FileSystemStorage", "tests.unit.test_storage.ObjectStore"],
    ids=["folder", "object store"],
)
def kept(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> None:
    use(settings, request.param, tmp_path)


def received(data: bytes) -> Path:
    with storage.temporary() as (file, path):
        file.write(data)
    return path


def test_what_is_removed_is_gone_and_may_be_removed_again(kept: None) -> None:
    storage.keep_bytes(b"one", KEY)
    for _ in range(2):
        storage.remove(KEY)
    with pytest.raises(FileNotFoundError):
        storage.read_bytes(KEY)


def test_bytes_are_read_as_they_were_kept(kept: None) -> None:
    storage.keep_bytes(b"one", KEY)
    storage.keep_bytes(b"two", KEY)
    assert storage.read_bytes(KEY) == b"two"
    assert list(storage.incoming_folder().iterdir()) == []


def test_received_file_is_moved_to_its_key(kept: None) -> None:
    storage.keep_file(received(b"picture"), KEY)
    storage.keep_file(received(b"picture"), KEY)
    with storage.open_file(KEY) as file:
        assert file.read() == b"picture"
    assert list(storage.incoming_folder().iterdir()) == []


def test_what_was_never_kept_is_not_found(kept: None) -> None:
    with pytest.raises(FileNotFoundError):
        storage.read_bytes("projects/1/original/no/no")


def test_file_half_written_is_removed_with_its_error(kept: None) -> None:
    with suppress(ZeroDivisionError), storage.temporary() as (file, path):
        file.write(b"half")
        assert path.exists()
        file.write(bytes([1 // 0]))
    assert list(storage.incoming_folder().iterdir()) == []


def test_store_that_cannot_be_reached_is_no_fault_of_the_file(settings: Settings, tmp_path: Path) -> None:
    use(settings, "tests.unit.test_storage.Unreachable", tmp_path)
    with pytest.raises(StorageUnavailable):
        storage.keep_bytes(b"x", KEY)
    path = received(b"x")
    with pytest.raises(StorageUnavailable):
        storage.keep_file(path, KEY)
    assert path.exists()  # nothing is lost before it is kept

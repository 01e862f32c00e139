"""Where bytes lie: keys of originals and renditions, and writing that is durable when it returns.

Files are addressed by content within their project: writing the same thing twice is writing it once,
so a killed worker or a repeated upload leaves nothing different behind. On a folder a file appears
under its key by rename, after its bytes and before its name are synced; an object store does as much.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Literal

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils.translation import gettext_lazy as _

from annotator.errors import DomainError

Rendition = Literal["original", "screen", "light", "grid", "tiles", "guide"]
# Leftovers of uploads whose server was killed; no upload takes this long.
_FORGOTTEN_SECONDS = 48 * 3600


class StorageUnavailable(DomainError):
    """Never the file's fault: the caller tries again later."""

    code = "storage_unavailable"
    status = 503
    detail = _("The storage cannot be reached or is full. Nothing was lost; try again later.")


def image_key(project_id: int, sha256: str, rendition: Rendition) -> str:
    """Renditions by kind first, so that an object store can treat each kind by prefix."""
    ending = "" if rendition == "original" else ".webp"
    return f"projects/{project_id}/{rendition}/{sha256[:2]}/{sha256}{ending}"


def tile_key(project_id: int, sha256: str, name: str) -> str:
    """`name` is level-column-row; "made" comes after the last tile, with the reason if there are none."""
    return f"projects/{project_id}/tiles/{sha256[:2]}/{sha256}/{name}"


def archive_key(project_id: int, sha256: str) -> str:
    return f"projects/{project_id}/archive/{sha256[:2]}/{sha256}"


def incoming_folder() -> Path:
    """Where uploads are received: beside the storage if that is a folder, so that keeping is renaming."""
    storage = _storage()
    if isinstance(storage, FileSystemStorage):
        folder = Path(storage.location) / "incoming"
    else:
        folder = Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir()) / "labelmill-incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    return folder


def keep_file(path: Path, key: str) -> None:
    """Move a received file to its key; durable on return. A key that is there already is left alone."""
    with _unavailable():
        storage = _storage()
        if storage.exists(key):
            path.unlink()
        elif isinstance(storage, FileSystemStorage):
            with path.open("rb") as file:
                os.fsync(file.fileno())
            _rename(path, Path(storage.path(key)))
        else:
            with path.open("rb") as file:
                storage.save(key, File(file))
            path.unlink()


def keep_bytes(data: bytes, key: str) -> None:
    """Write bytes to their key, whether or not it is there already; durable on return."""
    with _unavailable():
        storage = _storage()
        if not isinstance(storage, FileSystemStorage):
            storage.save(key, ContentFile(data))
            return
        with temporary() as (file, path):
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            _rename(path, Path(storage.path(key)))


def open_file(key: str) -> IO[bytes]:
    """Open for reading, with seek. Raises FileNotFoundError, or StorageUnavailable."""
    with _unavailable():
        file: Any = _storage().open(key, "rb")
        return file  # type: ignore[no-any-return]


def read_bytes(key: str) -> bytes:
    """Raises FileNotFoundError, or StorageUnavailable."""
    with _unavailable(), _storage().open(key, "rb") as file:
        return bytes(file.read())


def remove(key: str) -> None:
    """What is not there is removed already."""
    with _unavailable():
        _storage().delete(key)


def clear_incoming() -> None:
    """Remove uploads that a killed server left half received."""
    before = time.time() - _FORGOTTEN_SECONDS
    for path in incoming_folder().iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()


def _storage() -> Storage:
    return storages["default"]


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, BotoCoreError, ClientError) as error:
        raise StorageUnavailable from error


@contextmanager
def temporary() -> Iterator[tuple[IO[bytes], Path]]:
    """A new file in the incoming folder, to be kept by the caller; gone when the block raises."""
    with tempfile.NamedTemporaryFile(dir=incoming_folder(), delete=False) as file:
        path = Path(file.name)
        try:
            yield file, path
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _rename(source: Path, target: Path) -> None:
    _make_folder(target.parent)
    source.chmod(0o640)
    source.replace(target)
    _sync_folder(target.parent)


def _make_folder(folder: Path) -> None:
    """Like mkdir -p, with each new name synced into its parent."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o750, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Receiving uploads: each file goes straight to the storage's own disk while its digest is computed."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from tasks.storage import StorageUnavailable, incoming_folder


class ReceivedFile(UploadedFile[bytes]):
    """A complete upload in the incoming folder. What exceeds the limit was counted and thrown away."""

    def __init__(self, path: Path, *, sha256: str, too_large: bool, **given: Any) -> None:
        super().__init__(file=None, **given)
        self.path = path
        self.sha256 = sha256
        self.too_large = too_large

    def close(self) -> None:
        """Called by Django when the request ends: what nobody kept is removed."""
        self.path.unlink(missing_ok=True)


class HashingUploadHandler(FileUploadHandler):
    """Writes each file to the incoming folder, keeps at most `limit` bytes of it, and hashes it."""

    def __init__(self, request: HttpRequest, *, limit: int) -> None:
        super().__init__(request)
        self._limit = limit
        self._descriptor = -1

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._digest = hashlib.sha256()
        self._received = 0
        try:
            self._descriptor, path = tempfile.mkstemp(dir=incoming_folder())
        except OSError as error:
            raise StorageUnavailable from error
        self._path = Path(path)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._received += len(raw_data)
        if self._received > self._limit:
            return
        self._digest.update(raw_data)
        try:
            rest = memoryview(raw_data)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            self._discard()
            raise StorageUnavailable from error

    def file_complete(self, file_size: int) -> ReceivedFile:
        os.close(self._descriptor)
        self._descriptor = -1
        return ReceivedFile(
            self._path,
            sha256=self._digest.hexdigest(),
            too_large=file_size > self._limit,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
        )

    def upload_interrupted(self) -> None:
        if self._descriptor != -1:
            self._discard()

    def _discard(self) -> None:
        os.close(self._descriptor)
        self._descriptor = -1
        self._path.unlink(missing_ok=True)


def receive_hashed(request: HttpRequest, *, limit: int) -> None:
    """Must be called before anything looks at the request's body."""
    request.upload_handlers = [HashingUploadHandler(request, limit=limit)]

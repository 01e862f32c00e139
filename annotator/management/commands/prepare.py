"""Bring the database and the static files up to the installed code; safe to run anywhere, any time."""

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand
from storages.backends.s3 import S3Storage


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # `make up` waits for this; tests and CI run the checks
    help = "Migrate the database, make the storage bucket, collect the static files where they changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--skip-static", action="store_true", help="the image has them already")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        make_bucket()
        if not options["skip_static"]:
            collect_when_changed(Path(settings.STATIC_ROOT))


def make_bucket() -> None:
    """An object store starts empty; a directory needs nothing."""
    if isinstance(default_storage, S3Storage):
        client = default_storage.connection.meta.client
        try:
            client.head_bucket(Bucket=default_storage.bucket_name)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
            client.create_bucket(Bucket=default_storage.bucket_name)


def collect_when_changed(root: Path) -> None:
    """Compressing every file takes seconds, so a second start skips it unless a source changed."""
    stamp, digest = root / ".sources", sources_digest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    root.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(digest)


def sources_digest() -> str:
    """Path, size and time of every static file, hashed."""
    summary = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            about = Path(storage.path(path)).stat()
            summary.update(f"{path}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
    return summary.hexdigest()

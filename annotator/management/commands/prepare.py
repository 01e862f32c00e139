"""Bring the database and the static files up to the installed code; safe to run anywhere, any time."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

MIGRATION_LOCK = 7_205_759  # any number, the same on every host


class Command(BaseCommand):
    help = "Migrate the database and collect the static files where they have changed."

    def handle(self, *args: Any, **options: Any) -> None:
        migrate_alone()
        collect_when_changed(Path(settings.STATIC_ROOT))


def migrate_alone() -> None:
    """Hosts that start together migrate one after the other; the later ones find nothing to do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            call_command("migrate", interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


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

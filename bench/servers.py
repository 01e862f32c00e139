"""Private servers for a benchmark, as durable as real ones, gone when it ends."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command

from annotator.embedded import EmbeddedPostgres, EmbeddedValkey


@contextmanager
def running_servers() -> Iterator[None]:
    """PostgreSQL (with fsync) and Valkey, a migrated database, Django set up in this process."""
    with tempfile.TemporaryDirectory(prefix="labelmill-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the servers' account may enter
        postgres, valkey = EmbeddedPostgres(folder / "postgres"), EmbeddedValkey(folder / "valkey")
        os.environ.setdefault("LABELMILL_SECRET_KEY", "for a benchmark")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotator.settings")
        os.environ["LABELMILL_HOME"] = str(folder / "home")
        try:
            os.environ["DATABASE_URL"] = postgres.start()
            os.environ["REDIS_URL"] = valkey.start()
            django.setup()
            call_command("migrate", verbosity=0)
            yield
        finally:
            valkey.stop()
            postgres.stop()

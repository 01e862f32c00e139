"""The state directory of one installation: its secrets, its lock, its data."""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from annotator.embedded.process import EmbeddedError

ROOT = Path(__file__).resolve().parent.parent.parent
LEAST_FREE_BYTES = 500 * 2**20
# What a program needs to be part of the running installation; kept in a file that only we can read.
SHARED_VARIABLES = (
    "DATABASE_URL",
    "REDIS_URL",
    "STORAGE_URL",
    "LABELMILL_HOME",
    "LABELMILL_SECRET_KEY",
    "LABELMILL_URL",
    "LABELMILL_LOG_JSON",
)


class State:
    """`LABELMILL_HOME`, by default .labelmill in the checkout."""

    def __init__(self, home: Path) -> None:
        self.home = home.absolute()
        self._lock: int | None = None

    @classmethod
    def from_environment(cls) -> Self:
        return cls(Path(os.environ.get("LABELMILL_HOME", ROOT / ".labelmill")))

    def open(self) -> None:
        """Make the directory. Root leaves it passable, not readable, for the servers' own account."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            self.home.chmod(0o711 if os.geteuid() == 0 else 0o700)
        except OSError as error:
            raise EmbeddedError(
                f"{self.home} cannot be used ({error.strerror}); set LABELMILL_HOME to a directory of yours."
            ) from error

    def lock(self) -> None:
        """One installation runs once. The kernel drops the lock when we die, however we die."""
        path = self.home / "lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = path.read_text().strip() or "unknown"
            os.close(descriptor)
            raise EmbeddedError(
                f"Labelmill already runs from {self.home} (process {owner}). Stop it, or set LABELMILL_HOME "
                "and PORT to run a second one."
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._lock = descriptor

    def check_space(self) -> None:
        free = shutil.disk_usage(self.home).free
        if free < LEAST_FREE_BYTES:
            raise EmbeddedError(
                f"Only {free // 2**20} MB are free on the disk of {self.home}, and at least "
                f"{LEAST_FREE_BYTES // 2**20} MB are needed. Free some space, or set LABELMILL_HOME to a "
                "directory on another disk."
            )

    def remember(self, environment: Mapping[str, str]) -> None:
        """Let `make demo`, `make backup` and others find the servers of the running installation."""
        known = {name: environment[name] for name in SHARED_VARIABLES if name in environment}
        self._write_private(self.home / "environment.json", json.dumps(known, indent=1))

    def running_environment(self) -> dict[str, str]:
        path = self.home / "environment.json"
        if not path.exists() or not self._is_locked():
            raise EmbeddedError(f"Labelmill does not run from {self.home}; start it with `make up`.")
        known: dict[str, str] = json.loads(path.read_text())
        return known

    def secret(self, name: str) -> str:
        """A random text made on the first call and kept; readable to the owner alone."""
        path = self.home / name
        if not path.exists():
            self._write_private(path, secrets.token_urlsafe(48))
        return path.read_text().strip()

    def fresh_directory(self, name: str) -> Path:
        """An empty directory for what only this run needs."""
        path = self.home / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(mode=0o700)
        return path

    def _is_locked(self) -> bool:
        with (self.home / "lock").open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    @staticmethod
    def _write_private(path: Path, text: str) -> None:
        """Whole or not at all, and never readable to others, not even for a moment."""
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        fresh.replace(path)

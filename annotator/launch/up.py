"""`manage.py up`: the whole of Labelmill on one machine, under one supervisor.

Runs before Django's settings load, since it makes what they read: the secret key and the addresses of
the servers. Each address given in the environment replaces the embedded server.
"""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from annotator.embedded import EmbeddedError, EmbeddedPostgres, EmbeddedValkey
from annotator.launch.state import ROOT, State
from annotator.launch.supervisor import Program, Service, Supervisor

READY_SECONDS = 60.0
MANAGE = ROOT / "manage.py"


def main() -> int:
    # Signals become an ordinary exit, so that whatever already runs is stopped on the way out.
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, _interrupt)
    servers: list[Service] = []
    try:
        state = State.from_environment()
        check_surroundings(state)
        environment = make_environment(state, servers=servers)
        sign_ins = prepare(environment)
        return supervise(environment, servers=servers, sign_ins=sign_ins)
    except EmbeddedError as error:
        return _fail(str(error))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return _fail(f"The disk is full ({error.filename}); free some space and start again.")
    except KeyboardInterrupt:
        return 130
    finally:
        for server in reversed(servers):
            server.stop()


def check_surroundings(state: State) -> None:
    """Everything that would fail later, said now in one sentence."""
    if not (ROOT / "static" / "build").is_dir():
        raise EmbeddedError("The front end is not built; run `make up`, which builds it first.")
    state.open()
    state.lock()
    state.check_space()
    check_photographs()
    check_port(_host(), _port())


def check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror as error:
            raise EmbeddedError(f"HOST is {host!r}, which is no address of this machine.") from error
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise EmbeddedError(f"HOST is {host!r}, which is no address of this machine.") from error
            raise EmbeddedError(
                f"Port {port} on {host} cannot be used ({error.strerror}). Stop the program that uses it, or "
                f"choose another port: `make up PORT={port + 1 if port < 65535 else 8000}`."
            ) from error


def check_photographs() -> None:
    folder = os.environ.get("LABELMILL_DEMO_IMAGES")
    if folder and not Path(folder).is_dir():
        raise EmbeddedError(f"LABELMILL_DEMO_IMAGES is {folder!r}, which is no folder.")


def make_environment(state: State, *, servers: list[Service]) -> dict[str, str]:
    """Start the servers nobody gave us, adding them to `servers`, and name everything for the settings."""
    environment = os.environ | {
        "LABELMILL_HOME": str(state.home),
        "DJANGO_SETTINGS_MODULE": "annotator.settings",
        "PYTHONUNBUFFERED": "1",
    }
    environment.setdefault("LABELMILL_SECRET_KEY", state.secret("secret-key"))
    environment.setdefault("LABELMILL_METRICS_TOKEN", state.secret("metrics-token"))
    environment.setdefault("PROMETHEUS_MULTIPROC_DIR", str(state.fresh_directory("metrics")))
    environment.setdefault("LABELMILL_LOG_JSON", "0")
    if os.geteuid() == 0:  # Celery's warning is about pickled messages, which we never read
        environment.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser privileges")
    environment.setdefault("LABELMILL_URL", f"http://localhost:{_port()}")
    if "DATABASE_URL" not in environment:
        postgres = EmbeddedPostgres(state.home / "postgres")
        servers.append(postgres)
        environment["DATABASE_URL"] = postgres.start()
        _say("PostgreSQL", str(postgres.directory))
    if "REDIS_URL" not in environment:
        valkey = EmbeddedValkey(state.home / "valkey")
        servers.append(valkey)
        environment["REDIS_URL"] = valkey.start()
        _say("Valkey", str(valkey.directory))
    state.remember(environment)
    return environment


def prepare(environment: dict[str, str]) -> str:
    """Migrate, collect static files, load the demo; return the demo's table of sign-ins."""
    _run("prepare", environment)
    _say("Database", "migrated")
    if environment.get("LABELMILL_DEMO", "1") == "0":
        return ""
    return _run("demo", environment)


def supervise(environment: dict[str, str], *, servers: list[Service], sign_ins: str) -> int:
    supervisor = Supervisor(servers=servers, programs=programs(environment))

    def stop(sign: int, frame: FrameType | None) -> None:
        supervisor.stopping = True
        signal.signal(signal.SIGINT, _interrupt)  # a second Ctrl-C does not wait

    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, stop)
    announcement = Announcement(url=environment["LABELMILL_URL"], sign_ins=sign_ins)
    try:
        supervisor.start()
        supervisor.run(on_tick=announcement.when_ready)
        print("\nStopping ...", flush=True)
    finally:
        supervisor.stop()
        servers.clear()
    print("Labelmill has stopped. Its data stays; start again with `make up`.", flush=True)
    return 0


def programs(environment: dict[str, str]) -> list[Program]:
    """Two workers; threads come and go with need: whoever sends slowly holds one (docs/decisions/0002)."""
    binaries = Path(sys.executable).parent
    home = Path(environment["LABELMILL_HOME"])
    web: list[str | Path] = [binaries / "granian", "--interface", "wsgi", "--no-ws"]
    web += ["--host", _host(), "--port", str(_port())]
    web += ["--workers", "2", "--blocking-threads", "8", "--respawn-failed-workers"]
    web += ["--workers-kill-timeout", "5", "--log-level", "error", "annotator.wsgi:application"]
    celery: list[str | Path] = [binaries / "celery", "-q", "-A", "annotator.celery"]
    worker = [*celery, "worker", "--loglevel", "warning", "--concurrency", str(_cores())]
    beat = [*celery, "beat", "--loglevel", "warning", "--schedule", home / "celerybeat-schedule"]
    beat += ["--pidfile", ""]  # a file left by a crash would stop the next start
    commands = {"web": web, "worker": worker, "beat": beat}
    return [
        Program(name=name, command=command, folder=ROOT, environment=environment)
        for name, command in commands.items()
    ]


class Announcement:
    """Prints where to go, once, as soon as the site answers."""

    def __init__(self, *, url: str, sign_ins: str) -> None:
        self._url = url
        self._sign_ins = sign_ins
        self._deadline = time.monotonic() + READY_SECONDS
        self._done = False

    def when_ready(self) -> None:
        if self._done:
            return
        if _answers(f"http://127.0.0.1:{_port()}/readyz"):
            self._done = True
            print(f"\n{self._sign_ins}\nLabelmill is ready: {self._url}\nCtrl-C stops it.\n", flush=True)
        elif time.monotonic() > self._deadline:
            self._done = True
            print(f"\n{self._url} does not answer yet; the lines of `web` above say why.\n", flush=True)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


def _run(command: str, environment: dict[str, str]) -> str:
    """A management command's standard output; its errors go to ours, and its failure is an EmbeddedError."""
    done = subprocess.run(
        [sys.executable, str(MANAGE), command], env=environment, cwd=ROOT, stdout=subprocess.PIPE, check=False
    )
    if done.returncode != 0:
        raise EmbeddedError(f"`manage.py {command}` failed; the lines above say why.")
    return done.stdout.decode(errors="replace")


def _host() -> str:
    return os.environ.get("HOST") or "127.0.0.1"


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise EmbeddedError(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


def _cores() -> int:
    return max(1, len(os.sched_getaffinity(0)))


def _say(what: str, how: str) -> None:
    print(f"{what:<12}{how}", flush=True)


def _fail(sentence: str) -> int:
    print(f"\nLabelmill cannot start. {sentence}", file=sys.stderr, flush=True)
    return 1


def _interrupt(sign: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt

"""Keeps the programs of one machine running: restarts what dies, prefixes its words, stops all of it.

One thread, one loop. The servers and the programs answer to the same four verbs (Service).
"""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from annotator.embedded.process import spawn

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0  # having run this long, a program's next death starts from the first pause
STOP_SECONDS = 15.0
WATCHDOG = Path(__file__).with_name("watchdog.py")


class Service(Protocol):
    name: str

    def start(self) -> object: ...
    def running(self) -> bool: ...
    def stop(self) -> None: ...


@dataclass
class Program:
    """A command that runs in a process group of its own, and whose output is read by the supervisor."""

    name: str
    command: Sequence[str | Path]
    folder: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = spawn(
            self.command,
            cwd=self.folder,
            output=subprocess.PIPE,
            arguments={},
            environment=self.environment,
        )

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """SIGTERM to the main process alone: it tells its own workers, in its own order."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """End what is left of the whole group, the orphans of a killed main process included."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Life:
    """When a service was last started and how long to wait before the next time."""

    started: float = 0.0
    pause: float = FIRST_PAUSE
    again: float | None = None


@dataclass
class Supervisor:
    """Servers start before the programs and stop after them."""

    servers: list[Service]
    programs: list[Program]
    say: Callable[[str], None] = lambda text: print(text, flush=True)
    clock: Callable[[], float] = time.monotonic
    stopping: bool = False
    restarts: dict[str, int] = field(default_factory=dict)
    _lives: dict[str, Life] = field(default_factory=dict)
    _pipes: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _unfinished: dict[str, bytes] = field(default_factory=dict)
    _watchdog: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the programs; the servers already run, since their addresses had to be known."""
        self._watchdog = subprocess.Popen(
            [sys.executable, "-I", "-S", str(WATCHDOG)],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        now = self.clock()
        for server in self.servers:
            self._lives[server.name] = Life(started=now)
        for program in self.programs:
            self._lives[program.name] = Life(started=now)
            self._start_program(program)

    def run(self, *, tick: float = 0.25, on_tick: Callable[[], None] = lambda: None) -> None:
        """Until `stopping` is set by a signal."""
        while not self.stopping:
            self._pass_on_output(tick)
            self._look_after(self.servers)
            self._look_after(self.programs)
            on_tick()

    def stop(self, *, seconds: float = STOP_SECONDS) -> None:
        """Ask every program, wait for them together, end what is left; then the servers."""
        for program in self.programs:
            program.ask_to_stop()
        deadline = self.clock() + seconds
        while any(program.running() for program in self.programs) and self.clock() < deadline:
            self._pass_on_output(0.05)
        for program in self.programs:
            program.stop()
            self._tell_watchdog("-", program)
        self._pass_on_output(0)
        for server in reversed(self.servers):
            server.stop()
        if self._watchdog and self._watchdog.stdin:
            self._watchdog.stdin.close()
            self._watchdog.wait()
            self._watchdog = None

    def _look_after(self, services: Iterable[Service]) -> None:
        for service in services:
            life, now = self._lives[service.name], self.clock()
            if service.running():
                continue
            if life.again is None:
                if now - life.started > STEADY_SECONDS:
                    life.pause = FIRST_PAUSE
                life.again = now + life.pause
                self.say(f"{service.name} ended; it starts again in {life.pause:.0f} s")
                life.pause = min(life.pause * 2, LONGEST_PAUSE)
                self._finish(service)
            elif now >= life.again:
                life.again, life.started = None, now
                self.restarts[service.name] = self.restarts.get(service.name, 0) + 1
                self._restart(service)

    def _finish(self, service: Service) -> None:
        if isinstance(service, Program):
            service.stop()
            self._tell_watchdog("-", service)

    def _restart(self, service: Service) -> None:
        try:
            if isinstance(service, Program):
                self._start_program(service)
            else:
                service.start()
        except Exception as error:  # the supervisor outlives whatever goes wrong; the next try has a pause
            self.say(f"{service.name} does not start: {error}")

    def _start_program(self, program: Program) -> None:
        program.start()
        self._tell_watchdog("+", program)
        assert program.process
        assert program.process.stdout
        os.set_blocking(program.process.stdout.fileno(), False)
        self._pipes.register(program.process.stdout, selectors.EVENT_READ, program.name)

    def _tell_watchdog(self, change: str, program: Program) -> None:
        if self._watchdog and self._watchdog.stdin and program.process:
            try:
                self._watchdog.stdin.write(f"{change}{program.process.pid}\n")
                self._watchdog.stdin.flush()
            except BrokenPipeError:
                self.say("the watchdog is gone; a killed supervisor would leave programs behind")
                self._watchdog = None

    def _pass_on_output(self, timeout: float) -> None:
        if not self._pipes.get_map():
            time.sleep(timeout)
            return
        for key, _ in self._pipes.select(timeout):
            pipe: IO[bytes] = key.fileobj  # type: ignore[assignment]
            piece = os.read(pipe.fileno(), 65536)
            self._print_lines(key.data, piece)
            if not piece:
                self._pipes.unregister(pipe)
                pipe.close()

    def _print_lines(self, name: str, piece: bytes) -> None:
        """Whole lines as they come; at the end of the stream also a line without its end."""
        *lines, rest = (self._unfinished.pop(name, b"") + piece).split(b"\n")
        if piece:
            self._unfinished[name] = rest
        elif rest:
            lines.append(rest)
        for line in lines:
            self.say(f"{name:<6} | {line.decode(errors='replace').rstrip()}")

"""The supervisor restarts what dies, stops all of it, and leaves nothing behind however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from annotator.embedded.process import command_of
from annotator.launch import supervisor as supervision
from annotator.launch.supervisor import Program, Supervisor

ROOT = Path(__file__).resolve().parents[2]

# A program with a child that ignores SIGTERM: what a web server with a stuck worker looks like.
STUBBORN = """
import os, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", '''
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("child is deaf", flush=True)
time.sleep(600)
'''])
print(os.getpid(), child.pid, flush=True)
time.sleep(600)
"""

OWNER = f"""
import sys
from pathlib import Path
from annotator.launch.supervisor import Program, Supervisor
program = Program(name="p", command=[sys.executable, "-c", {STUBBORN!r}], folder=Path("."), environment={{}})
supervisor = Supervisor(servers=[], programs=[program])
supervisor.start()
supervisor.run()
"""


def until(condition: Callable[[], bool], *, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


class Stage:
    """A supervisor over one Python program, with what it said and a way to turn its loop."""

    def __init__(self, script: str) -> None:
        self.said: list[str] = []
        self.program = Program(
            name="play",
            command=[sys.executable, "-c", script],
            folder=Path("/"),
            environment=dict(os.environ),
        )
        self.supervisor = Supervisor(servers=[], programs=[self.program], say=self.said.append)

    def turn_until(self, condition: Callable[[], bool], *, seconds: float = 20) -> bool:
        deadline = time.monotonic() + seconds

        def look() -> None:
            self.supervisor.stopping = condition() or time.monotonic() > deadline

        self.supervisor.stopping = False
        self.supervisor.run(tick=0.02, on_tick=look)
        return condition()


@pytest.fixture
def stage():
    stages: list[Stage] = []

    def make(script: str) -> Stage:
        stages.append(Stage(script))
        stages[-1].supervisor.start()
        return stages[-1]

    yield make
    for one in stages:
        one.supervisor.stop(seconds=0.1)


def test_lines_carry_the_name_of_their_program(stage) -> None:
    play = stage("print('first'); print('last, without its end', end='')")
    lines = lambda: [text for text in play.said if "|" in text]  # noqa: E731
    assert play.turn_until(lambda: len(lines()) >= 2)
    assert lines()[:2] == ["play   | first", "play   | last, without its end"]


def test_killed_program_starts_again(stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "FIRST_PAUSE", 0.05)
    play = stage("import os, time; print(os.getpid(), flush=True); time.sleep(600)")
    first = play.program.process.pid
    os.kill(first, signal.SIGKILL)
    assert play.turn_until(lambda: play.supervisor.restarts.get("play") == 1)
    assert play.program.running()
    assert play.program.process.pid != first


def test_program_that_cannot_live_is_tried_ever_more_slowly(stage) -> None:
    play = stage("raise SystemExit(1)")
    seconds = 0.0
    play.supervisor.clock = lambda: seconds
    moments = []
    for _ in range(400):
        before = play.supervisor.restarts.get("play", 0)
        play.program.process.wait()
        play.supervisor._look_after(play.supervisor.programs)
        if play.supervisor.restarts.get("play", 0) > before:
            moments.append(seconds)
        seconds += 0.5
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert pauses == sorted(pauses)
    assert pauses[-1] >= supervision.LONGEST_PAUSE


def test_orphans_of_a_killed_program_are_ended_before_it_starts_again(stage) -> None:
    play = stage(STUBBORN)
    assert play.turn_until(lambda: any("deaf" in line for line in play.said))
    main, child = (
        int(word) for line in play.said if "deaf" not in line for word in line.split("|")[1].split()
    )
    os.kill(main, signal.SIGKILL)
    assert play.turn_until(lambda: not command_of(child))


def test_stop_ends_even_a_deaf_child_within_its_time(stage) -> None:
    play = stage(STUBBORN)
    assert play.turn_until(lambda: any("deaf" in line for line in play.said))
    child = int(next(line for line in play.said if "deaf" not in line).split()[-1])
    started = time.monotonic()
    play.supervisor.stop(seconds=1)
    assert time.monotonic() - started < 15  # the child sleeps for ten minutes
    assert until(lambda: not command_of(child))


def test_killed_supervisor_leaves_no_process_behind() -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert owner.stdout
    words: list[str] = []
    while not any("deaf" in line for line in words) or len(words) < 2:
        words.append(owner.stdout.readline())
    main, child = (int(w) for line in words if "deaf" not in line for w in line.split("|")[1].split())
    owner.kill()
    owner.wait()
    assert until(lambda: not command_of(main))
    assert until(lambda: not command_of(child))

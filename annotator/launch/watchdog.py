"""Ends the process groups of a supervisor that was killed before it could.

Reads "+<group>" and "-<group>" lines on standard input. The end of input means that the supervisor is
gone, for whatever reason; groups still on the list then get SIGTERM, and five seconds later SIGKILL.
It imports nothing of the project, so it stays small and starts in milliseconds.
"""

import os
import signal
import sys
import time

GRACE_SECONDS = 5.0


def end_groups(groups: set[int]) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    alive = {group for group in groups if _signal(group, signal.SIGTERM)}
    while alive and time.monotonic() < deadline:
        time.sleep(0.05)
        alive = {group for group in alive if _signal(group, 0)}
    for group in alive:
        _signal(group, signal.SIGKILL)


def _signal(group: int, sign: int) -> bool:
    """False when the group has no process left."""
    try:
        os.killpg(group, sign)
    except ProcessLookupError:
        return False
    return True


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)  # only the end of input counts
    groups: set[int] = set()
    for line in sys.stdin:
        change, group = line[0], int(line[1:])
        if change == "+":
            groups.add(group)
        else:
            groups.discard(group)
    end_groups(groups)


if __name__ == "__main__":
    main()

"""Waking workers. A message is never the truth: what it would have announced, a sweep finds."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from kombu.exceptions import OperationalError

# A wake-up that waited longer in the queue is stale: while workers are busy, they wake each other, and
# the sweep wakes them anyway. It keeps one kind of work from crowding out everything else.
STALE_SECONDS = 30


def wake(task: Any, *what: int | str) -> None:
    """Tell workers that there is work for this Celery task; without a broker the sweep finds it later."""
    with suppress(OperationalError):
        task.apply_async(args=what, expires=STALE_SECONDS, retry=False)

"""Many people at once: each in a thread with a connection of its own, all let go at one moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Who = TypeVar("Who")
What = TypeVar("What")


def all_at_once(work: Callable[[Who], What], people: Sequence[Who]) -> list[What]:
    """Run `work` for everybody at the same time; the results in their order, the first error raised."""
    start = threading.Barrier(len(people))

    def one(person: Who) -> What:
        try:
            connection.ensure_connection()
            start.wait(timeout=60)
            return work(person)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(one, people))

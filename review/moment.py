"""The moment tasks are settled, and the moment a release cuts off: never mixed up.

A release holds what was settled until its cut-off. A transaction that settles a task stamps it before it
commits, so a cut-off taken in between would miss the task at first and hold it on a second look. Hence
settlers share one advisory lock until they commit, and a cut-off waits for them while it keeps new ones
out: every task stamped before the cut-off is then visible, and every later stamp is later. The stamps come
from the database's clock, as the clocks of several hosts differ.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

LOCK = 0x6C6D_5E77  # any constant of our own


def settling_moment() -> datetime:
    """The settling time for the transaction that is open; releases wait until it ends."""
    return _moment(lock="pg_advisory_xact_lock_shared")


def cutoff_moment() -> datetime:
    """A moment with no settling in flight: all tasks stamped until then are visible to the next statement."""
    return _moment(lock="pg_advisory_xact_lock")


def _moment(*, lock: str) -> datetime:
    if not connection.in_atomic_block:
        raise RuntimeError("a moment holds for a transaction; open one first")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(%s)", [LOCK])
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment

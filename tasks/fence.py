"""For how long a worker has what it took, and when what failed is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

MOST_PAUSE_SECONDS = 600


def held_until(now: datetime) -> datetime:
    """When a job or an archive goes to another worker unless its own says before that it goes on."""
    return now + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def again_at(now: datetime, *, attempts: int) -> datetime:
    """Later after each attempt: 10 s, 20 s, 40 s ... ten minutes."""
    return now + timedelta(seconds=min(MOST_PAUSE_SECONDS, 5 * 2 ** min(attempts, 10)))

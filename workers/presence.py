"""What the workbench last said of an annotator. The statements are functions in desk.sql."""

from __future__ import annotations

from django.db import connection

from workers.earnings import Today

# A pause longer than this ends a stretch of work.
STRETCH_GAP_SECONDS = 600
# Heartbeats that say the same are written once in so many seconds.
SAME_AGAIN_SECONDS = 10

_TOUCH = "SELECT * FROM presence_touch(%s, %s, %s, %s, %s, %s, %s)"


def touch(*, person_id: int, project_id: int | None, submitted: bool, held: int, unsent: int) -> Today:
    """Note that a person is here now, what they hold and how much their browser has not yet sent; returns
    what today has brought.

    Call it outside a transaction, which would not wait for the disk either.
    """
    values = [person_id, project_id, submitted, min(held, 32767), min(unsent, 2**31 - 1)]
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH, [*values, STRETCH_GAP_SECONDS, SAME_AGAIN_SECONDS])
        return Today(*cursor.fetchone())

"""What this process remembers of the seats it gave out: a browser's answers mostly come back on the line that
brought the tasks, and are then checked without asking the database what they are checked against.

Only what never changes is kept: that a person held a task, its schema, and its image's size.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Sequence

from tasks import queue
from tasks.queue import Facts, Seat

_MOST = 50_000
_lock = threading.Lock()
_known: dict[tuple[int, int], Facts] = {}


def remember(*, annotator_id: int, seats: Iterable[Seat]) -> None:
    with _lock:
        for seat in seats:
            _known[annotator_id, seat.task] = Facts(seat.schema, seat.width, seat.height)
        while len(_known) > _MOST:
            del _known[next(iter(_known))]


def facts_of(*, annotator_id: int, tasks: Sequence[tuple[int, uuid.UUID]]) -> dict[int, Facts]:
    """As queue.facts_of; the database is asked only for what is not remembered."""
    known = {task: _known.get((annotator_id, task)) for task, _token in tasks}
    unknown = [(task, token) for task, token in tasks if known[task] is None]
    asked = queue.facts_of(annotator_id=annotator_id, tasks=unknown)
    return {task: facts for task, facts in known.items() if facts} | asked

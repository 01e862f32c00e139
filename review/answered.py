"""The answered tasks a settler takes: plain rows, as thousands a second go through here."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

# The longest waiting first, past those that another settler has in hand.
LOCK = "FOR UPDATE OF t SKIP LOCKED"
_TAKE = """
SELECT t.id, t.project_id, t.batch_id, t.schema_id, t.max_overlap - t.overlap, coalesce(i.width, 0),
    coalesce(i.height, 0), p.settle_threshold, p.priority + b.priority,
    p.verifies
FROM tasks_task t
JOIN tasks_image i ON i.id = t.image_id
JOIN tasks_project p ON p.id = t.project_id
JOIN tasks_batch b ON b.id = t.batch_id
WHERE t.state = 'answered' ORDER BY t.answered_at, t.id LIMIT %s
"""
# The newest version of each answer that has a seat: a surplus answer is kept and paid, never counted. Nor is
# one that a spot check rejected (review/counted.py).
_READ = """
SELECT s.task_id, s.id::text, s.annotator_id, s.payload::text, s.created_at
FROM tasks_submission s
WHERE s.task_id = ANY(%s) AND s.assignment_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM tasks_submission newer WHERE newer.supersedes_id = s.id)
    AND NOT EXISTS (SELECT FROM review_checkedanswer c
                    WHERE c.submission_id = s.id AND c.rejected AND c.lifted_at IS NULL)
ORDER BY s.task_id, s.id
"""


@dataclass(frozen=True, slots=True)
class Given:
    """One counted answer; `payload` is its JSON text."""

    id: uuid.UUID | str
    annotator_id: int
    payload: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """One answered task with its counted answers; `seats_left` more people may be asked."""

    task: int
    project: int
    batch: int
    schema: int
    seats_left: int
    size: tuple[float, float]
    threshold: float
    priority: int
    verifies: bool
    submissions: Sequence[Given]


def take_cases(*, limit: int) -> list[Case]:
    """Lock answered tasks that nobody else is settling, then read their answers, which now stand still."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_TAKE} {LOCK}", [limit])
        tasks = cursor.fetchall()
        answers: dict[int, list[Given]] = defaultdict(list)
        cursor.execute(_READ, [[row[0] for row in tasks]])
        for task, *answer in cursor:
            answers[task].append(Given(*answer))
    return [
        Case(
            task=task,
            project=project,
            batch=batch,
            schema=schema,
            seats_left=seats_left,
            size=(float(width), float(height)),
            threshold=threshold,
            priority=priority,
            verifies=verifies,
            submissions=answers[task],
        )
        for task, project, batch, schema, seats_left, width, height, threshold, priority, verifies in tasks
    ]

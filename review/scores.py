"""Agreement of submissions with what was settled, added to the workers' hourly rollups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from django.db import connection

# Rows are written in the order of their key, so that two writers never wait for each other in a circle.
ADD = """
INSERT INTO workers_throughput
    (person_id, project_id, hour, submissions, skips, annotations, active_ms, agreement_sum, agreement_count)
SELECT person, project, hour, 0, 0, 0, 0, total, count
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::float8[], %s::integer[])
    AS t (person, project, hour, total, count)
ORDER BY person, project, hour
ON CONFLICT (person_id, project_id, hour) DO UPDATE SET
    agreement_sum = workers_throughput.agreement_sum + excluded.agreement_sum,
    agreement_count = workers_throughput.agreement_count + excluded.agreement_count
"""

TAKE_BACK = """
WITH locked AS (
    SELECT w.person_id, w.project_id, w.hour, t.total, t.count
    FROM workers_throughput w
    JOIN unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::float8[], %s::integer[])
        AS t (person, project, hour, total, count)
        ON w.person_id = t.person AND w.project_id = t.project AND w.hour = t.hour
    ORDER BY w.person_id, w.project_id, w.hour
    FOR NO KEY UPDATE OF w
)
UPDATE workers_throughput w
SET agreement_sum = w.agreement_sum - locked.total, agreement_count = w.agreement_count - locked.count
FROM locked
WHERE w.person_id = locked.person_id AND w.project_id = locked.project_id AND w.hour = locked.hour
"""


class Authored(Protocol):
    """A submission, or a row of one."""

    @property
    def annotator_id(self) -> int: ...

    @property
    def created_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Score:
    """How well one submission agrees with its settled task, 0 to 1."""

    submission: Authored
    project: int
    agreement: float


def record_agreements(*, scores: Iterable[Score]) -> None:
    """Add each score to its author's hour of submission; call once a submission, where it is settled."""
    _write(ADD, scores)


def withdraw_agreements(*, scores: Iterable[Score]) -> None:
    """Take back scores that were recorded: a reviewer found the conclusion they rest on wrong."""
    _write(TAKE_BACK, scores)


def _write(statement: str, scores: Iterable[Score]) -> None:
    totals: dict[tuple[int, int, datetime], list[float]] = defaultdict(list)
    for score in scores:
        submission = score.submission
        hour = submission.created_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        totals[submission.annotator_id, score.project, hour].append(score.agreement)
    if not totals:
        return
    people, projects, hours = zip(*totals, strict=True)
    sums, counts = [sum(s) for s in totals.values()], [len(s) for s in totals.values()]
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(people), list(projects), list(hours), sums, counts])

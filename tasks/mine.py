"""What an annotator sees of their own answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tasks.models import Assignment, Submission, Task
from workers.models import Earning, Person

SHOWN = 50
# So long after an answer its author may see what was settled, of gold as of anything else.
TOLD_AFTER = timedelta(hours=1)
PRACTICE = "practice"
# What a task's state means to somebody who answered it: words and tone.
_STATES: dict[str, tuple[str | Promise, str]] = {
    Task.State.OPEN: (_("Waiting for others"), ""),
    Task.State.ANSWERED: (_("Being compared"), "info"),
    Task.State.DISPUTED: (_("With a reviewer"), "info"),
    Task.State.SETTLED: (_("Done"), "good"),
    PRACTICE: (_("Practice"), "info"),
}


@dataclass(frozen=True, slots=True)
class Mine:
    """One answer as its author sees it; paid is none where the project has no price."""

    submission: Submission
    corrected: bool
    state: str | Promise
    tone: str
    paid: Decimal | None
    currency: str
    is_told: bool
    is_practice: bool


def last_submissions(*, person: Person, now: datetime) -> list[Mine]:
    """The person's last answers, newest first; three queries."""
    rows = list(
        Submission.objects.filter(annotator=person, version=1)
        .select_related("task__image", "task__project")
        .defer("payload")
        .order_by("-created_at")[:SHOWN]
    )
    pieces = Earning.objects.filter(submission__in=[row.id for row in rows], kind=Earning.Kind.PIECE)
    paid = {piece.submission: piece for piece in pieces}
    newer = Submission.objects.filter(supersedes__in=[row.id for row in rows])
    corrected = set(newer.values_list("supersedes", flat=True))
    return [
        _mine(row, state=state, corrected=row.id in corrected, piece=paid.get(row.id), now=now)
        for row, state in zip(rows, _shown_states(rows), strict=True)
    ]


def _mine(row: Submission, *, state: str, corrected: bool, piece: Earning | None, now: datetime) -> Mine:
    words, tone = _STATES[state]
    return Mine(
        submission=row,
        corrected=corrected,
        state=words,
        tone=tone,
        paid=piece.amount if piece else None,
        currency=piece.currency if piece else "",
        is_told=state == Task.State.SETTLED and row.created_at < now - TOLD_AFTER,
        is_practice=row.purpose == Assignment.Purpose.PRACTICE,
    )


def _shown_states(rows: Sequence[Submission]) -> list[str]:
    """The state of each answer's task, newest first. A task that measures was settled long ago: it is shown
    in the state of the work given just before it, else after it, so that nobody can tell it."""
    shown: list[str] = []
    work = {i: row.task.state for i, row in enumerate(rows) if row.purpose == Assignment.Purpose.WORK}
    for i, row in enumerate(rows):
        if row.purpose == Assignment.Purpose.MEASURE:
            before = next((work[j] for j in range(i + 1, len(rows)) if _is_like(rows[j], row, j, work)), None)
            after = next((work[j] for j in range(i - 1, -1, -1) if _is_like(rows[j], row, j, work)), None)
            shown.append(before or after or Task.State.OPEN)
        else:
            shown.append(PRACTICE if row.purpose == Assignment.Purpose.PRACTICE else row.task.state)
    return shown


def _is_like(other: Submission, row: Submission, place: int, work: Mapping[int, str]) -> bool:
    return place in work and other.task.project_id == row.task.project_id

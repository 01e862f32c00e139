"""What an annotator sees of their own answers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tasks.models import Submission, Task
from workers.models import Earning, Person

SHOWN = 50
# What a task's state means to somebody who answered it: words and tone.
_STATES: dict[str, tuple[str | Promise, str]] = {
    Task.State.OPEN: (_("Waiting for others"), ""),
    Task.State.ANSWERED: (_("Being compared"), "info"),
    Task.State.DISPUTED: (_("With a reviewer"), "info"),
    Task.State.SETTLED: (_("Done"), "good"),
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


def last_submissions(*, person: Person) -> list[Mine]:
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
        Mine(
            submission=row,
            corrected=row.id in corrected,
            state=_STATES[row.task.state][0],
            tone=_STATES[row.task.state][1],
            paid=paid[row.id].amount if row.id in paid else None,
            currency=paid[row.id].currency if row.id in paid else "",
        )
        for row in rows
    ]

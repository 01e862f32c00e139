"""An annotator's word to the supervisor about a task; the task stays with the annotator."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Annotated, Literal

import msgspec
from django.db.models import Exists, OuterRef

from annotator.errors import NotVisible
from tasks.models import Assignment, EndedSeat, LostLease, ProblemReport, Submission, Task
from tasks.veil import unveil
from workers.models import Person


class Report(msgspec.Struct):
    task: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    kind: Literal["guide", "image", "tool", "other"]
    note: Annotated[str, msgspec.Meta(max_length=500, pattern=r"^[^\x00]*\Z")] = ""
    person: int | None = None


def report_problem(*, person: Person, report: Report) -> ProblemReport:
    """Keep a report on a task that the person holds, held or answered; sent twice it is one report."""
    met = [
        Exists(table.objects.filter(task=OuterRef("id"), annotator=person))
        for table in (Assignment, Submission, LostLease, EndedSeat)
    ]
    task = Task.objects.filter(reduce(or_, met), id=unveil(report.task)).first()
    if task is None:
        raise NotVisible
    same, _made = ProblemReport.objects.get_or_create(
        task=task, person=person, kind=report.kind, note=report.note, handled_at=None
    )
    return same

"""What review tells annotators of their own work: notices, consequences with their reasons, and each answer
beside the settled one.

An answer to gold is told like any other: after the same time, in the same words.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from annotator.errors import NotVisible
from review.appeals import own_settled
from review.consensus import DEFAULT_SKILL, judge, parse_answer, parse_spec
from review.consequences import reason_of
from review.gold import bare
from review.models import Adjudication, Appeal, CheckedAnswer, Consensus, Consequence
from review.outlines import path_of
from review.portal.summary import Named, Names
from tasks.delivery import image_url
from tasks.mine import TOLD_AFTER
from tasks.models import Image, Return, Submission, Task
from workers.models import Person

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Told:
    """A consequence as its person reads it; `appeal` is theirs, if they made one."""

    consequence: Consequence
    reason: str
    appeal: Appeal | None


@dataclass(frozen=True, slots=True)
class Row:
    """One class or question: what the person said, and what was settled; each as things with names."""

    named: Named
    yours: list[Named]
    settled: list[Named]

    @property
    def differs(self) -> bool:
        return self.yours != self.settled


@dataclass(frozen=True, slots=True)
class Beside:
    """One answer beside what was settled; `score` 0 to 1; `note` is the reviewer's, if one decided."""

    submission: Submission
    image: Image
    screen: str
    yours: list[str]
    settled: list[str]
    rows: list[Row]
    score: float
    note: str
    rejection: CheckedAnswer | None
    appeal: Appeal | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A rejected answer; it can be looked at once its task is settled, and corrected if it came back."""

    checked: CheckedAnswer
    is_told: bool
    is_back: bool


def rejected(*, person: Person, now: datetime) -> list[Rejected]:
    """The latest answers of the person that spot checks rejected; two queries."""
    rows = CheckedAnswer.objects.filter(submission__annotator=person, rejected=True).order_by("-id")
    related = rows.select_related("submission__task__image", "submission__task__project", "check_made")
    shown = list(related[:SHOWN])
    back = Return.objects.filter(submission__in=[row.submission_id for row in shown], ended_at=None)
    with_them = set(back.values_list("submission", flat=True))
    return [Rejected(row, _is_told(row.submission, now=now), row.submission_id in with_them) for row in shown]


def _is_told(submission: Submission, *, now: datetime) -> bool:
    return submission.task.state == Task.State.SETTLED and submission.created_at < now - TOLD_AFTER


def told(*, person: Person) -> list[Told]:
    """The latest consequences, with their appeals; two queries."""
    rows = Consequence.objects.filter(person=person).select_related("project").order_by("-made_at")[:SHOWN]
    appeals = {appeal.consequence_id: appeal for appeal in Appeal.objects.filter(consequence__in=list(rows))}
    return [Told(row, reason_of(row), appeals.get(row.id)) for row in rows]


def beside(*, person: Person, submission_id: uuid.UUID, now: datetime) -> Beside:
    """The person's own answer beside the settled one. Raises NotVisible while it is open or fresh."""
    first = Submission.objects.filter(id=submission_id, annotator=person, created_at__lt=now - TOLD_AFTER)
    submission = (
        own_settled(person)
        .filter(task__in=first.values("task"))
        .select_related("task__image", "task__schema", "task__project")
        .first()
    )
    if submission is None:
        raise NotVisible
    consensus = Consensus.objects.get(task=submission.task_id)
    verdict = Adjudication.objects.filter(dispute__task=submission.task_id).order_by("-created_at").first()
    image = submission.task.image
    settled = bare(consensus.payload)
    return Beside(
        submission=submission,
        image=image,
        screen=image_url(image, "screen"),
        yours=[path_of(shape) for shape in submission.payload["shapes"]],
        settled=[path_of(shape) for shape in settled["shapes"]],
        rows=_rows(submission, settled),
        score=_score(submission, settled),
        note=verdict.note if verdict else "",
        rejection=CheckedAnswer.objects.filter(
            submission__task=submission.task_id, submission__annotator=person, rejected=True
        ).last(),
        appeal=Appeal.objects.filter(submission=submission).first(),
    )


def _score(submission: Submission, settled: dict[str, Any]) -> float:
    """Computed anew: not every settled task recorded this answer's agreement."""
    answer = parse_answer(
        submission=str(submission.id), annotator=1, skill=DEFAULT_SKILL, payload=submission.payload
    )
    spec = parse_spec(submission.task.schema.spec)
    return judge(payload=settled, answers=[answer], spec=spec).agreement[answer.submission]


def _rows(submission: Submission, settled: dict[str, Any]) -> list[Row]:
    """Classes with how many were drawn of each, then the questions."""
    names = Names(submission.task.schema.spec)
    both = (submission.payload, settled)
    counts = [{named["key"]: (named, n) for named, _color, n in names.counts(one)} for one in both]
    said = [{one.group["key"]: one for one in names.said(_as_consensus(one))} for one in both]
    rows = []
    for key in dict.fromkeys([*counts[1], *counts[0]]):
        named = (counts[1].get(key) or counts[0][key])[0]
        yours, theirs = ([{"key": f"×{one[key][1]}"}] if key in one else [] for one in counts)
        rows.append(Row(named, list[Named](yours), list[Named](theirs)))
    for key in dict.fromkeys([*said[1], *said[0]]):
        group = (said[1].get(key) or said[0][key]).group
        rows.append(Row(group, *([*one[key].values] if key in one else [] for one in said)))
    return rows


def _as_consensus(payload: dict[str, Any]) -> dict[str, Any]:
    return {"tags": {key: {"value": value} for key, value in payload["tags"].items()}}

"""Practice: tasks whose right answer is shown at once, and the mark that lets a newcomer in.

A person passes when the mean over the last FEW practice answers reaches the project's mark; where fewer tasks
are left than that, over those. Somebody sent back begins anew with tasks they have not seen.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from annotator.errors import NotVisible
from review.marking import mark_practice
from review.models import GoldScore
from tasks import gold
from tasks.delivery import image_url
from tasks.models import Assignment, Entrance, GoldTask, Project, Submission
from tasks.veil import veil
from workers import notices
from workers.models import Person

FEW = 5
Practice = Assignment.Purpose.PRACTICE


@dataclass(frozen=True, slots=True)
class Standing:
    """How far somebody is: `mean` over the last `counted` of `needed` answers; `left` tasks not seen yet."""

    state: str
    mean: float | None
    counted: int
    needed: int
    left: int
    mark: float | None


def feedback(*, person: Person, submission_id: uuid.UUID, now: datetime) -> dict[str, Any]:
    """What the workbench shows after a practice answer: the right one, the score, how far the person is.

    Only of the person's own answers to practice: of nothing else is the right answer ever told. The image's
    address comes anew: the one that the answer was drawn on may have run out while the line was down.
    """
    submission = (
        Submission.objects.filter(id=submission_id, annotator=person, purpose=Practice)
        .select_related("task__schema", "task__image", "task__gold__project")
        .first()
    )
    if submission is None:
        raise NotVisible
    score = mark_practice(submission)
    standing = settle_in(person=person, project=submission.task.gold.project, now=now)
    return {
        "submission": str(submission.id),
        "task": veil(submission.task_id),
        "image": image_url(submission.task.image, "screen", now=now.timestamp()),
        "score": score.score,
        "right": submission.task.gold.payload,
        "standing": {
            "state": standing.state,
            "mean": standing.mean,
            "counted": standing.counted,
            "needed": standing.needed,
            "left": standing.left,
            "mark": standing.mark,
        },
    }


def settle_in(*, person: Person, project: Project, now: datetime) -> Standing:
    """Let the person in if they have reached the mark; tell their supervisors when practice is used up."""
    standing = standing_of(person=person, project=project)
    if standing.mark is None or standing.state == Entrance.State.PASSED or standing.counted < standing.needed:
        return standing
    mean = standing.mean or 0.0
    if standing.needed and mean >= standing.mark:
        changed = gold.set_entrance(
            person_id=person.id, project_id=project.id, state=Entrance.State.PASSED, reason="", now=now
        )
        return standing_of(person=person, project=project) if changed else standing
    if standing.left == 0:
        _say_used_up(person, project, mean=mean)
    return standing


def standing_of(*, person: Person, project: Project) -> Standing:
    entrance = gold.entrance(person_id=person.id, project_id=project.id)
    left = practice_left(person=person, project=project)
    scores = GoldScore.objects.filter(
        project=project, person=person, is_practice=True, answered_at__gte=entrance.changed_at
    )
    if entrance.state == Entrance.State.PASSED:
        scores = GoldScore.objects.filter(project=project, person=person, is_practice=True)
    last = list(scores.order_by("-answered_at").values_list("score", flat=True)[:FEW])
    return Standing(
        state=entrance.state,
        mean=sum(last) / len(last) if last else None,
        counted=len(last),
        needed=min(FEW, len(last) + left),
        left=left,
        mark=project.practice_pass_mark,
    )


def practice_left(*, person: Person, project: Project) -> int:
    """Practice tasks in use that the person has not answered."""
    answered = Submission.objects.filter(task=OuterRef("task"), annotator=person)
    unseen = GoldTask.objects.filter(
        ~Exists(answered), project=project, kind=GoldTask.Kind.PRACTICE, retired_at=None
    )
    return unseen.count()


def let_in(*, person: Person, project: Project, now: datetime) -> bool:
    """A supervisor lets somebody work who has not reached the mark. False: was in already."""
    return gold.set_entrance(
        person_id=person.id, project_id=project.id, state=Entrance.State.PASSED, reason="", now=now
    )


def _say_used_up(person: Person, project: Project, *, mean: float) -> None:
    """Once: the last answer may be looked at any number of times."""
    about = {"person": person.display_name, "project": project.name, "mean": f"{mean:.0%}"}
    told = notices.supervisors_of(site_id=person.site_id)
    notices.notify_once(people=told, kind="practice_used_up", about=about)

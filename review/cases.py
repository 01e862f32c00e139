"""A dispute as the reviewer's page shows it: the image, the competing answers, what the machine proposes.

People stay anonymous: an answer is called A, B, C in an order that has nothing to do with who gave it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from string import ascii_uppercase
from typing import Any

from django.utils.translation import gettext

from review.counted import counted_answers
from review.models import CheckedAnswer, Consensus, Dispute, SpotCheck, Thread
from tasks.delivery import image_url
from tasks.models import Assignment, LabelSchema, Return, Submission
from tasks.veil import veil


def describe(disputes: Sequence[Dispute]) -> list[dict[str, Any]]:
    """JSON of each dispute; six queries however many there are."""
    tasks = [dispute.task_id for dispute in disputes]
    answers: dict[int, list[Submission]] = defaultdict(list)
    for submission in counted_answers(tasks):
        answers[submission.task_id].append(submission)
    skips: dict[int, list[Assignment]] = defaultdict(list)
    skipped = Assignment.objects.filter(task__in=tasks, state=Assignment.State.SKIPPED)
    for seat in skipped.order_by("id"):
        skips[seat.task_id].append(seat)
    proposals = Consensus.objects.in_bulk(tasks)
    talks: dict[tuple[int, int], list[Thread]] = defaultdict(list)
    for thread in Thread.objects.filter(task__in=tasks).prefetch_related("comments").order_by("id"):
        talks[thread.task_id, thread.annotator_id].append(thread)
    return [
        _case(
            dispute,
            answers=answers[dispute.task_id],
            skips=skips[dispute.task_id],
            proposal=proposals.get(dispute.task_id),
            talks=talks,
        )
        for dispute in disputes
    ]


def describe_check(check: SpotCheck) -> dict[str, Any]:
    """A spot check in the same form: the page puts its conclusion right as it settles a dispute."""
    (case,) = describe([_as_dispute(check)])
    return {**case, "reason_text": gettext("Spot check"), "can_ask": False}


def describe_return(back: Return) -> dict[str, Any]:
    """An answer that went back to its author in the same form: what was found of it, and it alone."""
    answer = back.submission
    rejection = CheckedAnswer.objects.filter(submission=answer, rejected=True).last()
    found = ": ".join(filter(None, [rejection.get_reason_display(), rejection.note])) if rejection else ""
    standing = Dispute(id=0, task=answer.task, project_id=answer.task.project_id)
    case = _case(standing, answers=[answer], skips=[], proposal=None, talks={})
    # Annotators learn no row's number.
    return {**case, "task": veil(answer.task_id), "reason_text": found, "can_ask": False}


def specs_of_check(check: SpotCheck, *, known: Iterable[int]) -> dict[int, dict[str, Any]]:
    return specs_of([_as_dispute(check)], known=known)


def shuffled(answers: Iterable[Submission]) -> list[Submission]:
    """In an order that tells nothing of who gave them, the same each time."""
    return sorted(answers, key=lambda s: hashlib.sha256(s.id.bytes).digest())


def _as_dispute(check: SpotCheck) -> Dispute:
    """Never saved."""
    return Dispute(id=check.id, task=check.task, project_id=check.project_id)


def _case(
    dispute: Dispute,
    *,
    answers: Iterable[Submission],
    skips: Iterable[Assignment],
    proposal: Consensus | None,
    talks: Mapping[tuple[int, int], Sequence[Thread]],
) -> dict[str, Any]:
    task, image = dispute.task, dispute.task.image
    return {
        "id": dispute.id,
        "task": task.id,
        "schema": task.schema_id,
        "reason": dispute.reason,
        "reason_text": dispute.get_reason_display(),
        "where": dispute.where,
        "image": {
            "url": image_url(image, "screen"),
            "original": image_url(image, "original"),
            "width": image.width,
            "height": image.height,
            "name": image.name,
        },
        "answers": [
            {
                "submission": str(s.id),
                "letter": letter,
                "payload": s.payload,
                "threads": [_talk(thread) for thread in talks.get((task.id, s.annotator_id), ())],
            }
            for s, letter in zip(shuffled(answers), ascii_uppercase, strict=False)
        ],
        "proposal": proposal.payload if proposal else None,
        "skips": [{"reason": seat.get_skip_reason_display(), "note": seat.note} for seat in skips],
        "can_ask": task.answers < task.max_overlap,
    }


def _talk(thread: Thread) -> dict[str, Any]:
    comments = sorted(thread.comments.all(), key=attrgetter("written_at"))
    return {
        "id": thread.id,
        "shape": thread.shape,
        "place": None if thread.x is None else [thread.x, thread.y],
        "resolved": thread.resolved_at is not None,
        "comments": [{"side": one.side, "words": one.words} for one in comments],
    }


def specs_of(disputes: Sequence[Dispute], *, known: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The label schemas the page does not have yet, by id; the disputes carry them already."""
    schemas: dict[int, LabelSchema] = {d.task.schema_id: d.task.schema for d in disputes}
    return {number: schema.spec for number, schema in schemas.items() if number not in set(known)}

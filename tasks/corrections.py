"""Corrections: an annotator goes back to an answer and sends it anew, as long as its task is not settled.

A correction is a new version of the submission, in the same seat; neither is ever changed. It is not
counted and not paid again; the hour's rollup follows the answer's size. The task's lock puts correcting
and settling in one order: settling reads the newest versions under it, and who comes second is refused.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any, Literal

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict
from tasks import gold, returns
from tasks.models import Assignment, Submission, Task
from tasks.queue import Facts, IdReused
from workers.models import Person

# So many answers the workbench keeps at hand.
LAST = 20


class AnswerUnknown(Conflict):
    code = "answer_unknown"
    detail = _("There is no answer of yours to correct here.")


class TooLate(Conflict):
    code = "too_late"
    detail = _(
        "This image has been concluded meanwhile, so it can no longer be corrected. Your answer stands."
    )


class CorrectedMeanwhile(Conflict):
    code = "corrected_meanwhile"
    detail = _("You have already corrected this answer elsewhere; the newer correction stands.")


class NothingToMend(Conflict):
    code = "nothing_to_mend"
    detail = _("This answer is not with you any more: it was corrected, or somebody else was asked.")


@dataclass(frozen=True, slots=True)
class Correction:
    """A checked answer in place of the submission `supersedes`; `id` is made by the browser."""

    id: uuid.UUID
    supersedes: uuid.UUID
    payload: dict[str, Any]
    active_ms: int


_FACTS = """
SELECT s.id, t.schema_id, i.width, i.height
FROM tasks_submission s
JOIN tasks_task t ON t.id = s.task_id
JOIN tasks_image i ON i.id = t.image_id
WHERE s.id = %(id)s AND s.annotator_id = %(annotator)s
"""
# Gold is settled from the start. An answer that measures may be corrected for a while all the same, as others
# may; one to practise has been judged already.
_LOCK = """
SELECT CASE WHEN s.purpose = 'work' THEN t.state <> 'settled'
            ELSE s.purpose = 'measure' AND s.created_at > now() - %(gold_open_for)s END, t.id
FROM tasks_task t
JOIN tasks_submission s ON s.task_id = t.id
WHERE s.id = %(supersedes)s AND s.annotator_id = %(annotator)s
FOR NO KEY UPDATE OF t
"""
# A new statement after the lock: it sees what a rival committed.
_EARLIER = """
SELECT id, supersedes_id, annotator_id FROM tasks_submission
WHERE id = %(id)s OR supersedes_id = %(supersedes)s
ORDER BY id = %(id)s DESC
"""
# The hour in which the first version was counted gets the difference.
_KEEP = """
WITH old AS (
    SELECT s.*, first.created_at AS counted_at,
           jsonb_array_length(s.payload->'shapes')
           + (SELECT count(*) FROM jsonb_object_keys(s.payload->'tags')) AS annotations
    FROM tasks_submission s
    JOIN tasks_submission first ON first.task_id = s.task_id AND first.annotator_id = s.annotator_id
     AND first.version = 1
    WHERE s.id = %(supersedes)s
), kept AS (
    INSERT INTO tasks_submission (id, task_id, annotator_id, assignment_id, purpose, payload, late, active_ms,
                                  created_at, version, supersedes_id)
    SELECT %(id)s, task_id, annotator_id, assignment_id, purpose, %(payload)s::jsonb, late,
           LEAST(%(active_ms)s, 1 + EXTRACT(EPOCH FROM now() - created_at) * 1000)::integer,
           now(), version + 1, id
    FROM old
    RETURNING active_ms
)
UPDATE workers_throughput w
SET annotations = w.annotations + %(annotations)s - old.annotations, active_ms = w.active_ms + kept.active_ms
FROM old, kept, tasks_task t
WHERE t.id = old.task_id AND w.person_id = old.annotator_id AND w.project_id = t.project_id
  AND w.hour = date_trunc('hour', old.counted_at, 'UTC')
"""


def facts_of(*, annotator_id: int, submission: uuid.UUID) -> dict[uuid.UUID, Facts]:
    """Against what a correction of the submission is checked; nothing if it is not the person's own."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, {"id": submission, "annotator": annotator_id})
        return {row[0]: Facts(*row[1:]) for row in cursor.fetchall()}


def correct(*, annotator_id: int, correction: Correction) -> Literal["accepted", "replayed"]:
    """Keep a correction. `correction.payload` has passed check_payload.

    Raises AnswerUnknown, TooLate, CorrectedMeanwhile, NothingToMend, IdReused; then the answer stands as it
    was.
    """
    values: dict[str, Any] = {
        "annotator": annotator_id,
        "id": correction.id,
        "supersedes": correction.supersedes,
        "payload": json.dumps(correction.payload, ensure_ascii=False, separators=(",", ":")),
        "annotations": len(correction.payload["shapes"]) + len(correction.payload["tags"]),
        "active_ms": correction.active_ms,
        "gold_open_for": gold.OPEN_FOR,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK, values)
        task = cursor.fetchone()
        if task is None:
            raise AnswerUnknown
        cursor.execute(_EARLIER, values)
        for id_, supersedes, annotator in cursor.fetchall():
            if id_ != correction.id:
                raise CorrectedMeanwhile
            if (supersedes, annotator) == (correction.supersedes, annotator_id):
                return "replayed"
            raise IdReused
        if not task[0]:
            raise TooLate
        if returns.is_lost(submission_id=correction.supersedes):
            raise NothingToMend
        try:
            cursor.execute(_KEEP, values)
        except IntegrityError:
            raise IdReused from None
        returns.come_back(task_id=task[1], annotator_id=annotator_id, now=timezone.now())
    return "accepted"


def correctable(*, person: Person) -> list[Submission]:
    """The person's last answers that may still be corrected, newest first, with what their page needs."""
    last = Submission.objects.current().filter(annotator=person).order_by("-created_at")[:LAST]
    rows = last.select_related("task__image")
    return [row for row in rows if _is_open(row)]


def _is_open(row: Submission) -> bool:
    if row.purpose == Assignment.Purpose.WORK:
        return row.task.state != Task.State.SETTLED
    return row.purpose == Assignment.Purpose.MEASURE and row.created_at > timezone.now() - gold.OPEN_FOR

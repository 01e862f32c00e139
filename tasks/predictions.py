"""Predictions: pre-annotations that clients upload, checked against the label schema, shown as drafts.

They may be incomplete: a detector knows nothing of the questions. The newest one of a task takes the place
of the one before. What is labelled already is not touched by them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import connection
from django.utils.translation import gettext_lazy as _

from annotator.errors import DomainError
from tasks.models import Batch, Prediction, Task
from tasks.payloads import check_payload
from tasks.pointed import Outcome, Pointed, find_tasks, refusal_of

_DRAFTS = "SELECT * FROM queue_drafts(%s::bigint[], %s::bigint[])"  # drafts.sql


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody finds in the image already; `to_verify`: a person's answer, to be judged."""

    payload: msgspec.Raw
    to_verify: bool


class BadConfidence(DomainError):
    code = "bad_confidence"
    status = 422
    detail = _("A confidence is a number from 0 to 1.")


def store_predictions(*, batch: Batch, model: str, items: Sequence[Pointed]) -> list[Outcome]:
    """Keep what fits; the outcomes are in the order of the items, and no item fails its neighbours."""
    found = find_tasks(batch=batch, items=items)
    outcomes: list[Outcome] = []
    rows: dict[int, Prediction] = {}
    for item, task in zip(items, found, strict=True):
        if isinstance(task, Outcome):
            outcomes.append(task)
            continue
        try:
            payload = check_prediction(payload=item.payload, task=task, spec=batch.schema.spec)
        except DomainError as error:
            outcomes.append(refusal_of(error))
        else:
            rows[task.id] = Prediction(task=task, model=model, payload=payload)
            outcomes.append(Outcome("stored", task.id))
    Prediction.objects.bulk_create(
        [rows[task] for task in sorted(rows)],
        update_conflicts=True,
        unique_fields=["task"],
        update_fields=["model", "payload", "created_at"],
    )
    return outcomes


def drafts_of(*, task_ids: Collection[int], judged: Collection[int]) -> dict[int, Draft]:
    """What these tasks' images come with, as JSON for the workbench to open; one query.

    `judged`: those of the tasks that show what somebody else answered, where the project verifies."""
    if not task_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_DRAFTS, [list(task_ids), list(judged)])
        # Answers come after predictions, and so take their places.
        return {
            task: Draft(msgspec.Raw(payload.encode()), to_verify)
            for task, payload, to_verify in cursor.fetchall()
        }


def check_prediction(*, payload: object, task: Task, spec: Mapping[str, Any]) -> dict[str, Any]:
    """The payload as kept, or a DomainError that says what does not fit; confidences of shapes survive."""
    bare, confidences = _without_confidence(payload)
    checked = check_payload(
        payload=bare, spec=without_duties(spec), width=task.image.width or 0, height=task.image.height or 0
    )
    shapes = [
        shape if confidence is None else {**shape, "confidence": confidence}
        for shape, confidence in zip(checked["shapes"], confidences, strict=True)
    ]
    return {**checked, "shapes": shapes}


def without_duties(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The same schema with nothing required."""

    def free(fields: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [{**field, "required": False} for field in fields]

    classes = [{**one, "attributes": free(one.get("attributes", ()))} for one in spec.get("classes", ())]
    return {**spec, "classes": classes, "tags": free(spec.get("tags", ()))}


def _without_confidence(payload: object) -> tuple[object, list[float | None]]:
    """The payload as an annotator would send it, and the confidence of each of its shapes."""
    shapes = payload.get("shapes") if isinstance(payload, dict) else None
    if not isinstance(payload, dict) or not isinstance(shapes, list):
        return payload, []
    bare: list[object] = []
    confidences: list[float | None] = []
    for i, shape in enumerate(shapes):
        confidence = shape.get("confidence") if isinstance(shape, dict) else None
        if confidence is not None and not _is_share(confidence):
            raise BadConfidence(where=f"shapes[{i}].confidence")
        is_record = isinstance(shape, dict)
        bare.append({k: v for k, v in shape.items() if k != "confidence"} if is_record else shape)
        confidences.append(confidence)
    return {"tags": payload.get("tags", {}), **payload, "shapes": bare}, confidences


def _is_share(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    # Not by isfinite: a whole number of 400 digits is no float.
    return 0 <= value <= 1

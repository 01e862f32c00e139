"""A door for a client's own model: where it answers, how it is asked, what becomes of its answers.

The model belongs to the client and is a stranger's program all the same: its address is judged as a webhook's
is, one deadline covers an exchange, and its answer is checked against the label schema like anybody's. What
fails is written on the door; nothing ever waits for it but whoever asked.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Least
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as _noop

from annotator.errors import DomainError, Invalid
from clients.outbound import Refused, Unreachable, ask, check_url
from clients.webhooks import sign
from tasks import storage
from tasks.models import ModelDoor, Project, Task
from tasks.predictions import check_prediction

MOST_BYTES = 5 * 1024 * 1024
NAME_LENGTH = 120
# After so many failures in a row nobody at a desk waits for the model for a while.
PATIENCE, REST = 3, timedelta(seconds=30)
MOST_COUNTED = 1000  # a model may be gone for months

Ask = Literal["prelabel", "prompt", "try"]


class ModelFailed(DomainError):
    """The model did not answer properly; the text says what happened."""

    code = "model_failed"
    status = 502
    detail = _("The project's model did not answer.")


class AnswerRefused(DomainError):
    """The model answered, but what it said does not fit the label schema."""

    code = "model_answer_refused"
    status = 502
    detail = _("The model's answer does not fit the label schema.")


class Answer(msgspec.Struct):
    """What a model sends back. The payload is checked apart."""

    payload: dict[str, Any]
    model: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A checked answer. `payload` is a prediction's."""

    model: str
    payload: dict[str, Any]


def open_door(*, project: Project, fields: Mapping[str, Any]) -> tuple[ModelDoor, bool]:
    """Set a project's door, or change the one it has; the secret stays. Raises Invalid over the address.

    Returns whether it is new: its secret is then to be shown, once."""
    try:
        check_url(fields["url"], allow_private=settings.WEBHOOK_ALLOW_PRIVATE)
    except Refused as refusal:
        detail = gettext(str(refusal))
        raise Invalid(errors=[{"where": "url", "code": "refused", "detail": detail}]) from refusal
    healthy = {"failures": 0, "resting_until": None, "last_error": "", "last_error_at": None}
    door, is_new = ModelDoor.objects.update_or_create(
        project=project,
        defaults={**fields, **healthy},
        create_defaults={**fields, "secret": f"model_{secrets.token_urlsafe(32)}"},
    )
    return door, is_new


def close_door(*, project: Project) -> None:
    """Forget the address and the secret. Drafts that the model made stay."""
    ModelDoor.objects.filter(project=project).delete()


def ask_model(
    *, door: ModelDoor, task: Task, kind: Ask, now: datetime, prompt: Mapping[str, Any] | None = None
) -> Said | None:
    """One exchange with the model about one image; None: it has nothing to say. Touches no database.

    Raises ModelFailed, AnswerRefused, or StorageUnavailable. `task` comes with its image and schema.
    """
    body = msgspec.json.encode(_document(task=task, kind=kind, prompt=prompt))
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": "Labelmill-Model/1",
        "Labelmill-Signature": sign(secret=door.secret, timestamp=int(now.timestamp()), body=body),
    }
    try:
        answer = ask(
            door.url,
            body=body,
            headers=headers,
            seconds=door.seconds,
            allow_private=settings.WEBHOOK_ALLOW_PRIVATE,
            most_bytes=MOST_BYTES,
        )
    except (Refused, Unreachable) as fault:
        raise ModelFailed(str(fault)) from fault
    if answer.status == 204:
        return None
    if answer.status != 200:
        raise ModelFailed(f"HTTP {answer.status}")
    return _read(answer.body, task)


def note_answer(*, door: ModelDoor, now: datetime) -> None:
    """The model is well: whoever asks next is not kept from it by what failed before."""
    ModelDoor.objects.filter(project=door.project_id).update(
        failures=0, resting_until=None, last_answer_at=now
    )


def note_failure(*, door: ModelDoor, failure: ModelFailed, now: datetime) -> None:
    """Write on the door what went wrong, in English: it is translated when shown."""
    mine = ModelDoor.objects.filter(project=door.project_id)
    failures = Least(F("failures") + 1, MOST_COUNTED)
    mine.update(failures=failures, last_error=str(failure.detail)[:300], last_error_at=now)
    mine.filter(failures__gte=PATIENCE).update(resting_until=now + REST)


def _document(*, task: Task, kind: Ask, prompt: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the model is asked. Coordinates, both ways, are pixels of the upright image."""
    image = task.image
    try:
        picture = storage.read_bytes(storage.image_key(task.project_id, image.sha256, "screen"))
    except FileNotFoundError as missing:
        raise ModelFailed(_noop("The image is not there any more.")) from missing
    return {
        "ask": kind,
        "project": task.project_id,
        "task": task.id,
        "image": {
            "id": image.id,
            "name": image.name,
            "sha256": image.sha256,
            "width": image.width,
            "height": image.height,
        },
        "picture": {"type": "image/webp", "base64": base64.b64encode(picture).decode()},
        "schema_version": task.schema.version,
        "schema": task.schema.spec,
        **({"prompt": prompt} if prompt is not None else {}),
    }


def _read(body: bytes, task: Task) -> Said:
    try:
        answer = msgspec.json.decode(body, type=Answer)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ModelFailed(_noop("The answer is not the JSON that was asked for.")) from error
    try:
        payload = check_prediction(payload=answer.payload, task=task, spec=task.schema.spec)
    except DomainError as fault:
        where = str(fault.extra.get("where", ""))
        raise AnswerRefused(f"{where}: {fault.detail}" if where else fault.detail, where=where) from fault
    return Said(model=answer.model.replace("\0", "")[:NAME_LENGTH] or "model", payload=payload)

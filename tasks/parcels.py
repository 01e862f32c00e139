"""What a browser sends to the desk: each item is read and checked by itself, and answered by itself."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from django.utils.translation import gettext_lazy as _

from annotator.errors import DomainError, Invalid
from tasks.corrections import AnswerUnknown, Correction
from tasks.models import LabelSchema
from tasks.payloads import check_payload
from tasks.queue import Answer, Facts, LeaseUnknown
from tasks.veil import unveil

MAX_PAYLOAD_BYTES = 5 * 2**20
MOST_KNOWN = 200

Item = TypeVar("Item")
Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Raws = Annotated[list[msgspec.Raw], msgspec.Meta(max_length=500)]


class TooLarge(DomainError):
    code = "too_large"
    status = 413
    detail = _("The answer is too large to be sent. Make masks or outlines simpler, or leave objects out.")


class Malformed(Invalid):
    code = "malformed"
    detail = _("The answer cannot be read.")


class SyncRequest(msgspec.Struct, kw_only=True):
    """What a browser sends; each item of the lists is read by itself."""

    person: int | None = None
    project: Id | None = None
    want: Count = 0
    pack: bool = False
    grid: bool = False
    resume: bool = False
    projects: bool = False
    # What the browser has of schemas: the ids with the digests they came with (briefs.py).
    # Of a browser that kept too many, the newest: it tidies up once its answers are taken.
    known: Annotated[list[tuple[Id, str | None]], msgspec.Meta(max_length=100_000)] = []
    # The ids alone, and all it ever saw, from a page that was loaded before there were digests.
    known_schemas: Annotated[list[Id], msgspec.Meta(max_length=100_000)] = []
    unsent: Count = 0
    submissions: Raws = []
    corrections: Raws = []
    skips: Raws = []
    releases: Raws = []
    held: Raws = []

    @property
    def newest_known(self) -> dict[int, str | None]:
        return dict(self.known[-MOST_KNOWN:])


class Held(msgspec.Struct):
    """`assignment`, and `task` below, as the browser was told them (veil.py); it hears them again as sent."""

    assignment: Id
    token: uuid.UUID

    @property
    def seat(self) -> int:
        return unveil(self.assignment)


class Skip(Held):
    reason: Literal["unclear", "broken", "not_in_schema", "other"]
    note: str = ""


class Sent(Held):
    id: uuid.UUID
    task: Id
    payload: msgspec.Raw
    active_ms: Annotated[float, msgspec.Meta(ge=0, le=2**31 - 1)] = 0

    @property
    def task_id(self) -> int:
        return unveil(self.task)


class Corrected(msgspec.Struct):
    id: uuid.UUID
    supersedes: uuid.UUID
    payload: msgspec.Raw
    active_ms: Annotated[float, msgspec.Meta(ge=0, le=2**31 - 1)] = 0


def check_answer(item: Sent | None, facts: Mapping[int, Facts]) -> Answer | DomainError:
    """The answer as the queue takes it, or why it is refused; `facts` by task."""
    if item is None:
        return Malformed()
    if item.task_id not in facts:
        return LeaseUnknown()
    payload = _checked(item.payload, facts[item.task_id])
    if isinstance(payload, DomainError):
        return payload
    return Answer(item.id, item.seat, item.token, item.task_id, payload, int(item.active_ms))


def check_correction(item: Corrected | None, facts: Mapping[uuid.UUID, Facts]) -> Correction | DomainError:
    """The same for a correction; `facts` by submission."""
    if item is None:
        return Malformed()
    if item.supersedes not in facts:
        return AnswerUnknown()
    payload = _checked(item.payload, facts[item.supersedes])
    if isinstance(payload, DomainError):
        return payload
    return Correction(item.id, item.supersedes, payload, int(item.active_ms))


def result_of(raw: msgspec.Raw, item: Sent | Corrected | None, result: str | DomainError) -> dict[str, Any]:
    """How it went, as the browser is told."""
    id_ = str(item.id) if item else _id_in(raw)
    if isinstance(result, str):
        return {"id": id_, "status": result, "error": None}
    refusal = {
        "code": result.code,
        "detail": str(result.detail),
        "where": result.extra.get("where", ""),
    }
    return {"id": id_, "status": "refused", "error": refusal}


def _checked(raw: msgspec.Raw, asked: Facts) -> dict[str, Any] | DomainError:
    if len(bytes(raw)) > MAX_PAYLOAD_BYTES:
        return TooLarge()
    try:
        return check_payload(
            payload=_payload(raw), spec=spec_of(asked.schema), width=asked.width, height=asked.height
        )
    except DomainError as error:
        return error


def _payload(raw: msgspec.Raw) -> object:
    """The answer, or None when it cannot be read. A number out of bounds is read as infinite, so that the
    check says whose it is."""
    payload = read(raw, object)
    if payload is None:
        with suppress(ValueError, RecursionError):
            payload = json.loads(bytes(raw).decode())
    return payload


def read(raw: msgspec.Raw, kind: type[Item]) -> Item | None:
    """One item, or None when it cannot be read."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def read_skip(raw: msgspec.Raw) -> Skip | None:
    """A note that cannot be read in part is no reason to hold up a skip."""
    return read(raw, Skip) or read(_readable(raw), Skip)


def _readable(raw: msgspec.Raw) -> msgspec.Raw:
    return msgspec.Raw(bytes(raw).decode(errors="replace").encode())


def _id_in(raw: msgspec.Raw) -> str:
    """The id of a submission that cannot be read otherwise, so that its sender finds it."""
    item = read(_readable(raw), dict[str, Any])
    return str(item.get("id", ""))[:40] if item else ""


@lru_cache(maxsize=512)
def spec_of(schema_id: int) -> dict[str, Any]:
    """A schema's spec; it never changes, so each process reads it once."""
    spec: dict[str, Any] = LabelSchema.objects.values_list("spec", flat=True).get(id=schema_id)
    return spec

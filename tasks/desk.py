"""One exchange between the workbench and the queue: answers, skips and heartbeats in; tasks out.

Each item is carried out by itself and answered by itself, and each may be sent again: a line that drops in
the middle costs nothing. Answers are taken before anything else, from paused people too.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict, DomainError, Invalid
from tasks import queue
from tasks.access import site_projects
from tasks.delivery import image_url
from tasks.guides import guide_in, render_guide
from tasks.models import Assignment, Image, LabelSchema, Project
from tasks.payloads import check_payload
from tasks.queue import Answer, Facts, Seat
from workers import earnings, presence
from workers.models import Person

MAX_PAYLOAD_BYTES = 2 * 2**20
# Seconds until a browser that got nothing asks again; longer where asking will not help soon.
WAIT, WAIT_STOPPED = 15, 60

Item = TypeVar("Item")
Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Raws = Annotated[list[msgspec.Raw], msgspec.Meta(max_length=500)]


class OtherPerson(Conflict):
    code = "other_person"
    detail = _("Somebody else has signed in on this computer. Sign in again to send your work.")


class TooLarge(DomainError):
    code = "too_large"
    status = 413
    detail = _("The answer is too large to be sent.")


class Malformed(Invalid):
    code = "malformed"
    detail = _("The answer cannot be read.")


class SyncRequest(msgspec.Struct, kw_only=True):
    """What a browser sends; each item of the lists is read by itself."""

    person: int | None = None
    project: Id | None = None
    want: Count = 0
    resume: bool = False
    known_schemas: Annotated[list[Id], msgspec.Meta(max_length=1000)] = []
    unsent: Count = 0
    submissions: Raws = []
    skips: Raws = []
    releases: Raws = []
    held: Raws = []


class Held(msgspec.Struct):
    assignment: Id
    token: uuid.UUID


class Skip(Held):
    reason: Literal["unclear", "broken", "not_in_schema", "other"]
    note: str = ""


class Sent(Held):
    id: uuid.UUID
    task: Id
    payload: msgspec.Raw
    active_ms: Annotated[float, msgspec.Meta(ge=0, le=2**31 - 1)] = 0


def sync(*, person: Person, request: SyncRequest, now: datetime) -> dict[str, Any]:
    """Carry an exchange out; the answer is the response's JSON."""
    if request.person is not None and request.person != person.id:
        raise OtherPerson
    submissions = _submissions(person, request.submissions)
    skips = [_skip(person, raw) for raw in request.skips]
    queue.release(annotator_id=person.id, held=_pairs(request.releases))
    held = _pairs(request.held)
    kept = queue.extend(annotator_id=person.id, held=held)
    seats = queue.held_seats(annotator_id=person.id) if request.resume else []
    stop = None
    if request.want:
        got = queue.claim(annotator_id=person.id, project_id=request.project, count=request.want)
        stop = None if got else why_nothing(person=person, project_id=request.project)
        seats = seats + got
    presence.touch(
        person_id=person.id,
        project_id=request.project or (seats[-1].project if seats else None),
        submitted=any(result["error"] is None for result in submissions),
        held=len(kept | {seat.assignment for seat in seats}),
        unsent=request.unsent,
    )
    today = earnings.today(person_id=person.id)
    return {
        "now": now.isoformat(),
        "submissions": submissions,
        "skips": skips,
        "lost": [assignment for assignment, _token in held if assignment not in kept],
        "tasks": [_task(seat, now=now) for seat in seats],
        "schemas": _schemas({seat.schema for seat in seats} - set(request.known_schemas), person=person),
        "wait": WAIT if stop is None else WAIT_STOPPED,
        "stop": stop,
        "today": {"submitted": today.submitted, "earned": money(today.earned), "currency": today.currency},
    }


def why_nothing(*, person: Person, project_id: int | None) -> dict[str, str] | None:
    """Why somebody is given no tasks; None when there are simply none now."""
    if person.is_paused:
        return _stop("person_paused", _("Your supervisor has paused your work. What you did is safe."))
    projects = list(site_projects(person).values_list("id", "state"))
    states = [state for id_, state in projects if project_id in (None, id_)]
    if not states:
        return _stop("no_project", _("Your site has no such project any more. Choose another one."))
    if Project.State.OPEN not in states:
        return _stop("project_paused", _("This project is paused. Choose another one, or wait."))
    return None


def open_projects(person: Person) -> list[dict[str, Any]]:
    """What a person may choose to work on."""
    projects = site_projects(person).filter(state=Project.State.OPEN).order_by("-priority", "name")
    fields = projects.values("id", "name", "price", "currency")
    return [{**project, "price": money(project["price"]), "open": True} for project in fields]


def money(amount: Decimal) -> str:
    """The amount as it is in the ledger: four decimal places, no exponent."""
    return f"{amount:.4f}"


def _submissions(person: Person, raws: Sequence[msgspec.Raw]) -> list[dict[str, Any]]:
    sent = [_read(raw, Sent) for raw in raws]
    tasks = [(item.task, item.token) for item in sent if item]
    facts = queue.facts_of(annotator_id=person.id, tasks=tasks)
    checked = [_check(item, facts) for item in sent]
    given = queue.submit_several(
        annotator_id=person.id, answers=[answer for answer in checked if isinstance(answer, Answer)]
    )
    kept = iter(given)
    return [
        _result(raw, item, next(kept) if isinstance(answer, Answer) else answer)
        for raw, item, answer in zip(raws, sent, checked, strict=True)
    ]


def _check(item: Sent | None, facts: dict[int, Facts]) -> Answer | DomainError:
    """The answer as the queue takes it, or why it is refused."""
    if item is None:
        return Malformed()
    if item.task not in facts:
        return queue.LeaseUnknown()
    if len(bytes(item.payload)) > MAX_PAYLOAD_BYTES:
        return TooLarge()
    asked = facts[item.task]
    try:
        payload = check_payload(
            payload=_read(item.payload, object),
            spec=spec_of(asked.schema),
            width=asked.width,
            height=asked.height,
        )
    except DomainError as error:
        return error
    return Answer(item.id, item.assignment, item.token, item.task, payload, int(item.active_ms))


def _result(raw: msgspec.Raw, item: Sent | None, result: str | DomainError) -> dict[str, Any]:
    id_ = str(item.id) if item else _id_in(raw)
    if isinstance(result, str):
        return {"id": id_, "status": result, "error": None}
    refusal = {
        "code": result.code,
        "detail": str(result.detail),
        "where": result.extra.get("where", ""),
    }
    return {"id": id_, "status": "refused", "error": refusal}


def _skip(person: Person, raw: msgspec.Raw) -> dict[str, Any]:
    item = _read(raw, Skip)
    done = item is not None and queue.skip(
        annotator_id=person.id,
        assignment_id=item.assignment,
        token=item.token,
        reason=Assignment.SkipReason(item.reason),
        note=item.note.replace("\0", ""),
    )
    return {"assignment": item.assignment if item else None, "status": "skipped" if done else "gone"}


def _pairs(raws: Sequence[msgspec.Raw]) -> list[tuple[int, uuid.UUID]]:
    items = [_read(raw, Held) for raw in raws]
    return [(item.assignment, item.token) for item in items if item]


def _read(raw: msgspec.Raw, kind: type[Item]) -> Item | None:
    """One item, or None when it cannot be read."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, RecursionError):
        return None


def _id_in(raw: msgspec.Raw) -> str:
    """The id of a submission that cannot be read otherwise, so that its sender finds it."""
    item = _read(raw, dict[str, Any])
    return str(item.get("id", ""))[:40] if item else ""


def _task(seat: Seat, *, now: datetime) -> dict[str, Any]:
    image = Image(project_id=seat.project, sha256=seat.sha256, format=seat.format, name=seat.name)
    seconds = now.timestamp()
    return {
        "assignment": seat.assignment,
        "token": str(seat.token),
        "leased_until": seat.leased_until.isoformat(),
        "task": seat.task,
        "project": seat.project,
        "schema": seat.schema,
        "image": {
            "url": image_url(image, "screen", now=seconds),
            "thumb": image_url(image, "grid", now=seconds),
            "width": seat.width,
            "height": seat.height,
            "name": seat.name,
        },
    }


def _schemas(ids: set[int], *, person: Person) -> dict[str, Any]:
    """Schemas the browser has not seen yet, with the project's guide in the person's language."""
    rows = LabelSchema.objects.filter(id__in=ids).select_related("project") if ids else []
    return {
        str(row.id): {
            "spec": row.spec,
            "guide_html": render_guide(guide_in(row.project.guide, person.language)),
            "project_name": row.project.name,
        }
        for row in rows
    }


@lru_cache(maxsize=512)
def spec_of(schema_id: int) -> dict[str, Any]:
    """A schema's spec; it never changes, so each process reads it once."""
    spec: dict[str, Any] = LabelSchema.objects.values_list("spec", flat=True).get(id=schema_id)
    return spec


def _stop(code: str, detail: str | Promise) -> dict[str, str]:
    return {"code": code, "detail": str(detail)}

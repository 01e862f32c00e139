"""One exchange between the workbench and the queue: answers, skips and heartbeats in; tasks out.

Each item is carried out by itself and answered by itself, and each may be sent again: a line that drops in
the middle costs nothing. Answers are taken before anything else, from paused people too.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict, DomainError
from tasks import corrections, handed, queue, routing, sorting, storage
from tasks.access import site_projects
from tasks.briefs import schemas_for
from tasks.delivery import Picture, picture_url
from tasks.light import light_of
from tasks.models import Assignment, Entrance, Image
from tasks.parcels import (
    Corrected,
    Held,
    Sent,
    SyncRequest,
    check_answer,
    check_correction,
    read,
    read_skip,
    result_of,
)
from tasks.predictions import Draft, drafts_of
from tasks.queue import Answer, Seat
from tasks.tiles import has_tiles
from tasks.veil import veil
from workers import presence
from workers.models import Person

# Seconds until a browser that got nothing asks again; longer where asking will not help soon.
WAIT, WAIT_STOPPED = 15, 60
# Bytes. A page opens its further connections in two round trips; what a line carries meanwhile, 40 KB of
# 400 kbit/s and 400 ms, costs nothing within the page: hence the light copy of a heavier picture. Somewhat
# more delays the scripts less than a picture that is fetched beside them; a larger one is seen too late.
_WITHIN_A_PAGE = 60_000
# A declared offline pack: so many seats a person at most, held so many seconds.
PACK_SEATS, PACK_LEASE = 50, 12 * 3600


class OtherPerson(Conflict):
    code = "other_person"
    detail = _("Somebody else has signed in on this computer. Sign in again to send your work.")


def check_person(person: Person, said: int | None) -> None:
    """Raise OtherPerson when the page is somebody else's; None: a page that does not say."""
    if said is not None and said != person.id:
        raise OtherPerson


def sync(*, person: Person, request: SyncRequest, now: datetime) -> dict[str, Any]:
    """Carry an exchange out; the answer is what the response's JSON is made of."""
    check_person(person, request.person)
    submissions = _submissions(person, request.submissions)
    corrected = _corrections(person, request.corrections)
    skips = [_skip(person, raw) for raw in request.skips]
    queue.release(annotator_id=person.id, held=_pairs(_held(request.releases)))
    held = _held(request.held)
    kept = queue.extend(annotator_id=person.id, held=_pairs(held))
    seats = queue.held_seats(annotator_id=person.id) if request.resume else []
    stop, got = None, list[Seat]()
    if request.want:
        got = _claim(person, request)
        handed.remember(annotator_id=person.id, seats=got)
        stop = None if got else why_nothing(person=person, project_id=request.project)
        seats = seats + got
    today = presence.touch(
        person_id=person.id,
        project_id=_workplace(person, request.project, seats),
        submitted=any(result["error"] is None for result in [*submissions, *corrected]),
        held=len(kept | {seat.assignment for seat in seats}),
        unsent=request.unsent,
    )
    drafts = _drafts(seats)
    tasks = [_task(seat, draft=drafts.get(seat.task), now=now) for seat in seats]
    if request.grid and got:
        # Sixty small pictures over six connections would be ten round trips. The new seats come last.
        fresh = zip(tasks[-len(got) :], got, strict=True)
        tasks[-len(got) :] = [_with_preview(task, seat) for task, seat in fresh]
    return {
        "now": now.isoformat(),
        "submissions": submissions,
        "corrections": corrected,
        "skips": skips,
        "lost": [item.assignment for item in held if item.seat not in kept],
        "tasks": tasks,
        "schemas": schemas_for(
            person=person,
            needed={seat.schema for seat in seats} - set(request.known_schemas),
            known=request.newest_known,
            now=now,
        ),
        "wait": WAIT if stop is None else WAIT_STOPPED,
        "stop": stop,
        "today": {"submitted": today.submitted, "earned": money(today.earned), "currency": today.currency},
        **({"projects": open_projects(person)} if request.projects else {}),
    }


def _workplace(person: Person, chosen: int | None, seats: list[Seat]) -> int | None:
    """The project to be seen at: supervisors read its name, so that no stranger's may be said."""
    if chosen is None or any(seat.project == chosen for seat in seats):
        return chosen or (seats[-1].project if seats else None)
    return chosen if routing.suitable_projects(person).filter(id=chosen).exists() else None


@dataclass(frozen=True)
class Opening:
    """What a page opens with: a seat as the workbench gets it; its picture too where that is quicker."""

    resume: dict[str, Any]
    picture: str | None
    is_light: bool


def opening(*, person: Person, now: datetime) -> Opening | None:
    """None for somebody who holds no seat."""
    seats = queue.held_seats(annotator_id=person.id)[:1]
    if not seats:
        return None
    (seat,) = seats
    task = _with_preview(_task(seat, draft=_drafts(seats).get(seat.task), now=now), seat)
    resume = {"tasks": [task], "schemas": _schemas([seat.schema], person=person, now=now)}
    # A draft is still the database's text; what a page is made of has to be read.
    resume = msgspec.json.decode(msgspec.json.encode(resume))
    try:
        light, is_copy = light_of(project_id=seat.project, sha256=seat.sha256)
    except (FileNotFoundError, storage.StorageUnavailable):
        light, is_copy = b"", False  # it has an address all the same
    picture = _within(light, at_most=_WITHIN_A_PAGE)
    return Opening(resume, picture, is_copy and picture is not None)


def _with_preview(task: dict[str, Any], seat: Seat) -> dict[str, Any]:
    """The small picture within the answer, where a request of its own would cost a round trip."""
    with suppress(FileNotFoundError, storage.StorageUnavailable):
        grid = storage.read_bytes(storage.image_key(seat.project, seat.sha256, "grid"))
        task["image"]["thumb"] = _within(grid) or task["image"]["thumb"]
    return task


def _within(picture: bytes, *, at_most: int | None = None) -> str | None:
    """The picture as an address that holds it; None where there is none, or more bytes than `at_most`."""
    if not picture or (at_most is not None and len(picture) > at_most):
        return None
    return f"data:image/webp;base64,{base64.b64encode(picture).decode()}"


def why_nothing(*, person: Person, project_id: int | None) -> dict[str, str] | None:
    """Why somebody is given no tasks; None when there are simply none now."""
    if person.is_paused:
        return _stop("person_paused", _("Your supervisor has paused your work. What you did is safe."))
    chosen = Q() if project_id is None else Q(id=project_id)
    working = Exists(routing.working_projects(person).filter(id=OuterRef("id")))
    suitable = Exists(routing.suitable_projects(person).filter(id=OuterRef("id")))
    projects = list(site_projects(person).filter(chosen).values_list(working, suitable))
    if not projects:
        return _stop("no_project", _("Your site has no such project any more. Choose another one."))
    if any(works for works, _suits in projects):
        return None
    if not any(suits for _works, suits in projects):
        return _stop("skill_needed", _("This project needs a skill that you do not have yet."))
    return _stop("project_paused", _("This project is paused. Choose another one, or wait."))


def correctable(*, person: Person, now: datetime) -> dict[str, Any]:
    """The person's last answers that they may still correct, newest first, as the workbench opens them."""
    rows = corrections.correctable(person=person)
    answers = [
        {
            "id": str(row.id),
            "task": veil(row.task_id),
            "project": row.task.project_id,
            "schema": row.task.schema_id,
            "image": _answered_image(row.task.image, now=now),
            "payload": row.payload,
            "active_ms": row.active_ms,
        }
        for row in rows
    ]
    return {
        "answers": answers,
        "schemas": _schemas([row.task.schema_id for row in rows], person=person, now=now),
    }


def open_projects(person: Person) -> list[dict[str, Any]]:
    """What a person may choose to work on; `practice`: where they have to practise before they work."""
    entered = Entrance.objects.filter(project=OuterRef("id"), person=person, state=Entrance.State.PASSED)
    projects = routing.working_projects(person).order_by("-priority", "name")
    shown = projects.annotate(practice=Q(practice_pass_mark__isnull=False) & ~Exists(entered))
    fields = shown.values("id", "name", "price", "currency", "practice")
    return [{**project, "price": money(project["price"]), "open": True} for project in fields]


def money(amount: Decimal) -> str:
    """The amount as it is in the ledger: four decimal places, no exponent."""
    return f"{amount:.4f}"


def _submissions(person: Person, raws: Sequence[msgspec.Raw]) -> list[dict[str, Any]]:
    sent = [read(raw, Sent) for raw in raws]
    tasks = [(item.task_id, item.token) for item in sent if item]
    facts = handed.facts_of(annotator_id=person.id, tasks=tasks)
    checked = [check_answer(item, facts) for item in sent]
    given = queue.submit_several(
        annotator_id=person.id, answers=[answer for answer in checked if isinstance(answer, Answer)]
    )
    kept = iter(given)
    return [
        result_of(raw, item, next(kept) if isinstance(answer, Answer) else answer)
        for raw, item, answer in zip(raws, sent, checked, strict=True)
    ]


def _corrections(person: Person, raws: Sequence[msgspec.Raw]) -> list[dict[str, Any]]:
    sent = [read(raw, Corrected) for raw in raws]
    return [result_of(raw, item, _correct(person, item)) for raw, item in zip(raws, sent, strict=True)]


def _correct(person: Person, item: Corrected | None) -> str | DomainError:
    facts = corrections.facts_of(annotator_id=person.id, submission=item.supersedes) if item else {}
    checked = check_correction(item, facts)
    if isinstance(checked, DomainError):
        return checked
    try:
        return corrections.correct(annotator_id=person.id, correction=checked)
    except DomainError as error:
        return error


def _claim(person: Person, request: SyncRequest) -> list[Seat]:
    """Seats for the buffer, or up to PACK_SEATS in all for a day without a line."""
    if not request.pack:
        return queue.claim(
            annotator_id=person.id,
            project_id=request.project,
            count=request.want,
            pack_limit=sorting.seats_of(project_id=request.project) if request.grid else None,
        )
    return queue.claim(
        annotator_id=person.id,
        project_id=request.project,
        count=request.want,
        lease_seconds=PACK_LEASE,
        pack_limit=PACK_SEATS,
    )


def _skip(person: Person, raw: msgspec.Raw) -> dict[str, Any]:
    item = read_skip(raw)
    done = item is not None and queue.skip(
        annotator_id=person.id,
        assignment_id=item.seat,
        token=item.token,
        reason=Assignment.SkipReason(item.reason),
        note=item.note.replace("\0", ""),
    )
    return {"assignment": item.assignment if item else None, "status": "skipped" if done else "gone"}


def _held(raws: Sequence[msgspec.Raw]) -> list[Held]:
    return [item for item in (read(raw, Held) for raw in raws) if item]


def _pairs(items: Sequence[Held]) -> list[tuple[int, uuid.UUID]]:
    return [(item.seat, item.token) for item in items]


def _drafts(seats: Sequence[Seat]) -> dict[int, Draft]:
    judged = [seat.task for seat in seats if _is_to_verify(seat)]
    return drafts_of(task_ids=[seat.task for seat in seats], judged=judged)


def _is_to_verify(seat: Seat) -> bool:
    """Where later people verify, about half of the work is to verify, so half of what measures is too: else
    nothing that is to be judged would ever be gold."""
    if seat.purpose == Assignment.Purpose.MEASURE:
        return seat.assignment % 2 == 0
    return seat.purpose == Assignment.Purpose.WORK


def _task(seat: Seat, *, draft: Draft | None, now: datetime) -> dict[str, Any]:
    picture = Picture(seat.project, seat.sha256, seat.format, seat.name)
    return {
        "assignment": veil(seat.assignment),
        "token": seat.token,
        "leased_until": seat.leased_until,
        "task": veil(seat.task),
        "project": seat.project,
        "schema": seat.schema,
        "image": _image(picture, width=seat.width, height=seat.height, now=now),
        "draft": draft.payload if draft else None,
        # The draft is another person's answer, to be judged.
        "verify": draft is not None and draft.to_verify,
        # Nobody learns which tasks measure them; practice says what it is.
        "practice": seat.purpose == Assignment.Purpose.PRACTICE,
    }


def _image(picture: Picture, *, width: int | None, height: int | None, now: datetime) -> dict[str, Any]:
    seconds, large = now.timestamp(), has_tiles(width=width, height=height)
    return {
        "url": picture_url(picture, "screen", now=seconds),
        "thumb": picture_url(picture, "grid", now=seconds),
        "tiles": picture_url(picture, "tiles", now=seconds) if large else None,
        "width": width,
        "height": height,
        "name": picture.name,
    }


def _answered_image(image: Image, *, now: datetime) -> dict[str, Any]:
    picture = Picture(image.project_id, image.sha256, image.format, image.name)
    return _image(picture, width=image.width, height=image.height, now=now)


def _schemas(ids: list[int], *, person: Person, now: datetime) -> dict[str, Any]:
    """For a browser that says nothing of what it has."""
    return schemas_for(person=person, needed=ids, known={}, now=now)


def _stop(code: str, detail: str | Promise) -> dict[str, str]:
    return {"code": code, "detail": str(detail)}

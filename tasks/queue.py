"""The queue: claim, submit, skip, give back. Only this file changes `Assignment.state` (seats.py makes and
withdraws open seats); docs/state-machine.md draws it.

Each transition is compare-and-set on (state, lease_token) in one statement: no row changed means that
somebody else was first. Call these outside a transaction: each commits by itself, so that one bad item
never fails its neighbours, and no lock outlives its statement.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict, DomainError
from tasks import queue_sql as sql
from tasks import seats, states
from tasks.models import Assignment, LostLease
from workers import throughput

MAX_CLAIM = 60
# A cursor lags this many positions: reading a few seats again costs less than writing it each time.
CURSOR_SLACK = 200
# A claim that met locked seats or saw expired leases looks again; then the browser's turn comes.
CLAIM_ROUNDS = 4
SWEEP = 500
KEEP_LOST_DAYS = 60
# Two people who say that an image is broken are believed.
BROKEN_SKIPS = 2

Status = Literal["accepted", "replayed", "late", "surplus"]


class LeaseUnknown(DomainError):
    code = "lease_unknown"
    status = 409
    detail = _("You never held this task, so the answer cannot be taken.")


class AlreadyAnswered(Conflict):
    code = "already_answered"
    detail = _("You have already answered this task; the first answer stands.")


class IdReused(Conflict):
    code = "id_reused"
    detail = _("This submission's id was used for another answer.")


_encode = msgspec.json.encode


class Seat(NamedTuple):
    """A leased seat with what its page needs; sizes in pixels of the upright image."""

    assignment: int
    token: uuid.UUID
    leased_until: datetime
    task: int
    project: int
    schema: int
    sha256: str
    format: str
    name: str
    width: int
    height: int
    # The browser is told of practice; of what measures, never.
    purpose: str = "work"


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer. `id` is made by the browser, so that sending it twice is sending it once."""

    id: uuid.UUID
    assignment: int
    token: uuid.UUID
    task: int
    payload: dict[str, Any]
    active_ms: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What an answer to a task is checked against; the size in pixels of the upright image."""

    schema: int
    width: int
    height: int


def claim(
    *,
    annotator_id: int,
    project_id: int | None,
    count: int,
    lease_seconds: int | None = None,
    pack_limit: int | None = None,
) -> list[Seat]:
    """Lease up to `count` seats to a person, of one project or of all that their site works on; never more
    than lets them hold the project's `hold_limit`.

    `lease_seconds` and `pack_limit` are those of a declared offline pack, in place of the project's.
    """
    wanted = min(count, MAX_CLAIM)
    taken: list[Seat] = []
    for _round in range(CLAIM_ROUNDS):
        if len(taken) >= wanted:
            break
        rows: list[tuple[Any, ...]]
        try:
            with _guarded():
                rows = _rows(
                    sql.CLAIM,
                    annotator=annotator_id,
                    project=project_id,
                    count=wanted - len(taken),
                    slack=CURSOR_SLACK,
                    lease=lease_seconds,
                    pack_limit=pack_limit,
                )
        except IntegrityError:
            continue  # the same person claims in another tab and was given the same task
        taken += [Seat(*row) for row in rows if row[0] is not None]
        if not rows or rows[-1][0] is not None:
            break
        expire_leases()
    return taken


def held_seats(*, annotator_id: int) -> list[Seat]:
    """What the person holds now, in the order of claiming."""
    return [Seat(*row) for row in _rows(sql.HELD, annotator=annotator_id)]


def facts_of(*, annotator_id: int, tasks: Sequence[tuple[int, uuid.UUID]]) -> dict[int, Facts]:
    """For each of (task, token): only tasks that the person holds, held or has answered are there."""
    ids, tokens = [task for task, _token in tasks], [token for _task, token in tasks]
    rows = _rows(sql.FACTS, annotator=annotator_id, tasks=ids, tokens=tokens) if tasks else []
    return {task: Facts(schema, width, height) for task, schema, width, height in rows}


def submit(*, annotator_id: int, answer: Answer) -> Status:
    """Keep an answer, count it at its task, pay for it. `answer.payload` has passed check_payload.

    Raises LeaseUnknown, AlreadyAnswered, IdReused; then nothing is stored.
    """
    (result,) = submit_several(annotator_id=annotator_id, answers=[answer])
    if isinstance(result, DomainError):
        raise result
    return result


def submit_several(*, annotator_id: int, answers: Sequence[Answer]) -> list[Status | DomainError]:
    """The same for several: one commit for all whose lease is in order, one each for the others. The results
    are in the order of the answers; none fails its neighbours."""
    if not answers:
        return []
    values = _columns(annotator_id, answers)
    try:
        with _guarded():
            accepted = {row[0] for row in _rows(sql.SUBMIT, **values)}
    except IntegrityError:
        accepted = set()  # an id was used before, for another task: it is found below, one by one
    results: list[Status | DomainError] = []
    for answer in answers:
        if answer.id in accepted:
            accepted.discard(answer.id)  # the same one again in this request is a replay
            results.append("accepted")
            continue
        try:
            results.append(_submit_without_lease(annotator_id, answer))
        except DomainError as error:
            results.append(error)
    return results


def _submit_without_lease(annotator_id: int, answer: Answer) -> Status:
    """A replay, or an answer whose lease was lost. The task's lock makes rivals wait their turn."""
    values = _columns(annotator_id, [answer])
    one: dict[str, Any] = {
        "annotator": annotator_id,
        "id": answer.id,
        "task": answer.task,
        "assignment": answer.assignment,
        "token": answer.token,
    }
    with transaction.atomic():
        if not _rows(sql.LOCK_TASK, **one):
            raise LeaseUnknown
        for id_, task_id, person_id in _rows(sql.EARLIER, **one):
            if (id_, task_id, person_id) == (answer.id, answer.task, annotator_id):
                return "replayed"
            raise IdReused if id_ == answer.id else AlreadyAnswered
        if _rows(sql.SUBMIT, **values):
            return "accepted"
        lease = _rows(sql.DROP_SEAT, **one) or _rows(sql.LOST, **one)
        if not lease:
            raise LeaseUnknown
        leased_at, purpose, cause = lease[0]
        is_work = purpose == Assignment.Purpose.WORK
        wanted = is_work and _rows(sql.LOCK_TASK, **one)[0][0] == "open"
        seat = _rows(sql.LATE_SEAT, **one, leased_at=leased_at) if wanted else []
        counts = bool(seat) or not is_work
        # Who gave the seat back has given up its pay, unless the answer is still wanted.
        paid = counts or cause != LostLease.Cause.RELEASED
        kept = {"leased_at": leased_at, "purpose": purpose, "seat": seat[0][0] if seat else None}
        _rows(sql.KEEP, **values, **kept, paid=paid)
        return "late" if counts else "surplus"


def _columns(annotator_id: int, answers: Sequence[Answer]) -> dict[str, Any]:
    """Answers as the database functions take them: one array a field."""
    payloads = [answer.payload for answer in answers]
    return {
        "annotator": annotator_id,
        "ids": [answer.id for answer in answers],
        "seats": [answer.assignment for answer in answers],
        "tokens": [answer.token for answer in answers],
        "tasks": [answer.task for answer in answers],
        "payloads": [_encode(payload).decode() for payload in payloads],
        "annotations": [len(payload["shapes"]) + len(payload["tags"]) for payload in payloads],
        "active": [answer.active_ms for answer in answers],
    }


def skip(
    *, annotator_id: int, assignment_id: int, token: uuid.UUID, reason: Assignment.SkipReason, note: str
) -> bool:
    """Leave a task to somebody else. The seat stays as the record, a fresh one takes its number, unless
    too many people skipped: then nobody is asked any more, and review takes the task. False: not held."""
    values = {"annotator": annotator_id, "assignment": assignment_id, "token": token}
    with transaction.atomic():
        tasks = _rows(sql.TASK_OF_SEAT, **values)
        skipped = tasks and _rows(sql.SKIP, **values, reason=reason.value, note=note[:300])
        if not skipped:
            return bool(_rows(sql.SKIPPED_BEFORE, **values)[0][0])
        task_id, batch_id, state, stuck_at, max_overlap = tasks[0]
        project_id, purpose = skipped[0]
        if purpose != Assignment.Purpose.PRACTICE:
            throughput.add_skip(person_id=annotator_id, project_id=project_id)
        if purpose != Assignment.Purpose.WORK:
            _rows(sql.END_GOLD, **values)
            return True
        skips, broken = _rows(sql.SKIPS, task=task_id)[0]
        if state != "open" or stuck_at is not None:
            return True
        if skips >= max(max_overlap, BROKEN_SKIPS) or broken >= BROKEN_SKIPS:
            states.mark_stuck(task_id=task_id)
        else:
            seats.replace_seat(assignment_id=assignment_id, batch_id=batch_id)
    return True


def extend(*, annotator_id: int, held: Sequence[tuple[int, uuid.UUID]]) -> set[int]:
    """Heartbeat: renew the leases named by (assignment, token); returns those still the person's."""
    if not held:
        return set()
    return {row[0] for row in _rows(sql.EXTEND, annotator=annotator_id, **_pairs(held))}


def release(*, annotator_id: int, held: Sequence[tuple[int, uuid.UUID]]) -> int:
    """The person gives seats back; others may take them at once."""
    if not held:
        return 0
    cause = LostLease.Cause.RELEASED
    return _give_back(sql.LEASED_AS, cause=cause, annotator=annotator_id, **_pairs(held))


def release_person(*, annotator_id: int) -> int:
    """A supervisor takes back all that a person holds. What they still send in counts as late."""
    return _give_back(sql.LEASED_BY, cause=LostLease.Cause.TAKEN_BACK, annotator=annotator_id)


def expire_leases(*, limit: int = SWEEP) -> int:
    """Open the seats whose lease ran out, the longest ago first; returns how many."""
    return _give_back(sql.EXPIRED, cause=LostLease.Cause.EXPIRED, limit=limit)


def raise_heads() -> None:
    """Let newcomers start where the first open seat is, not where finished ones were."""
    with transaction.atomic():
        lanes = [row[0] for row in _rows(sql.LOCK_HEADS)]
        _rows(sql.RAISE_HEADS, lanes=lanes)


def forget_lost_leases() -> int:
    """Let go of tokens of leases lost so long ago that no browser still has an answer under them."""
    forgotten = _rows(sql.FORGET_LOST, days=KEEP_LOST_DAYS, limit=10 * SWEEP)
    return len(forgotten)


def _give_back(select: str, *, cause: LostLease.Cause, **values: Any) -> int:
    with transaction.atomic():
        held = _rows(select, **values)
        if held:
            batches = {batch for _id, batch in held if batch is not None}
            lanes = seats.lock_lanes(batch_ids=batches, returned=True)
            _rows(sql.GIVE_BACK, ids=[row[0] for row in held], cause=cause.value)
            seats.raise_tails(lanes)
    return len(held)


def _pairs(held: Sequence[tuple[int, uuid.UUID]]) -> dict[str, list[Any]]:
    return {"ids": [seat for seat, _token in held], "tokens": [token for _seat, token in held]}


def _guarded() -> AbstractContextManager[object]:
    """Room for an IntegrityError: a savepoint inside a transaction, nothing where each statement commits."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _rows(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []

"""The life of a batch up to labelling: opening, receiving files, closing, and its progress.

Bytes are in storage before any of this is called; a row says that a file has been accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Sum
from django.utils.translation import gettext_lazy as _

from annotator.errors import DomainError
from clients.webhooks import enqueue
from tasks.models import Archive, Batch, Image, Job, Project, Task, Withheld
from tasks.schemas import newest_schema

Status = Literal["received", "already", "conflict", "refused"]


class BatchClosed(DomainError):
    code = "batch_closed"
    status = 409
    detail = _("This batch takes no more files. Open another one.")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file whose bytes are in storage, or one refused at the door (`reason`; then it has no digest)."""

    name: str
    sha256: str
    size: int
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one arrival. `already` is the retry of something accepted before."""

    arrival: Arrival
    status: Status


def open_batch(*, project: Project, name: str, priority: int) -> tuple[Batch, bool]:
    """A batch of this name, and whether it is new: opening twice is opening once. It is labelled by the
    schema that is newest now; Conflict when there is none."""
    defaults = {"schema": newest_schema(project=project), "priority": priority}
    return Batch.objects.get_or_create(project=project, name=name, defaults=defaults)


def receive(
    *, batch_id: int, arrivals: Sequence[Arrival], now: datetime, late: bool = False
) -> list[Receipt]:
    """Add files to a batch, each once: the same name with the same bytes is already there, with other
    bytes a conflict, unless what was there had been refused, which is then replaced.

    `late` lets an archive that was accepted in time go on after the batch was closed.
    """
    with transaction.atomic():
        batch = _lock(batch_id)
        if batch.state != Batch.State.OPEN and not late:
            raise BatchClosed
        rows = batch.images.filter(name__in=[arrival.name for arrival in arrivals])
        known = {row.name: (row.sha256, row.state, row.reason) for row in rows}
        receipts, fresh, replaced = [], [], []
        for arrival in arrivals:
            before = known.get(arrival.name)
            if before is None:
                status: Status = "refused" if arrival.reason else "received"
            elif before[0] == arrival.sha256 and before[2] == arrival.reason:
                status = "already"
            elif before[1] == Image.State.FAILED:
                status = "refused" if arrival.reason else "received"
                replaced.append(arrival.name)
            else:
                status = "conflict"
            if status in ("received", "refused"):
                known[arrival.name] = (arrival.sha256, "", arrival.reason)
                fresh.append(arrival)
            receipts.append(Receipt(arrival, status))
        _forget_refused(batch, replaced)
        _add(batch, fresh, now)
    return receipts


def close_batch(*, batch: Batch, now: datetime) -> None:
    """No more uploads; what is being received goes to work at once. Closing twice is closing once."""
    with transaction.atomic():
        batch = _lock(batch.id)
        if batch.state != Batch.State.OPEN:
            return
        Batch.objects.filter(id=batch.id).update(state=Batch.State.INGESTING, closed_at=now)
        release_jobs(batch_id=batch.id)
    finish_ingest(batch_id=batch.id, now=now)


def release_jobs(*, batch_id: int) -> None:
    """When no more uploads can come, let what is being received go to work."""
    jobs = Job.objects.filter(batch=batch_id, state=Job.State.FILLING, received__gt=0)
    jobs.exclude(batch__state=Batch.State.OPEN).update(state=Job.State.PENDING)


def finish_ingest(*, batch_id: int, now: datetime) -> None:
    """Let a closed batch go on to labelling once its last job and archive are done; once only.

    Call it after the commit that ended a job: of two that end together, the later one sees both.
    """
    unfinished_jobs = Job.objects.filter(batch=OuterRef("id")).exclude(state=Job.State.DONE)
    unfinished_archives = Archive.objects.filter(
        batch=OuterRef("id"), state__in=[Archive.State.PENDING, Archive.State.RUNNING]
    )
    with transaction.atomic():
        ended = Batch.objects.filter(
            ~Exists(unfinished_jobs), ~Exists(unfinished_archives), id=batch_id, state=Batch.State.INGESTING
        )
        if Task.objects.filter(batch=batch_id).exists():
            changed = ended.update(state=Batch.State.LABELLING)
        else:
            changed = ended.update(state=Batch.State.COMPLETE, completed_at=now)
        if changed:
            batch = Batch.objects.select_related("project").get(id=batch_id)
            payload = {
                "batch": batch.id,
                "project": batch.project_id,
                "name": batch.name,
                "state": batch.state,
            }
            enqueue(organization=batch.project.organization_id, event="batch.ingested", payload=payload)
    if changed:
        # Its tasks may all have been settled while the batch was still open.
        advance_batches(batch_ids=[batch_id], now=now)


def finish_forgotten(*, now: datetime) -> None:
    """Batches whose last worker died between its job's end and finish_ingest."""
    for batch_id in Batch.objects.filter(state=Batch.State.INGESTING).values_list("id", flat=True):
        finish_ingest(batch_id=batch_id, now=now)


def advance_batches(*, batch_ids: Iterable[int], now: datetime) -> None:
    """Let ingested batches follow their tasks: all answered is reviewing, all settled and none withheld is
    complete; one more answer asked for is labelling again. Call it after the commit that changed them."""
    in_work = [Batch.State.LABELLING, Batch.State.REVIEWING]
    batches = Batch.objects.filter(id__in=batch_ids, state__in=in_work).annotate(
        tasks=Sum("jobs__ready"),
        answered=Sum("jobs__answered"),
        settled=Sum("jobs__settled"),
        waits=Exists(Withheld.objects.filter(batch=OuterRef("id"))),
    )
    for batch in batches.select_related("project"):
        settled = batch.settled == batch.tasks and not batch.waits
        _advance(batch, settled=settled, answered=batch.answered == batch.tasks, now=now)


def _advance(batch: Batch, *, settled: bool, answered: bool, now: datetime) -> None:
    to = Batch.State.LABELLING
    if settled:
        to = Batch.State.COMPLETE
    elif answered:
        to = Batch.State.REVIEWING
    if to == batch.state:
        return
    completed_at = now if settled else None
    with transaction.atomic():
        if settled and _is_in_work(_lock(batch.id)):
            # A settled task is yet to be checked, or was sent on since it was counted (lock_in_work).
            return
        changed = Batch.objects.filter(id=batch.id, state=batch.state).update(
            state=to, completed_at=completed_at
        )
        if changed and settled:
            enqueue(
                organization=batch.project.organization_id,
                event="batch.complete",
                payload={"batch": batch.id, "project": batch.project_id, "name": batch.name, "state": to},
            )


def lock_in_work(*, batch_id: int) -> bool:
    """Keep the batch from becoming complete until the transaction ends; false when it is complete."""
    return _lock(batch_id).state in (Batch.State.LABELLING, Batch.State.REVIEWING)


def _is_in_work(batch: Batch) -> bool:
    unsettled = Job.objects.filter(batch=batch).exclude(settled=F("ready"))
    return unsettled.exists() or Withheld.objects.filter(batch=batch).exists()


def receive_archive(*, batch: Batch, name: str, sha256: str, size: int) -> tuple[Archive, bool]:
    """Note an archive whose bytes are in storage, and whether it is new."""
    with transaction.atomic():
        batch = _lock(batch.id)
        archive = batch.archives.filter(sha256=sha256).first()
        if archive is not None:
            return archive, False
        if batch.state != Batch.State.OPEN:
            raise BatchClosed
        return batch.archives.create(name=name, sha256=sha256, size=size), True


def _lock(batch_id: int) -> Batch:
    """Not FOR UPDATE: rows that refer to the batch may still be written while files arrive."""
    return Batch.objects.select_for_update(no_key=True).get(id=batch_id)


def _forget_refused(batch: Batch, names: Iterable[str]) -> None:
    """Remove refused files that are sent again, also from their jobs' counts."""
    rows = batch.images.filter(name__in=list(names), state=Image.State.FAILED)
    for row in rows:
        Job.objects.filter(id=row.job_id).update(received=F("received") - 1, failed=F("failed") - 1)
    rows.delete()


def _add(batch: Batch, arrivals: list[Arrival], now: datetime) -> None:
    """Spread files over jobs of settings.JOB_IMAGES; a full job goes to work, the last one waits for more."""
    while arrivals:
        job = _filling_job(batch)
        room = settings.JOB_IMAGES - job.received
        part, arrivals = arrivals[:room], arrivals[room:]
        Image.objects.bulk_create([_image(batch, job, arrival) for arrival in part])
        refused = sum(bool(arrival.reason) for arrival in part)
        full = job.received + len(part) >= settings.JOB_IMAGES
        Job.objects.filter(id=job.id).update(
            received=F("received") + len(part),
            failed=F("failed") + refused,
            touched_at=now,
            state=Job.State.PENDING if full else Job.State.FILLING,
        )


def _filling_job(batch: Batch) -> Job:
    """Locked, so that no worker takes it away meanwhile; one that is being taken is passed over."""
    filling = batch.jobs.filter(state=Job.State.FILLING).order_by("number")
    job = filling.select_for_update(skip_locked=True).first()
    if job is None:
        last = batch.jobs.aggregate(last=Max("number"))["last"] or 0
        job = batch.jobs.create(number=last + 1)
    return job


def _image(batch: Batch, job: Job, arrival: Arrival) -> Image:
    return Image(
        project_id=batch.project_id,
        batch=batch,
        job=job,
        name=arrival.name,
        sha256=arrival.sha256,
        size=arrival.size,
        state=Image.State.FAILED if arrival.reason else Image.State.RECEIVED,
        reason=arrival.reason,
        detail=arrival.detail[:200],
    )

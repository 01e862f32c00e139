"""Running one job: decode its images, store their renditions, and write images, tasks and seats.

A worker takes a job with a token and a time; whatever it writes is fenced by the token. When it dies,
the time runs out and another takes the job, does what is left, and the rows and bytes end the same:
each image is written once, in the transaction that also moves the job's counters.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from tasks import storage
from tasks.batches import finish_ingest
from tasks.decode.decoder import Decoder
from tasks.decode.verdicts import BadImage, Rendered, Sizes
from tasks.fence import again_at, held_until
from tasks.models import Image, Job, Task
from tasks.seats import open_seats

log = structlog.get_logger()

# A job is written in parts, so that progress moves and a killed worker repeats little.
_PART_IMAGES = 25
_PART_SECONDS = 2.0
_SCREEN_OF_QUESTIONS = 960  # pixels along the long side
_WRITTEN = ("id", "state", "format", "width", "height", "reason", "detail", "duplicate_of_id")
# One statement of constant size; the ORM's bulk_update costs as much as decoding an image.
_UPDATE = """
UPDATE tasks_image i
SET state = v.state, format = v.format, width = v.width, height = v.height,
    reason = v.reason, detail = v.detail, duplicate_of_id = v.duplicate_of_id
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[], %s::int[], %s::text[], %s::text[], %s::bigint[])
    AS v (id, state, format, width, height, reason, detail, duplicate_of_id)
WHERE i.id = v.id AND i.state = 'received'
"""
_LOCK_SPACE = 7_301  # the first half of our advisory locks' numbers; the second is the project


class JobLost(Exception):
    """The job's time ran out and somebody else has it now."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one image ended: upright size and format, or a verdict; neither means it is a duplicate."""

    image: Image
    done: Rendered | BadImage | None


def take_job(*, now: datetime) -> Job | None:
    """Take the oldest job that waits, was abandoned, or has not been added to for a while."""
    idle = now - timedelta(seconds=settings.JOB_IDLE_SECONDS)
    waiting = (
        Q(state=Job.State.PENDING)
        | Q(state=Job.State.RUNNING, running_until__lt=now)
        | Q(state=Job.State.FILLING, received__gt=0, touched_at__lt=idle)
    )
    with transaction.atomic():
        jobs = Job.objects.filter(waiting).select_related("batch__project", "batch__schema").order_by("id")
        job = jobs.select_for_update(skip_locked=True, of=("self",)).first()
        if job is None:
            return None
        job.state = Job.State.RUNNING
        job.token = uuid.uuid4()
        job.running_until = held_until(now)
        job.attempts += 1
        job.save(update_fields=["state", "token", "running_until", "attempts"])
    return job


def sizes_for(spec: dict[str, Any]) -> Sizes:
    """Renditions by need: whoever only answers questions about an image needs fewer of its pixels."""
    return Sizes() if spec.get("classes") else Sizes(screen=_SCREEN_OF_QUESTIONS)


def run_job(*, job: Job, decoder: Decoder) -> None:
    """Ingest what the job has left. A fault that is not a file's own puts the job back for later."""
    try:
        part: list[Outcome] = []
        written = time.monotonic()
        for outcome in _outcomes(job, decoder):
            part.append(outcome)
            if len(part) >= _PART_IMAGES or time.monotonic() - written > _PART_SECONDS:
                _write(job, part)
                part, written = [], time.monotonic()
        _write(job, part, last=True)
    except JobLost:
        log.warning("job lost", job=job.id)
        return
    except Exception as error:
        log.exception("job put back", job=job.id, attempts=job.attempts, error=repr(error))
        put_back(job=job, now=timezone.now())
        return
    finish_ingest(batch_id=job.batch_id, now=timezone.now())


def put_back(*, job: Job, now: datetime) -> None:
    """Leave the job for another try, later each time, up to ten minutes."""
    again = again_at(now, attempts=job.attempts)
    Job.objects.filter(id=job.id, token=job.token).update(running_until=again)


def _outcomes(job: Job, decoder: Decoder) -> Iterator[Outcome]:
    """Each image the job has left, with its renditions in storage. The same bytes are decoded once."""
    by_bytes: dict[str, list[Image]] = {}
    for image in job.images.filter(state=Image.State.RECEIVED).order_by("id"):
        by_bytes.setdefault(image.sha256, []).append(image)
    for sha256 in _ready(job.batch.project_id, by_bytes):
        yield from (Outcome(image, None) for image in by_bytes.pop(sha256))
    firsts = (images[0] for images in by_bytes.values())
    for image, done in decoder.decode_all((image, _original(image)) for image in firsts):
        if isinstance(done, Rendered):
            _keep(image, done)
        yield Outcome(image, done)
        same = None if isinstance(done, Rendered) else done
        yield from (Outcome(other, same) for other in by_bytes[image.sha256][1:])


def _original(image: Image) -> bytes:
    return storage.read_bytes(storage.image_key(image.project_id, image.sha256, "original"))


def _keep(image: Image, done: Rendered) -> None:
    storage.keep_bytes(done.screen, storage.image_key(image.project_id, image.sha256, "screen"))
    storage.keep_bytes(done.grid, storage.image_key(image.project_id, image.sha256, "grid"))


def _ready(project_id: int, digests: Iterable[str]) -> dict[str, int]:
    """Which of these bytes the project has as an image already, and its id."""
    rows = Image.objects.filter(project=project_id, sha256__in=list(digests), state=Image.State.READY)
    return dict(rows.values_list("sha256", "id"))


def _write(job: Job, part: list[Outcome], *, last: bool = False) -> None:
    """Write how these images ended, their tasks and seats, and the job's counters: all or nothing."""
    with transaction.atomic():
        mine = Job.objects.filter(id=job.id, token=job.token)
        if not mine.update(running_until=held_until(timezone.now())):
            raise JobLost
        if part:
            _write_images(job, part)
            counts = Counter(str(outcome.image.state) for outcome in part)
            mine.update(**{counter: F(counter) + more for counter, more in counts.items()})
        if last:
            mine.update(state=Job.State.DONE, token=None, running_until=None)


def _write_images(job: Job, part: list[Outcome]) -> None:
    project = job.batch.project
    with connection.cursor() as cursor:
        # Two jobs may hold the same bytes; only one at a time may find that the project has them not yet.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, project.id])
    ready = _ready(project.id, [outcome.image.sha256 for outcome in part])
    for outcome in part:
        _settle(outcome, ready)
    _update([outcome.image for outcome in part])
    tasks = Task.objects.bulk_create(
        Task(
            project=project,
            batch=job.batch,
            job=job,
            image=outcome.image,
            schema_id=job.batch.schema_id,
            overlap=project.overlap,
            max_overlap=project.max_overlap,
        )
        for outcome in part
        if outcome.image.state == Image.State.READY
    )
    if tasks:
        open_seats(task_ids=[task.id for task in tasks])


def _update(images: list[Image]) -> None:
    columns = [[getattr(image, name) for image in images] for name in _WRITTEN]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, columns)


def _settle(outcome: Outcome, ready: dict[str, int]) -> None:
    """Put the outcome into its image; the first good copy of some bytes is remembered in `ready`."""
    image, done = outcome.image, outcome.done
    if isinstance(done, BadImage):
        image.state, image.reason, image.detail = Image.State.FAILED, done.verdict, done.detail[:200]
    elif image.sha256 in ready:
        image.state, image.duplicate_of_id = Image.State.DUPLICATE, ready[image.sha256]
    else:
        assert done is not None, "a duplicate of bytes that the project does not have"
        image.state, image.format = Image.State.READY, done.format.lower()
        image.width, image.height = done.width, done.height
        ready[image.sha256] = image.id

"""Expanding one archive into its batch: each file in it arrives as if it had been uploaded by itself.

Taken, fenced and taken over like a job (ingest.py). Doing it twice does nothing twice: a file that has
arrived is already there.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tasks import storage
from tasks.archive_entries import ArchiveLimits, BadArchive, BadEntry, Entry, blocks, entries
from tasks.batches import Arrival, finish_ingest, receive, release_jobs
from tasks.fence import again_at, held_until
from tasks.models import Archive

log = structlog.get_logger()

_PART_FILES = 100
_NAME_MOST = 300


class ArchiveLost(Exception):
    """The archive's time ran out and somebody else has it now."""


def take_archive(*, now: datetime) -> Archive | None:
    """Take the oldest archive that waits or was abandoned."""
    waiting = Q(state=Archive.State.PENDING) | Q(state=Archive.State.RUNNING, running_until__lt=now)
    with transaction.atomic():
        archives = Archive.objects.filter(waiting).select_related("batch").order_by("id")
        archive = archives.select_for_update(skip_locked=True, of=("self",)).first()
        if archive is None:
            return None
        archive.state = Archive.State.RUNNING
        archive.token = uuid.uuid4()
        archive.running_until = held_until(now)
        archive.attempts += 1
        archive.save(update_fields=["state", "token", "running_until", "attempts"])
    return archive


def expand(*, archive: Archive) -> None:
    """Expand it, or refuse it, or put it back when the fault is not its own."""
    try:
        found = _expand(archive)
        _end(archive, state=Archive.State.DONE, files=found)
    except BadArchive as bad:
        _end(archive, state=Archive.State.REFUSED, reason=bad.reason, detail=bad.detail)
    except ArchiveLost:
        log.warning("archive lost", archive=archive.id)
        return
    except Exception as error:
        log.exception("archive put back", archive=archive.id, attempts=archive.attempts, error=repr(error))
        _mine(archive).update(running_until=again_at(timezone.now(), attempts=archive.attempts))
        return
    release_jobs(batch_id=archive.batch_id)
    finish_ingest(batch_id=archive.batch_id, now=timezone.now())


def _expand(archive: Archive) -> int:
    key = storage.archive_key(archive.batch.project_id, archive.sha256)
    limits = ArchiveLimits(
        files=settings.MAX_ARCHIVE_FILES,
        file_bytes=settings.MAX_IMAGE_BYTES,
        unfolded=max(1024**3, archive.size * settings.MAX_ARCHIVE_RATIO),
    )
    part: list[Arrival] = []
    found = 0
    with storage.open_file(key) as file:
        for arrival in _arrivals(archive, entries(file, limits=limits)):
            part.append(arrival)
            found += 1
            if len(part) >= _PART_FILES:
                _hand_over(archive, part, found)
                part = []
    _hand_over(archive, part, found)
    return found


def _arrivals(archive: Archive, found: Iterator[Entry]) -> Iterator[Arrival]:
    for entry in found:
        name = entry.name.replace("\\", "/").removeprefix("./").replace("\0", "")
        if entry.reason:
            yield Arrival(_label(archive, name), "", entry.size, entry.reason)
            continue
        if len(name) > _NAME_MOST:
            yield Arrival(_label(archive, name), "", entry.size, "name_too_long")
            continue
        try:
            yield _store(archive, name, entry)
        except BadEntry:
            yield Arrival(name, "", entry.size, "corrupt")


def _store(archive: Archive, name: str, entry: Entry) -> Arrival:
    digest = hashlib.sha256()
    with storage.temporary() as (file, path):
        for block in blocks(entry):
            digest.update(block)
            file.write(block)
        file.flush()
        sha256 = digest.hexdigest()
        storage.keep_file(path, storage.image_key(archive.batch.project_id, sha256, "original"))
    return Arrival(name, sha256, entry.size)


def _hand_over(archive: Archive, part: list[Arrival], found: int) -> None:
    """Receive a part. A name that other bytes have already is kept, under the archive's name, as refused."""
    if not _mine(archive).update(running_until=held_until(timezone.now()), files=found):
        raise ArchiveLost
    now = timezone.now()
    receipts = receive(batch_id=archive.batch_id, arrivals=part, now=now, late=True)
    taken = [
        Arrival(_label(archive, r.arrival.name), "", r.arrival.size, "name_taken")
        for r in receipts
        if r.status == "conflict"
    ]
    if taken:
        receive(batch_id=archive.batch_id, arrivals=taken, now=now, late=True)


def _label(archive: Archive, name: str) -> str:
    """A name in the report for what must not take the place of a file of that name; the end tells most."""
    prefix = f"{archive.name[:100]}#{archive.id}: "
    return prefix + name[-(_NAME_MOST - len(prefix)) :]


def _end(archive: Archive, **fields: object) -> None:
    if not _mine(archive).update(token=None, running_until=None, **fields):
        raise ArchiveLost


def _mine(archive: Archive) -> QuerySet[Archive]:
    return Archive.objects.filter(id=archive.id, token=archive.token)

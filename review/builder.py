"""Building a release: one archive a format, streamed from settled tasks, and a manifest of their digests.

A worker holds a release by a token and a time. It renews both after each chunk of tasks, and stops when
they are not its own any more. Files are kept under their digest, and the same tasks make the same bytes:
so a worker that was killed, or two at once, leave one and the same result. Finished formats are rows, and
the next worker goes on with the others.
"""

from __future__ import annotations

import csv
import io
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import msgspec
import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from annotator.errors import DomainError
from clients.webhooks import enqueue
from review.archive import Archive
from review.formats import FORMATS, Format, Settled
from review.models import Consensus, Release, ReleaseFile
from review.releases import tasks_in
from review.specs import merge_specs
from tasks import storage
from tasks.models import LabelSchema

log = structlog.get_logger()

HELD = timedelta(minutes=3)
RETRY = timedelta(minutes=1)
MAX_ATTEMPTS = 5
CHUNK = 1000
MANIFEST = "manifest"
IMAGES_HEADER = ("image", "source_name", "batch", "width", "height", "size", "sha256")

BROKEN = _("The release could not be built. The operator has been told; ask for a new one later.")


class BuildLost(Exception):
    """Another worker builds this release now."""


def build_next() -> bool:
    """Build one release that waits or whose worker died; false when there is none."""
    release = claim(now=timezone.now())
    if release is None:
        return False
    try:
        build(release)
    except BuildLost:
        log.info("release lost", release=release.id)
    except Exception as error:
        log.exception("release put back", release=release.id, attempts=release.attempts)
        retry_later(release, error=error, now=timezone.now())
    return True


def claim(*, now: datetime) -> Release | None:
    """Take the oldest release that nobody builds; one that has failed too often is given up."""
    waiting = Q(state=Release.State.PENDING) | Q(state=Release.State.BUILDING, building_until__lt=now)
    with transaction.atomic():
        release = Release.objects.filter(waiting).order_by("id").select_for_update(skip_locked=True).first()
        if release is None:
            return None
        release.state, release.token = Release.State.BUILDING, uuid.uuid4()
        release.building_until, release.attempts = now + HELD, release.attempts + 1
        release.save(update_fields=["state", "token", "building_until", "attempts"])
    return release


def retry_later(release: Release, *, error: Exception, now: datetime) -> None:
    """Let a later worker try again, or give up after too many attempts."""
    mine = Release.objects.filter(id=release.id, token=release.token)
    if release.attempts < MAX_ATTEMPTS:
        mine.update(token=uuid.uuid4(), building_until=now + RETRY)
        return
    # What a client may read: our own words for a rule that said no, nothing of our insides.
    words = str(error.detail if isinstance(error, DomainError) else BROKEN)
    mine.update(state=Release.State.FAILED, token=None, building_until=None, error=words[:300])


def build(release: Release) -> None:
    spec = release_spec(release)
    finished = {file.format: file for file in release.files.all()}
    for number, key in enumerate(release.formats):
        if key not in finished:
            finished[key] = build_format(release, FORMATS[key], spec=spec, before=number * release.total)
    finish(release, [finished[key] for key in release.formats], spec=spec)


def release_spec(release: Release) -> dict[str, Any]:
    """The project's schema with every class its tasks may have been answered with."""
    schemas = LabelSchema.objects.filter(project=release.project_id, created_at__lte=release.cutoff_at)
    if release.batch is not None:
        schemas = schemas.filter(version__lte=release.batch.schema.version)
    return merge_specs(list(schemas.order_by("version").values_list("spec", flat=True)))


def build_format(release: Release, form: Format, *, spec: dict[str, Any], before: int) -> ReleaseFile:
    """Write one archive to storage and note it, unless the release was lost meanwhile."""

    def progress(done: int) -> None:
        renew(release, done=before + done, now=timezone.now())

    with scratch_file() as path, tempfile.TemporaryFile() as listing:
        with path.open("wb") as out:
            archive = Archive(out)
            try:
                records = listed(records_of(release, progress=progress), form=form, listing=listing)
                for name, chunks in form.write(records, spec=spec):
                    archive.add(name, chunks)
                listing.seek(0)
                archive.add("images.csv", iter(lambda: listing.read(CHUNK * 64), b""))
                archive.close()
            finally:
                archive.discard()
        key = f"projects/{release.project_id}/release/{archive.sha256[:2]}/{archive.sha256}.zip"
        storage.keep_file(path, key)
    return note_file(release, name=f"{form.key}.zip", key=key, size=archive.size, digest=archive.sha256)


Row = tuple[Settled, str, int]  # with the batch's name and the original's bytes


def records_of(release: Release, *, progress: Callable[[int], None]) -> Iterator[Row]:
    """The release's tasks in ascending order, a chunk of rows in memory; raises BuildLost."""
    tasks = tasks_in(project_id=release.project_id, batch_id=release.batch_id, cutoff=release.cutoff_at)
    columns = tasks.order_by("id").values_list(
        "id",
        "image__name",
        "image__width",
        "image__height",
        "image__sha256",
        "consensus__payload",
        "consensus__source",
        "batch__name",
        "image__size",
    )
    last, done = 0, 0
    while rows := list(columns.filter(id__gt=last)[:CHUNK]):
        for task, name, width, height, digest, payload, source, batch, size in rows:
            adjudicated = source == Consensus.Source.ADJUDICATION
            record = Settled(task, name, width or 0, height or 0, digest, payload, adjudicated=adjudicated)
            yield record, batch, size
        last, done = rows[-1][0], done + len(rows)
        progress(done)
    if done != release.total:
        raise RuntimeError(f"release {release.id} holds {release.total} tasks, but {done} were found")


def listed(rows: Iterator[Row], *, form: Format, listing: IO[bytes]) -> Iterator[Settled]:
    """Pass the records on and note each image in `listing`, by the path at which the format expects it."""
    text = io.TextIOWrapper(listing, encoding="utf-8", newline="", write_through=True)
    out = csv.writer(text, lineterminator="\n")
    out.writerow(IMAGES_HEADER)
    sides: list[tuple[str, int]] = []

    def records() -> Iterator[Settled]:
        for record, batch, size in rows:
            sides.append((batch, size))
            yield record

    for record, path in form.images(records(), spec):
        batch, size = sides.pop()
        out.writerow([path, record.name, batch, record.width, record.height, size, record.sha256])
        yield record
    text.detach()


@contextmanager
def scratch_file() -> Iterator[Path]:
    """A path beside the storage to write to; removed unless it was kept."""
    with tempfile.NamedTemporaryFile(dir=storage.incoming_folder(), prefix="release-", delete=False) as file:
        path = Path(file.name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def renew(release: Release, *, done: int, now: datetime) -> None:
    mine = Release.objects.filter(id=release.id, token=release.token)
    if not mine.update(done=done, building_until=now + HELD):
        raise BuildLost


def note_file(release: Release, *, name: str, key: str, size: int, digest: str) -> ReleaseFile:
    with transaction.atomic():
        if not Release.objects.select_for_update().filter(id=release.id, token=release.token).exists():
            raise BuildLost
        return ReleaseFile.objects.create(
            release=release, format=name.partition(".")[0], name=name, key=key, size=size, sha256=digest
        )


def finish(release: Release, files: list[ReleaseFile], *, spec: dict[str, Any]) -> None:
    """Write the manifest and make the release ready: from now on nothing of it changes."""
    manifest = {
        "tasks": release.total,
        "schema": spec,
        "files": [{"name": f.name, "format": f.format, "size": f.size, "sha256": f.sha256} for f in files],
    }
    data = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    digest = sha256(data).hexdigest()
    key = f"projects/{release.project_id}/release/{digest[:2]}/{digest}.json"
    storage.keep_bytes(data, key)
    with transaction.atomic():
        if not release.files.filter(format=MANIFEST).exists():
            note_file(release, name=f"{MANIFEST}.json", key=key, size=len(data), digest=digest)
        changed = Release.objects.filter(id=release.id, token=release.token).update(
            state=Release.State.READY,
            digest=digest,
            ready_at=timezone.now(),
            done=release.total * len(files),
            token=None,
            building_until=None,
        )
        if not changed:
            raise BuildLost
        enqueue(
            organization=release.project.organization_id,
            event="release.ready",
            payload={
                "release": release.id,
                "project": release.project_id,
                "batch": release.batch_id,
                "version": release.version,
                "tasks": release.total,
                "digest": digest,
                "url": f"{settings.PUBLIC_URL}/api/v1/releases/{release.id}",
            },
        )

"""Building a release: one archive a format, streamed from settled tasks, and a manifest of their digests.

A worker holds a release by a token and a time. It renews both after each chunk of tasks, and stops when
they are not its own any more. Files are kept under their digest, and the same tasks make the same bytes:
so a worker that was killed, or two at once, leave one and the same result. Finished formats are rows, and
the next worker goes on with the others.
"""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import file_digest, sha256
from itertools import chain, tee
from pathlib import Path
from typing import Any

import msgspec
import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from annotator.errors import DomainError
from clients.webhooks import enqueue
from review.archive import Archive
from review.crops import members
from review.difference import line_of
from review.formats import FORMATS, Format, Member, Settled
from review.models import Consensus, Release, ReleaseFile
from review.options import Options, chosen, kept_options
from review.releases import tasks_in
from review.specs import merge_specs
from tasks import storage
from tasks.decode.cropping import COMMAND
from tasks.decode.decoder import Decoder
from tasks.decode.verdicts import Limits
from tasks.models import Assignment, LabelSchema, Submission

log = structlog.get_logger()

HELD = timedelta(minutes=3)
RETRY = timedelta(minutes=1)
MAX_ATTEMPTS = 5
CHUNK = 1000
MANIFEST = "manifest"
ANSWERS = "answers"
CROPS = "crops"
# An original is bounded at ingest; the rectangles to be cut out of it come on top.
REQUEST_BYTES = 1 << 20
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
    wanted = list(release.formats)
    options = kept_options(release.options)
    if options.raw_answers:
        wanted.append(ANSWERS)
        if ANSWERS not in finished:
            lines = iter([("answers.jsonl", answer_lines(release))])
            finished[ANSWERS] = keep_archive(release, ANSWERS, lines)
    if options.crops or options.crop_masks:
        wanted.append(CROPS)
        if CROPS not in finished:
            finished[CROPS] = build_crops(release, options, spec=spec)
    finish(release, [finished[key] for key in wanted], spec=spec, contents=keep_contents(release, spec=spec))


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

    def records(rows: Iterator[Row]) -> Iterator[Settled]:
        return chosen((record for record, _, _ in rows), options, spec=spec)

    options = kept_options(release.options)

    def parts() -> Iterator[Member]:
        yield from form.write(records(records_of(release, progress=progress)), spec=spec)
        # A second look at the same rows: while a format writes a member, no other can be begun.
        with tempfile.TemporaryFile() as listing:
            rows, sides = tee(records_of(release, progress=lambda _: progress(release.total)))
            named = form.images(records(rows), spec)
            for (record, path), (_, batch, size) in zip(named, sides, strict=True):
                link = original_link(record.task) if options.image_links else ""
                listing.write(_listed(path, record, batch, size, link))
                if options.images:
                    yield path, _original(release.project_id, record.sha256)
            listing.seek(0)
            header = [*IMAGES_HEADER, "link"] if options.image_links else IMAGES_HEADER
            yield "images.csv", chain([_csv_line(header)], iter(lambda: listing.read(CHUNK * 64), b""))

    return keep_archive(release, form.key, parts())


def keep_contents(release: Release, *, spec: dict[str, Any]) -> str:
    """Keep what the release says of each image, for comparison with others; returns its key.

    Releases stay as they are, while a spot check may put right what is in the tables.
    """

    def progress(_: int) -> None:
        renew(release, done=release.total * len(release.formats), now=timezone.now())

    rows = (record for record, _, _ in records_of(release, progress=progress))
    lines = (line_of(record) for record in chosen(rows, kept_options(release.options), spec=spec))
    return keep_lines(lines, project_id=release.project_id)


def keep_lines(lines: Iterable[bytes], *, project_id: int) -> str:
    """Keep lines gzipped under their digest; the same lines make the same bytes. Returns the key."""
    with scratch_file() as path:
        with path.open("wb") as out, gzip.GzipFile("", "wb", 1, out, mtime=0) as packed:
            for line in lines:
                packed.write(line)
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        key = f"projects/{project_id}/release/{digest[:2]}/{digest}.jsonl.gz"
        storage.keep_file(path, key)
    return key


def keep_archive(release: Release, form: str, members: Iterator[Member]) -> ReleaseFile:
    """Zip the members, keep the archive under its digest and note it; raises BuildLost."""
    with scratch_file() as path:
        with path.open("wb") as out:
            archive = Archive(out)
            try:
                for name, chunks in members:
                    archive.add(name, chunks)
                archive.close()
            finally:
                archive.discard()
        key = f"projects/{release.project_id}/release/{archive.sha256[:2]}/{archive.sha256}.zip"
        storage.keep_file(path, key)
    return note_file(
        release, name=f"{form}.zip", form=form, key=key, size=archive.size, digest=archive.sha256
    )


def answer_lines(release: Release) -> Iterator[bytes]:
    """Every answer to the release's tasks, the newest version of each; people under names of this project."""
    tasks = tasks_in(project_id=release.project_id, batch_id=release.batch_id, cutoff=release.cutoff_at)
    last = 0
    while ids := list(tasks.filter(id__gt=last).order_by("id").values_list("id", flat=True)[:CHUNK]):
        answers = Submission.objects.current().filter(task__in=ids, purpose=Assignment.Purpose.WORK)
        found = answers.filter(created_at__lte=release.cutoff_at).order_by("task_id", "created_at", "id")
        columns = ("task_id", "task__image__name", "id", "annotator_id", "created_at", "active_ms", "payload")
        for task, image, number, annotator, at, active, payload in found.values_list(*columns):
            person = salted_hmac(f"release of {release.project_id}", str(annotator)).hexdigest()[:12]
            line = {"task": task, "image": image, "answer": number, "annotator": person}
            yield msgspec.json.encode({**line, "at": at, "active_ms": active, "payload": payload}) + b"\n"
        last = ids[-1]
        renew(release, done=release.total * len(release.formats), now=timezone.now())


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
            adjudicated = source in Consensus.BY_REVIEWERS
            record = Settled(task, name, width or 0, height or 0, digest, payload, adjudicated=adjudicated)
            yield record, batch, size
        last, done = rows[-1][0], done + len(rows)
        progress(done)
    if done != release.total:
        raise RuntimeError(f"release {release.id} holds {release.total} tasks, but {done} were found")


def build_crops(release: Release, options: Options, *, spec: dict[str, Any]) -> ReleaseFile:
    """The objects cut out of their images, and their masks (review/crops.py)."""

    def progress(_: int) -> None:
        renew(release, done=release.total * len(release.formats), now=timezone.now())

    def original(record: Settled) -> bytes:
        progress(0)
        return storage.read_bytes(storage.image_key(release.project_id, record.sha256, "original"))

    limits = Limits(
        file_bytes=settings.MAX_IMAGE_BYTES + REQUEST_BYTES,
        pixels=settings.MAX_IMAGE_PIXELS,
        wall_seconds=HELD.total_seconds() / 2,
    )
    rows = (record for record, _, _ in records_of(release, progress=progress))
    with Decoder(limits=limits, command=COMMAND) as decoder:
        cut = members(
            chosen(rows, options, spec=spec),
            original=original,
            decoder=decoder,
            crops=options.crops,
            masks=options.crop_masks,
        )
        return keep_archive(release, CROPS, cut)


def original_link(task: int) -> str:
    """Where the image of a task is, for who has a key of its client; it never changes."""
    return f"{settings.PUBLIC_URL}{reverse('task-original', args=[task])}"


def _listed(path: str, record: Settled, batch: str, size: int, link: str) -> bytes:
    row = [path, record.name, batch, record.width, record.height, size, record.sha256]
    return _csv_line([*row, link] if link else row)


def _csv_line(row: Sequence[object]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(row)
    return buffer.getvalue().encode()


def _original(project_id: int, digest: str) -> Iterator[bytes]:
    with storage.open_file(storage.image_key(project_id, digest, "original")) as file:
        while block := file.read(CHUNK * 64):
            yield block


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


def note_file(release: Release, *, name: str, form: str, key: str, size: int, digest: str) -> ReleaseFile:
    with transaction.atomic():
        if not Release.objects.select_for_update().filter(id=release.id, token=release.token).exists():
            raise BuildLost
        return ReleaseFile.objects.create(
            release=release, format=form, name=name, key=key, size=size, sha256=digest
        )


def finish(release: Release, files: list[ReleaseFile], *, spec: dict[str, Any], contents: str) -> None:
    """Write the manifest and make the release ready: from now on nothing of it changes."""
    manifest = {
        "tasks": release.total,
        "options": release.options,
        "schema": spec,
        "files": [{"name": f.name, "format": f.format, "size": f.size, "sha256": f.sha256} for f in files],
    }
    data = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    digest = sha256(data).hexdigest()
    key = f"projects/{release.project_id}/release/{digest[:2]}/{digest}.json"
    storage.keep_bytes(data, key)
    with transaction.atomic():
        if not release.files.filter(format=MANIFEST).exists():
            note_file(release, name=f"{MANIFEST}.json", form=MANIFEST, key=key, size=len(data), digest=digest)
        changed = Release.objects.filter(id=release.id, token=release.token).update(
            state=Release.State.READY,
            digest=digest,
            contents=contents,
            ready_at=timezone.now(),
            done=release.total * len(release.formats),
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

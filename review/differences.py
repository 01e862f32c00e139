"""Differences between two releases: asked for, worked out by a worker, read by the client that owns both.

A worker holds the row's lock while it compares, and writes the outcome in the same transaction: one that dies
leaves the row waiting, and no two work on it. The images that differ are kept as lines in storage.
"""

from __future__ import annotations

import gzip
from collections.abc import Generator, Iterator
from contextlib import closing

import msgspec
import structlog
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from annotator.errors import Conflict, DomainError, NotVisible
from review.builder import MAX_ATTEMPTS, keep_lines
from review.difference import Tally, compare
from review.models import Difference, Release
from review.releases import NotReady, access_release, client_releases
from tasks import storage

log = structlog.get_logger()
MOST_WAITING = 5
BLOCK = 1 << 16


class NotComparable(Conflict):
    code = "not_comparable"
    detail = _("One of these releases was made before releases could be compared. Make a new one.")


class SameRelease(Conflict):
    code = "same_release"
    detail = _("Choose another release of the project to compare this one with.")


class StillComparing(Conflict):
    code = "still_comparing"
    detail = _("Several releases of this project are still being compared. Wait for one of them.")


class NotCompared(DomainError):
    code = "not_compared"
    status = 500
    detail = _("The releases could not be compared. The operator has been told.")


def access_difference(request: HttpRequest | Request, release_id: int, since: int) -> Difference:
    """What differs between the release and an older one of its project; asked for once, then the same."""
    newer = access_release(request, release_id)
    older = client_releases(request).filter(id=since, project=newer.project_id).first()
    if older is None:
        raise NotVisible
    if older.id == newer.id:
        raise SameRelease
    return ask(older=older, newer=newer)


def ask(*, older: Release, newer: Release) -> Difference:
    """The row of this pair, made when it is first asked for; without a summary it waits for a worker.

    Raises NotReady, NotComparable, StillComparing or NotCompared."""
    if {older.state, newer.state} != {Release.State.READY}:
        raise NotReady
    if not older.contents or not newer.contents:
        raise NotComparable
    found = Difference.objects.filter(older=older, newer=newer).first()
    if found is None:
        waiting = Difference.objects.filter(newer__project=newer.project_id, summary__isnull=True)
        if waiting.filter(attempts__lt=MAX_ATTEMPTS).count() >= MOST_WAITING:
            raise StillComparing
        found, _new = Difference.objects.get_or_create(older=older, newer=newer)
    if found.summary is None and found.attempts >= MAX_ATTEMPTS:
        raise NotCompared
    return found


def find_next() -> bool:
    """Work one difference out; false when none waits."""
    waiting = Difference.objects.filter(summary__isnull=True, attempts__lt=MAX_ATTEMPTS).order_by("id")
    failed = None
    with transaction.atomic():
        found = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if found is None:
            return False
        try:
            with transaction.atomic():
                _find(found)
        except Exception:
            log.exception("releases not compared", difference=found.id)
            failed = found.id
    if failed is not None:
        Difference.objects.filter(id=failed).update(attempts=F("attempts") + 1)
    return failed is None


def image_lines(difference: Difference) -> Iterator[bytes]:
    """The images that differ, one line of JSON each."""
    yield from _lines(difference.key)


def image_blocks(difference: Difference) -> Iterator[bytes]:
    """The same in larger pieces, to be sent."""
    with storage.open_file(difference.key) as file, gzip.GzipFile(fileobj=file) as packed:
        while block := packed.read(BLOCK):
            yield block


def _find(difference: Difference) -> None:
    older, newer = difference.older, difference.newer
    tally = Tally()
    with closing(_lines(older.contents)) as olds, closing(_lines(newer.contents)) as news:
        differing = compare(olds, news, tally=tally)
        lines = (msgspec.json.encode(one) + b"\n" for one in differing)
        difference.key = keep_lines(lines, project_id=newer.project_id)
    difference.summary = tally.summary()
    difference.save(update_fields=["key", "summary"])


def _lines(key: str) -> Generator[bytes, None, None]:
    with storage.open_file(key) as file, gzip.GzipFile(fileobj=file) as packed:
        yield from packed

"""Celery entry points of ingest and the queue. A message only wakes; the work is found in PostgreSQL."""

from __future__ import annotations

import os
from functools import lru_cache

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from annotator import wake as waking
from tasks import archives, hopeless, ingest, prelabel, queue, retire, storage, tiles
from tasks.batches import finish_forgotten
from tasks.decode.decoder import Decoder
from tasks.decode.verdicts import Limits, Sizes

# Models are slow, and there is other work: one worker at a time asks them. The cache forgets one that died.
PRELABEL_TURNS = 4
PRELABELLING, PRELABEL_SECONDS = "prelabelling", 180


@shared_task
def ingest_pending() -> None:
    """Expand one archive or ingest one job, and pass the word on when there was one."""
    now = timezone.now()
    archive = archives.take_archive(now=now)
    if archive is not None:
        archives.expand(archive=archive)
        wake()
        return
    job = ingest.take_job(now=now)
    if job is None:
        finish_forgotten(now=now)
        return
    ingest.run_job(job=job, decoder=_decoder(os.getpid(), ingest.sizes_for(job.batch.schema.spec)))
    wake()


@shared_task
def make_tiles(project_id: int, sha256: str) -> None:
    """Somebody looks closely at an image."""
    sizes = Sizes(tile=tiles.TILE)
    tiles.make_tiles(project_id=project_id, sha256=sha256, decoder=_decoder(os.getpid(), sizes))


@shared_task
def expire_leases() -> None:
    """Open what has run out, a chunk a transaction, and let newcomers start where work is left."""
    while queue.expire_leases() == queue.SWEEP:
        pass
    queue.raise_heads()
    queue.forget_lost_leases()


@shared_task
def retire_batches() -> None:
    """Move batches that were completed a while ago out of the queue, and set aside what waits in vain."""
    now = timezone.now()
    retire.retire_due(now=now)
    hopeless.set_aside(now=now)


@shared_task
def prelabel_pending() -> None:
    """Show what waits to the clients' models, turn by turn, and pass the word on after a few."""
    prelabel.enqueue_new()
    for _turn in range(PRELABEL_TURNS):
        if not cache.add(PRELABELLING, 1, timeout=PRELABEL_SECONDS):
            return
        try:
            went_on = prelabel.prelabel_due(now=timezone.now())
        finally:
            cache.delete(PRELABELLING)
        if not went_on:
            return
    waking.wake(prelabel_pending)


@shared_task
def clear_incoming() -> None:
    storage.clear_incoming()


def wake() -> None:
    """Tell workers that there is something to ingest."""
    waking.wake(ingest_pending)


@lru_cache(maxsize=4)
def _decoder(process: int, sizes: Sizes) -> Decoder:
    """One child for each worker process and kind of work; never one inherited over a fork."""
    limits = Limits(file_bytes=settings.MAX_IMAGE_BYTES, pixels=settings.MAX_IMAGE_PIXELS)
    return Decoder(limits=limits, sizes=sizes)

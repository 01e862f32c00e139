"""Tiles of large images at their own resolution, made when somebody first looks that closely.

Most images are never looked at closer than their screen rendition, and tiles cost seconds of processor time
and a file each: so they are not made at ingest. A request that finds none asks a worker for them and is told
to come again; the message may be lost, the next request sends another.
"""

from __future__ import annotations

import structlog
from django.core.cache import cache

from tasks import storage
from tasks.decode.decoder import Decoder
from tasks.decode.verdicts import BadImage

log = structlog.get_logger()

TILE = 512  # pixels
# An image of fewer pixels along its long side is shown whole by its screen rendition, or nearly.
WORTH = 1600
# A worker that was asked is given so long before it, or another one, is asked again.
_PATIENCE = 90


def has_tiles(*, width: int | None, height: int | None) -> bool:
    return max(width or 0, height or 0) > WORTH


def are_made(*, project_id: int, sha256: str) -> bool:
    try:
        storage.open_file(storage.tile_key(project_id, sha256, "made")).close()
    except FileNotFoundError:
        return False
    return True


def is_first_to_ask(*, project_id: int, sha256: str) -> bool:
    """Whether a worker has to be asked; the cache may forget, and then it is asked twice."""
    return bool(cache.add(f"tiles-{project_id}-{sha256}", 1, timeout=_PATIENCE))


def make_tiles(*, project_id: int, sha256: str, decoder: Decoder) -> None:
    """Cut an image's original into tiles and store them. Doing it twice ends the same."""
    if are_made(project_id=project_id, sha256=sha256):
        return
    try:
        original = storage.read_bytes(storage.image_key(project_id, sha256, "original"))
    except FileNotFoundError:
        return  # retired while the message was under way
    done = decoder.decode(original)
    reason = b""
    if isinstance(done, BadImage):
        # It was accepted at ingest, where a smaller copy was enough: its screen rendition stays all there is.
        log.warning("no tiles", project=project_id, sha256=sha256, verdict=done.verdict, detail=done.detail)
        reason = done.verdict.encode()
    else:
        for tile in done.tiles:
            name = f"{tile.level}-{tile.column}-{tile.row}"
            storage.keep_bytes(tile.webp, storage.tile_key(project_id, sha256, name))
    storage.keep_bytes(reason or b"all", storage.tile_key(project_id, sha256, "made"))

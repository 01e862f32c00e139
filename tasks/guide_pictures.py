"""Pictures of a project's guide: taken in as safely as images to be labelled, made small for a thin line."""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image

from annotator.errors import Conflict, DomainError, Invalid, NotVisible
from tasks import storage
from tasks.decode.decoder import Decoder
from tasks.decode.verdicts import BadImage, Limits, Rendered, Sizes
from tasks.delivery import Picture, picture_url
from tasks.guides import Shown, pictures_in
from tasks.models import GuidePicture, Project
from tasks.refusals import words_for
from tasks.uploads import ReceivedFile

MOST = 50  # a project
MOST_BYTES = 20 * 2**20  # a file as it is sent
# An address is in the HTML that browsers keep: it lives for at least this long, and at most twice as long.
URL_SECONDS = 7 * 24 * 3600

_LONG_SIDE = 1280  # pixels
# Bytes: a second and a half of a 400 kbps line.
_LIGHT = 60_000
# Long side and quality of what is tried while the picture is heavier; the last is taken whatever it weighs.
_LIGHTER = ((1280, 60), (1280, 40), (1024, 40), (1024, 25))
# Somebody waits, and decoding holds one of the server's few threads: one at a time, and none for long.
_SECONDS = 15
_place = threading.BoundedSemaphore(1)
_DIGEST = re.compile(r"[0-9a-f]{64}")


class PictureTooLarge(DomainError):
    code = "too_large"
    status = 413
    detail = _("The picture is larger than we accept. Make it smaller.")


class TooManyPictures(Conflict):
    code = "too_many_pictures"
    detail = _("The guide has as many pictures as it may have. Remove one that it does not show.")


class PictureUsed(Conflict):
    code = "picture_used"
    detail = _("The guide shows this picture. Take it out of the text and save that first.")


class PictureBusy(DomainError):
    code = "picture_busy"
    status = 503
    detail = _("Other pictures are being prepared. Try again in a moment.")


def add_picture(*, project: Project, file: ReceivedFile, name: str) -> tuple[GuidePicture, bool]:
    """The picture, and whether it is new: sending it again is sending it once.

    Raises PictureTooLarge, TooManyPictures, PictureBusy, or Invalid over a file that is no picture.
    """
    if file.too_large:
        raise PictureTooLarge
    mine = GuidePicture.objects.filter(project=project)
    known = mine.filter(sha256=file.sha256).first()
    if known:
        return known, False
    if mine.count() >= MOST:
        raise TooManyPictures(most=MOST)
    webp = _light(_decoded(file))
    storage.keep_bytes(webp, storage.image_key(project.id, file.sha256, "guide"))
    with Image.open(io.BytesIO(webp)) as picture:
        width, height = picture.size
    facts = {"name": name, "width": width, "height": height, "size": len(webp)}
    with transaction.atomic():
        Project.objects.select_for_update().get(id=project.id)
        if mine.count() >= MOST:
            raise TooManyPictures(most=MOST)
        return GuidePicture.objects.get_or_create(project=project, sha256=file.sha256, defaults=facts)


def remove_picture(*, project: Project, sha256: str) -> None:
    """The guide may then no longer show it; its bytes stay, for browsers that keep an older guide.

    Raises NotVisible, and PictureUsed.
    """
    if not _DIGEST.fullmatch(sha256):
        raise NotVisible
    with transaction.atomic():
        guide = Project.objects.select_for_update().get(id=project.id).guide
        picture = GuidePicture.objects.filter(project=project, sha256=sha256).first()
        if picture is None:
            raise NotVisible
        if any(picture.address in pictures_in(text) for text in guide.values() if isinstance(text, str)):
            raise PictureUsed
        picture.delete()


def addresses_of(project: Project) -> set[str]:
    """What may stand for a picture in the project's guide; nothing where the project is still to be made."""
    return {one.address for one in GuidePicture.objects.filter(project=project)} if project.pk else set()


def url_of(picture: GuidePicture, *, now: float) -> str:
    # A short name, and none of the client's: it stands in every annotator's guide.
    facts = Picture(picture.project_id, picture.sha256, "webp", "guide")
    return picture_url(facts, "guide", now=now, seconds=URL_SECONDS)


def shown_pictures(*, project_id: int, now: datetime | None = None) -> dict[str, Shown]:
    """The project's pictures as its guide shows them, by what stands for them in it."""
    seconds = now.timestamp() if now else time.time()
    rows = GuidePicture.objects.filter(project=project_id)
    return {row.address: Shown(url_of(row, now=seconds), row.width, row.height) for row in rows}


def _decoded(file: ReceivedFile) -> Rendered:
    limits = Limits(
        file_bytes=upload_limit(),
        pixels=settings.MAX_IMAGE_PIXELS,
        cpu_seconds=_SECONDS,
        wall_seconds=_SECONDS,
    )
    with _alone(), Decoder(limits=limits, sizes=Sizes(screen=_LONG_SIDE, quality=80)) as decoder:
        done = decoder.decode(file.path.read_bytes())
    if isinstance(done, BadImage):
        words = str(words_for(done.verdict))
        raise Invalid(words, errors=[{"where": "file", "code": done.verdict, "detail": words}])
    return done


def upload_limit() -> int:
    return min(MOST_BYTES, settings.MAX_IMAGE_BYTES)


@contextmanager
def _alone() -> Iterator[None]:
    if not _place.acquire(timeout=_SECONDS):
        raise PictureBusy
    try:
        yield
    finally:
        _place.release()


def _light(done: Rendered) -> bytes:
    """The rendition, which is ours and safe to decode, in as few bytes as it may have."""
    webp = done.screen
    for side, quality in _LIGHTER:
        if len(webp) <= _LIGHT:
            break
        with Image.open(io.BytesIO(done.screen)) as image:
            image.thumbnail((side, side), Image.Resampling.LANCZOS)
            out = io.BytesIO()
            image.save(out, "WEBP", quality=quality, method=6)
        webp = out.getvalue()
    return webp

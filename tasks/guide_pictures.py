"""Pictures of a project's guide: taken in as safely as images to be labelled, made small for a thin line."""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image

from annotator.errors import Conflict, DomainError, Invalid, NotVisible
from tasks import storage
from tasks.decode.decoder import Decoder
from tasks.decode.verdicts import BadImage, Limits, Sizes, Verdict
from tasks.delivery import Picture, picture_url
from tasks.guides import Shown, pictures_in
from tasks.light import open_rendition
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
# Somebody waits, and it is done in one of the server's few threads, beside everything else in its container:
# one at a time, none for long, and with less than ingest may take. A decoder that breaks is tried twice.
_SECONDS = 10
_PIXELS = 40_000_000
_MEMORY = 768 * 2**20
# Whoever waited for their turn would hold a thread as well.
_WAIT_SECONDS = 1
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
    retry_after = 5
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
    _check_room(project)
    webp, (width, height) = _made(file)
    facts = {"name": name, "width": width, "height": height, "size": len(webp)}
    with transaction.atomic():
        lock_guide(project)
        if known := mine.filter(sha256=file.sha256).first():
            return known, False
        _check_room(project)
        storage.keep_bytes(webp, _key(project, file.sha256))
        return mine.create(project=project, sha256=file.sha256, **facts), True


def remove_picture(*, project: Project, sha256: str) -> None:
    """With its bytes: it may show what nobody should see. A browser with an older guide shows its words.

    Raises NotVisible, PictureUsed, and StorageUnavailable.
    """
    if not _DIGEST.fullmatch(sha256):
        raise NotVisible
    with transaction.atomic():
        guide = lock_guide(project).guide
        picture = GuidePicture.objects.filter(project=project, sha256=sha256).first()
        if picture is None:
            raise NotVisible
        if any(picture.address in pictures_in(text) for text in guide.values() if isinstance(text, str)):
            raise PictureUsed
        picture.delete()
        storage.remove(_key(project, sha256))


def lock_guide(project: Project) -> Project:
    """Until the transaction ends, for whoever changes the guide, its pictures, or what hangs on both."""
    return Project.objects.select_for_update(no_key=True).get(id=project.id)


def url_of(picture: GuidePicture, *, now: float) -> str:
    # A short name, and none of the client's: it stands in every annotator's guide.
    facts = Picture(picture.project_id, picture.sha256, "webp", "guide")
    return picture_url(facts, "guide", now=now, seconds=URL_SECONDS)


def shown_pictures(*, project_id: int | None) -> dict[str, Shown]:
    """The project's pictures as its guide shows them, by what stands for them in it; None: no project yet."""
    return {} if project_id is None else pictures_of([project_id])[project_id]


def pictures_of(projects: Iterable[int], *, now: datetime | None = None) -> dict[int, dict[str, Shown]]:
    """The same for several projects."""
    seconds = now.timestamp() if now else time.time()
    pictures: dict[int, dict[str, Shown]] = {id_: {} for id_ in projects}
    for row in GuidePicture.objects.filter(project__in=pictures.keys()).order_by("id"):
        pictures[row.project_id][row.address] = Shown(url_of(row, now=seconds), row.width, row.height)
    return pictures


def upload_limit() -> int:
    return min(MOST_BYTES, settings.MAX_IMAGE_BYTES)


def _key(project: Project, sha256: str) -> str:
    return storage.image_key(project.id, sha256, "guide")


def _check_room(project: Project) -> None:
    if GuidePicture.objects.filter(project=project).count() >= MOST:
        raise TooManyPictures(most=MOST)


def _made(file: ReceivedFile) -> tuple[bytes, tuple[int, int]]:
    """The picture as annotators get it, and its size in pixels."""
    limits = Limits(
        file_bytes=upload_limit(),
        pixels=min(_PIXELS, settings.MAX_IMAGE_PIXELS),
        memory=_MEMORY,
        cpu_seconds=_SECONDS,
        wall_seconds=_SECONDS,
    )
    with _alone():
        with Decoder(limits=limits, sizes=Sizes(screen=_LONG_SIDE, quality=80)) as decoder:
            done = decoder.decode(file.path.read_bytes())
        if isinstance(done, BadImage):
            raise _refusal(done.verdict, most=limits.pixels)
        try:
            return _light(done.screen)
        except OSError:
            raise _refusal("corrupt", most=limits.pixels) from None


def _refusal(verdict: Verdict, *, most: int) -> Invalid:
    words = str(words_for(verdict))
    if verdict in ("too_many_pixels", "too_much_memory"):
        words = _("A picture of the guide has at most %(most)d million pixels; make it smaller.") % {
            "most": most // 1_000_000
        }
    return Invalid(words, errors=[{"where": "file", "code": verdict, "detail": words}])


@contextmanager
def _alone() -> Iterator[None]:
    if not _place.acquire(timeout=_WAIT_SECONDS):
        raise PictureBusy
    try:
        yield
    finally:
        _place.release()


def _light(screen: bytes) -> tuple[bytes, tuple[int, int]]:
    """The rendition in as few bytes as it may have, and its size. Raises OSError if it is none of ours."""
    picture = open_rendition(screen, within=_LONG_SIDE)
    webp, size = screen, picture.size
    for side, quality in _LIGHTER:
        if len(webp) <= _LIGHT:
            break
        image = picture.copy()
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=6)
        webp, size = out.getvalue(), image.size
    return webp, size

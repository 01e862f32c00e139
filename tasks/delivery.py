"""Signed, short-lived addresses of images, and the view behind them.

The address is the permission: it is handed only to those who may see the image, and ends by itself.
Its expiry is rounded up to a window, so an image keeps one address for a while and is cached by it.
Bytes are streamed through us, also from an object store: see docs/decisions/ingest.md.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import IO, get_args
from urllib.parse import quote

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.signing import BadSignature, Signer, b64_encode
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.crypto import salted_hmac
from django.utils.encoding import force_bytes
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from annotator.errors import DomainError, NotVisible
from annotator.wake import wake
from tasks import storage, tiles
from tasks.jobs import make_tiles
from tasks.light import light_of
from tasks.models import Image
from tasks.ranges import file_response
from tasks.storage import Rendition

_CONTENT_TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "tiff": "image/tiff",
    "bmp": "image/bmp",
    "gif": "image/gif",
    "avif": "image/avif",
}


class KeyedSigner(Signer):
    """Django's, with the key derived once: a claim of ten makes twenty addresses."""

    def __init__(self, *, salt: str, sep: str) -> None:
        super().__init__(salt=salt, sep=sep)
        self._mac = salted_hmac(f"{salt}signer", b"", self.key, algorithm=self.algorithm)

    def signature(self, value: str | bytes, key: str | bytes | None = None) -> str:
        if key not in (None, self.key):
            return super().signature(value, key)
        mac = self._mac.copy()
        mac.update(force_bytes(value))
        return b64_encode(mac.digest()).decode()


_TILE_NAME = re.compile(r"[0-9]{1,2}-[0-9]{1,3}-[0-9]{1,3}")
_signer = KeyedSigner(salt="labelmill.media", sep="~")


class LinkExpired(DomainError):
    code = "link_expired"
    status = 403
    detail = _("This link has expired. Fetch a fresh one.")


class TilesNotReady(DomainError):
    """A worker makes them: seconds, unless it has other work first."""

    code = "tiles_not_ready"
    status = 503
    detail = _("The image is being prepared for a closer look. Try again in a moment.")


@dataclass(frozen=True, slots=True)
class Picture:
    """What the addresses of an image are made of."""

    project: int
    sha256: str
    format: str
    name: str


def image_url(
    image: Image, rendition: Rendition, *, now: float | None = None, seconds: int | None = None
) -> str:
    """An address as of picture_url. Needs the image's project_id, sha256, format and name, and no query."""
    picture = Picture(image.project_id, image.sha256, image.format, image.name)
    return picture_url(picture, rendition, now=time.time() if now is None else now, seconds=seconds)


def picture_url(picture: Picture, rendition: Rendition, *, now: float, seconds: int | None = None) -> str:
    """An address valid for at least `seconds` (settings.MEDIA_URL_SECONDS) and at most twice as long.

    `now` is in Unix seconds.
    """
    window = seconds or settings.MEDIA_URL_SECONDS
    until = (int(now) // window + 2) * window
    kind = picture.format if rendition == "original" else "webp"
    token = _signer.sign(f"{picture.project}-{picture.sha256}-{rendition}-{kind}-{until}")
    stem = picture.name.replace("\\", "/").rpartition("/")[2]
    name = stem if rendition == "original" else f"{stem.rpartition('.')[0] or stem}.webp"
    return _address(token, name)


def _address(token: str, name: str) -> str:
    return f"/media/{token}/{quote(name, safe='')}"


@require_safe
def media(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    project_id, sha256, rendition, kind, until = check_token(token)
    left = until - int(time.time())
    if left <= 0:
        raise LinkExpired
    part: str = rendition
    if rendition == "tiles":
        part = name.removesuffix(".webp")
        file = _open_tile(project_id, sha256, part)
    elif rendition == "screen" and "light" in request.GET:
        part, (light, is_copy) = "light", _light(project_id, sha256)
        if not is_copy:
            return _to_the_whole(_address(token, name), left=left)
        file = ContentFile(light)
    else:
        file = _open(storage.image_key(project_id, sha256, rendition))
    size = file.size  # type: ignore[attr-defined]
    etag = f'"{sha256[:32]}-{part}"'
    response = file_response(request, file, size=size, content_type=_CONTENT_TYPES[kind], etag=etag)
    response["Cache-Control"] = f"private, max-age={left}, immutable"
    # Whatever a stranger's original holds, it is shown as this type or not at all, and runs nothing.
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    if rendition != "original":
        return _bare(response)
    disposition = content_disposition_header(as_attachment=True, filename=name)
    if disposition:
        response["Content-Disposition"] = disposition
    return response


def _bare(response: HttpResponseBase) -> HttpResponseBase:
    """Without what nobody needs of a rendition: sixty small ones are one page, and each pays for its headers.

    It never changes under its address, is not fetched in parts, and is named by the last part of the address.
    """
    for name in ("ETag", "Accept-Ranges"):
        del response[name]
    return response


def _open(key: str) -> IO[bytes]:
    try:
        return storage.open_file(key)
    except FileNotFoundError:
        raise NotVisible from None


def _light(project_id: int, sha256: str) -> tuple[bytes, bool]:
    """What a slow line asks for, and whether it is a copy."""
    try:
        return light_of(project_id=project_id, sha256=sha256)
    except FileNotFoundError:
        raise NotVisible from None


def _to_the_whole(address: str, *, left: int) -> HttpResponseBase:
    """Under its own address the browser keeps it, and need not fetch it again when somebody looks closer."""
    response = HttpResponseRedirect(address)
    response["Cache-Control"] = f"private, max-age={left}, immutable"
    return response


def _open_tile(project_id: int, sha256: str, name: str) -> IO[bytes]:
    """A tile by level-column-row; where none are made yet a worker is asked for them."""
    if not _TILE_NAME.fullmatch(name):
        raise NotVisible
    try:
        return storage.open_file(storage.tile_key(project_id, sha256, name))
    except FileNotFoundError:
        if tiles.are_made(project_id=project_id, sha256=sha256):
            raise NotVisible from None
    if tiles.is_first_to_ask(project_id=project_id, sha256=sha256):
        wake(make_tiles, project_id, sha256)
    raise TilesNotReady


def check_token(token: str) -> tuple[int, str, Rendition, str, int]:
    """Project, SHA-256, rendition, format and expiry in Unix seconds; NotVisible when it is not ours."""
    try:
        project_id, sha256, rendition, kind, until = _signer.unsign(token).split("-")
    except (BadSignature, ValueError):
        raise NotVisible from None
    known = next((r for r in get_args(Rendition) if r == rendition), None)
    if known is None or kind not in _CONTENT_TYPES:
        raise NotVisible
    return int(project_id), sha256, known, kind, int(until)

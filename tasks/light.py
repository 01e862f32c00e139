"""The light copy of a heavy picture: for a slow line, and for a page that opens with it.

Made when somebody first asks for it, from the screen rendition, which is ours. Made at ingest, they would
cost it a fifth more time, and few are ever asked for.
"""

from __future__ import annotations

import io
from contextlib import suppress

from PIL import Image

from tasks import storage

# Bytes of a screen rendition that needs one.
HEAVY = 24_000
# Pixels, of any screen rendition.
_WIDEST = 1280
# Pixels. Half the time of the slowest method for a twentieth more bytes: somebody waits for it.
_LONG_SIDE, _METHOD = 1024, 2
# One of much detail is encoded once more while it would be heavy itself.
_QUALITIES = (50, 30)


def light_of(*, project_id: int, sha256: str) -> tuple[bytes, bool]:
    """The picture in as few bytes as it may have, and whether that is a copy.

    It is none, but the screen rendition, where that one is light enough or damaged.

    Raises FileNotFoundError for a picture that is not there, and StorageUnavailable.
    """
    key = storage.image_key(project_id, sha256, "light")
    with suppress(FileNotFoundError):
        return storage.read_bytes(key), True
    screen = storage.read_bytes(storage.image_key(project_id, sha256, "screen"))
    if len(screen) <= HEAVY:
        return screen, False
    try:
        light = _lighter(screen)
    except OSError:
        return screen, False
    # On a full disk it is made anew the next time.
    with suppress(storage.StorageUnavailable):
        storage.keep_bytes(light, key)
    return light, True


def open_rendition(webp: bytes, *, within: int) -> Image.Image:
    """The WebP of at most so many pixels a side that was asked of the child which reads strangers' files: it
    may have been made to give anything. Raises OSError."""
    try:
        image = Image.open(io.BytesIO(webp), formats=("WEBP",))
        if max(image.size) <= within:
            image.load()
            return image
    except Exception as error:  # decoders raise nearly every type there is over bytes that make no sense
        raise OSError("no rendition") from error
    raise OSError(f"a rendition of {image.size} pixels")


def _lighter(screen: bytes) -> bytes:
    with open_rendition(screen, within=_WIDEST) as image:
        image.thumbnail((_LONG_SIDE, _LONG_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
        light = b""
        for quality in _QUALITIES:
            out = io.BytesIO()
            image.save(out, "WEBP", quality=quality, method=_METHOD)
            light = out.getvalue()
            if len(light) <= HEAVY:
                break
        return light

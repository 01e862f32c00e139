"""The process that cuts objects out of pictures: asked by rectangles and a file, it answers with JPEGs.

A child like that of child.py, under the same limits; `Decoder(command=COMMAND)` is its parent's side.
"""

import io
import json
import sys
from collections.abc import Sequence

from PIL import Image

from tasks.decode.child import LENGTH, main
from tasks.decode.imaging import judging, upright_of
from tasks.decode.verdicts import BadImage, Limits, Rendered, Sizes, Tile

COMMAND = (sys.executable, "-m", "tasks.decode.cropping")
Rectangle = tuple[int, int, int, int]  # left, top, right, bottom in pixels of the upright picture
# Crops are learnt from: hardly any loss, and no colour at half the resolution.
_QUALITY = 95
# No JPEG is longer; what is, is made smaller.
_LONGEST = 65_500
# So many rectangles fit into the answer's head.
MOST = 1000


def request(rectangles: Sequence[Rectangle], data: bytes) -> bytes:
    """What to hand to the decoder instead of a picture: at most MOST rectangles, and the picture."""
    head = json.dumps(rectangles).encode()
    return LENGTH.pack(len(head)) + head + data


def crop(data: bytes, *, limits: Limits, sizes: Sizes) -> Rendered:
    """The rectangles as tiles of the answer, in the order asked for; or raise BadImage."""
    (length,) = LENGTH.unpack(data[: LENGTH.size])
    rectangles = json.loads(data[LENGTH.size : LENGTH.size + length])
    picture = data[LENGTH.size + length :]
    if not picture:
        raise BadImage("empty")
    with judging(picture, limits=limits):
        upright, kind, (width, height) = upright_of(picture, limits=limits)
        cut = tuple(Tile(0, i, 0, _jpeg(upright.crop(one))) for i, one in enumerate(rectangles))
    return Rendered(format=kind, width=width, height=height, screen=b"", grid=b"", tiles=cut)


def _jpeg(image: Image.Image) -> bytes:
    """Encode without what Pillow would otherwise copy from the source."""
    image.info = {}
    image.thumbnail((_LONGEST, _LONGEST))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, subsampling=0)
    return out.getvalue()


if __name__ == "__main__":
    main(crop)

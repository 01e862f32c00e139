"""What decoding one file can end in: renditions, or a verdict that names what is wrong with the file.

No Django and no Pillow here: the worker and the child process that decodes share this file.
"""

from dataclasses import dataclass
from typing import Literal, get_args

Verdict = Literal[
    "empty",  # no bytes at all
    "too_large",  # more bytes than the limit
    "not_an_image",  # nothing in it looks like a picture
    "unsupported_format",  # a picture, but of a kind that is not accepted (HEIC, SVG, camera raw ...)
    "unsupported_pixels",  # an accepted format with pixels that have no defined colour (float, 32-bit)
    "truncated",  # the file ends too early
    "corrupt",  # the file contradicts itself
    "animated",  # several frames or pages: which one would be labelled?
    "too_many_pixels",  # more pixels than the limit, also when the header merely claims so
    "too_much_memory",  # decoding needs more memory than the limit
    "decode_timeout",  # decoding takes longer than the limit
    "decoder_crashed",  # decoding killed its process, twice
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def as_verdict(text: str) -> Verdict:
    """A verdict from the child's answer; a child gone wrong may have written anything."""
    return next((verdict for verdict in VERDICTS if verdict == text), "corrupt")


class BadImage(Exception):
    """The file itself is at fault, and always will be: a verdict, never a reason to try again."""

    def __init__(self, verdict: Verdict, detail: str = "") -> None:
        super().__init__(verdict, detail)
        self.verdict: Verdict = verdict
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. Sizes in bytes, times in seconds."""

    file_bytes: int = 64 * 1024**2
    pixels: int = 120_000_000
    memory: int = 2 * 1024**3
    cpu_seconds: int = 30
    wall_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Sizes:
    """Long sides of the renditions in pixels, and how they are encoded."""

    screen: int = 1280
    grid: int = 144
    quality: int = 75
    tile: int = 0  # side of the tiles; 0: none are cut


@dataclass(frozen=True, slots=True)
class Tile:
    """One square of the picture scaled by 1 / 2^level, the one at the right or the foot less than square."""

    level: int
    column: int
    row: int
    webp: bytes


@dataclass(frozen=True, slots=True)
class Rendered:
    """An accepted picture: its upright size in pixels, its format, its renditions, tiles if asked."""

    format: str
    width: int
    height: int
    screen: bytes
    grid: bytes
    tiles: tuple[Tile, ...] = ()

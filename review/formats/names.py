"""File names for an archive from names that clients chose: safe on every system, and never twice the same.

A name may hold `../`, a drive, a backslash, a control character, a reserved word of Windows; an archive
with such a name writes outside its folder or cannot be unpacked at all.
"""

import hashlib
import re
import struct
import unicodedata
from posixpath import splitext

UNSAFE = re.compile(r'[\x00-\x20\x7f-\xa0<>:"|?*\u2028\u2029\ud800-\udfff]')
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
# Readers find a label file by exchanging the last /images/ of the path for /labels/.
MEANINGFUL_FOLDERS = frozenset({"images", "labels"})
LONGEST_PART = 100  # bytes of UTF-8; file systems allow 255, a number and an extension must fit
LONGEST_EXTENSION = 16
LONGEST_FLAT = 60  # characters, at most four bytes each
MOST_FOLDERS = 8
# Most names are these, and stay as they are: told at once, as a release asks a million times.
_FREE = r"(?!(?:con|prn|aux|nul|com\d|lpt\d|images|labels)(?:[./]|$))[a-z0-9_-]{1,80}"
_EXTENSION = r"(?:\.[a-z0-9]{1,15})?"
PLAIN = re.compile(
    f"((?:{_FREE}{_EXTENSION}/){{0,{MOST_FOLDERS}}}{_FREE})({_EXTENSION})", re.IGNORECASE | re.ASCII
)


def safe_name(name: str) -> str:
    """A relative path without surprises: folders kept, white space and dangerous characters as `_`."""
    return name if PLAIN.fullmatch(name) else cleaned(name)


def cleaned(name: str) -> str:
    """What `safe_name` makes of a name that is not plain."""
    parts = re.split(r"[/\\]", unicodedata.normalize("NFC", name))
    safe = [part for part in map(_safe_part, parts) if part]
    if not safe:
        return "image"
    folders = [f"{part}_" if part.lower() in MEANINGFUL_FOLDERS else part for part in safe[:-1]]
    return "/".join([*folders[-MOST_FOLDERS:], safe[-1]])


def _safe_part(part: str) -> str:
    if part in {"", ".", ".."}:
        return ""
    # A dot or a blank at the end is dropped by Windows, one dot at the start hides the file elsewhere.
    part = UNSAFE.sub("_", part).strip(".")
    base, extension = splitext(part or "_")
    if len(extension.encode()) > LONGEST_EXTENSION:
        base, extension = part, ""
    base = base.encode()[:LONGEST_PART].decode(errors="ignore").rstrip(".")
    return f"_{base}{extension}" if RESERVED.fullmatch(base + extension) else f"{base}{extension}"


class NameBook:
    """Hands out unique file names in fixed memory.

    Names differ in more than case and in more than their extension, as `a.jpg` and `A.png` share one label
    file `a.txt`. A Bloom filter of 16 MiB remembers them, six bits of one word for each: it never forgets a
    name; a few times in a million it recalls one that was not there, and then a file merely carries its
    number without need. Putze, Sanders and Singler, "Cache-, hash- and space-efficient Bloom filters" (ACM
    Journal of Experimental Algorithmics 14, 2009), call it a blocked one.
    """

    WORDS = 1 << 21
    _PARTS = struct.Struct(">IQ")

    def __init__(self) -> None:
        self._seen: memoryview[int] = memoryview(bytearray(8 * self.WORDS)).cast("Q")

    def take(self, name: str, *, number: int, flat: bool = False) -> str:
        """The safe name, with `-number` appended where it was taken before."""
        if not flat and (plain := PLAIN.fullmatch(name)):
            base, extension = plain.groups()
        else:
            safe = safe_name(name)
            base, extension = splitext(safe.replace("/", "_")[-LONGEST_FLAT:].lstrip(".") if flat else safe)
        while self._taken(base):
            base = f"{base}-{number}"
        return base + extension

    def _taken(self, base: str) -> bool:
        """Whether the name was there already; from now on it is."""
        digest = hashlib.blake2b(base.casefold().encode(), digest_size=self._PARTS.size).digest()
        number, chance = self._PARTS.unpack(digest)
        place = number % self.WORDS
        bits = (
            1 << (chance & 63)
            | 1 << (chance >> 6 & 63)
            | 1 << (chance >> 12 & 63)
            | 1 << (chance >> 18 & 63)
            | 1 << (chance >> 24 & 63)
            | 1 << (chance >> 30 & 63)
        )
        word = self._seen[place]
        self._seen[place] = word | bits
        return bool(word & bits == bits)


def stem(file_name: str) -> str:
    """The name without its extension."""
    return splitext(file_name)[0]

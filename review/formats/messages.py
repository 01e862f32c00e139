"""What the process that reads a dataset (child.py) and the one that asked (apart.py) say to each other.

Every message is a length and so many bytes of MessagePack. The child begins with nothing but a descriptor of
the archive; the parent sends a Request, then an Image for each Find; the child ends with Done or Fault.
"""

from __future__ import annotations

import struct
from typing import Any

import msgspec

LENGTH = struct.Struct(">I")
# Of one message: an image's answer, or several together.
MOST_BYTES = 16 << 20


class Request(msgspec.Struct):
    format: str
    spec: dict[str, Any]


class Image(msgspec.Struct):
    """What is known of an image; None where the batch has none of this name."""

    known: tuple[str, int, int] | None


class Find(msgspec.Struct, tag=True):
    path: str


class Answers(msgspec.Struct, tag=True):
    answers: list[tuple[str, dict[str, Any] | None]]


class Fault(msgspec.Struct, tag=True):
    where: str
    problem: str


class Done(msgspec.Struct, tag=True):
    pass


FromChild = Find | Answers | Fault | Done

"""Numbers of seats and tasks as a browser is told them: each has one, and none says which row was made when.

A seat at gold is made at the claim and a gold task may be of an old batch: their own numbers would tell
them from the work around them. The veil is a permutation of 52 bits (a Feistel network) above 2**52, so what
is told is a whole number that JavaScript holds, and no row's own.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b

from django.conf import settings

_ABOVE = 1 << 52
_HALF = 26
_MASK = (1 << _HALF) - 1
_ROUNDS = 4


def veil(number: int) -> int:
    """What a browser is told instead of a row's number (below 2**52)."""
    left, right = number >> _HALF, number & _MASK
    for turn in range(_ROUNDS):
        left, right = right, left ^ _mixed(turn, right)
    return _ABOVE | left << _HALF | right


def unveil(told: int) -> int:
    """The row's number; one that was never veiled, as pages from before this have, is what it is."""
    if told >> 52 != 1:
        return told
    left, right = (told ^ _ABOVE) >> _HALF, told & _MASK
    for turn in reversed(range(_ROUNDS)):
        left, right = right ^ _mixed(turn, left), left
    return left << _HALF | right


def _mixed(turn: int, half: int) -> int:
    digest = blake2b(half.to_bytes(4), digest_size=4, key=_key(), person=b"veil%d" % turn).digest()
    return int.from_bytes(digest) & _MASK


@cache
def _key() -> bytes:
    return blake2b(settings.SECRET_KEY.encode(), person=b"tasks.veil").digest()

"""Numbers of seats and tasks as a browser is told them: each has one, and none says which row was made when.

A seat at gold is made at the claim and a gold task may be of an old batch: their own numbers would tell
them from the work around them. The veil is a permutation of 52 bits (a Feistel network) above 2**52, so what
is told is a whole number that JavaScript holds, and no row's own.
"""

from __future__ import annotations

from functools import cache, lru_cache
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


@lru_cache(maxsize=4096)  # an exchange asks several times for each
def unveil(told: int) -> int:
    """The row's number; one that was never veiled, as pages from before this have, is what it is."""
    if told >> 52 != 1:
        return told
    left, right = (told ^ _ABOVE) >> _HALF, told & _MASK
    for turn in reversed(range(_ROUNDS)):
        left, right = right ^ _mixed(turn, left), left
    return left << _HALF | right


def _mixed(turn: int, half: int) -> int:
    hashing = _rounds()[turn].copy()
    hashing.update(half.to_bytes(4))
    return int.from_bytes(hashing.digest()) & _MASK


@cache
def _rounds() -> list[blake2b]:
    """Of each round the hash with its key taken in, which is most of its work."""
    key = blake2b(settings.SECRET_KEY.encode(), person=b"tasks.veil").digest()
    return [blake2b(digest_size=4, key=key, person=b"veil%d" % turn) for turn in range(_ROUNDS)]

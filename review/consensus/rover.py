"""One text from several readings of it, none of which need be right throughout.

ROVER (Fiscus, "A post-processing system to yield reduced word error rates", ASRU 1997): the readings are
aligned to the one in the middle, the one with the least edit distance to all others; then each place is voted
on, "nothing here" being a vote too. Places are words, or characters where a text has no spaces.
"""

from __future__ import annotations

from collections.abc import Sequence

from review.consensus import votes

MOST = 400  # places; longer texts are compared as they are
OPTIONS = 10  # a place has many wrong readings


def places(text: str) -> list[str]:
    """Words with the space before them, so that joining them gives the text back."""
    if " " not in text:
        return list(text)
    first, *rest = text.split(" ")
    return [first, *(f" {word}" for word in rest)]


def similarity(a: str, b: str) -> float:
    """1 - edit distance in characters / the longer one's length; 1 for two empty texts."""
    longest = max(len(a), len(b))
    if longest > MOST:
        return float(a == b)
    return 1.0 - distance(a, b) / longest if longest else 1.0


def distance(a: Sequence[str], b: Sequence[str]) -> int:
    """Levenshtein (1966): the fewest changes, insertions and deletions from `a` to `b`."""
    return _costs(a, b)[-1][-1]


def rover(readings: Sequence[str], *, skills: Sequence[float]) -> tuple[str, float]:
    """The fused text, and the confidence of its least sure place."""
    parts = [places(reading) for reading in readings]
    middle = min(range(len(parts)), key=lambda i: (sum(distance(parts[i], p) for p in parts), readings[i]))
    base = parts[middle]
    aligned = [_align(base, part) for part in parts]
    fused, least = [], 1.0
    for place in range(2 * len(base) + 1):
        said = [slots[place] for slots in aligned]
        if any(said):
            chosen, confidence = next(iter(votes.posterior(said, skills=skills, options=OPTIONS).items()))
            fused.append(chosen)
            least = min(least, confidence)
    return "".join(fused).strip(), least


def _align(base: Sequence[str], part: Sequence[str]) -> list[str]:
    """What `part` has at each place of `base` (odd) and between them (even)."""
    costs = _costs(base, part)
    slots = [""] * (2 * len(base) + 1)
    i, j = len(base), len(part)
    while i or j:
        here = costs[i][j]
        if i and j and costs[i - 1][j - 1] + (base[i - 1] != part[j - 1]) == here:
            i, j = i - 1, j - 1
            slots[2 * i + 1] = part[j]
        elif i and costs[i - 1][j] + 1 == here:
            i -= 1
        else:
            j -= 1
            slots[2 * i] = part[j] + slots[2 * i]
    return slots


def _costs(a: Sequence[str], b: Sequence[str]) -> list[list[int]]:
    """Edit distance of every beginning of `a` to every beginning of `b`."""
    rows = [list(range(len(b) + 1))]
    for i, left in enumerate(a, start=1):
        above, row = rows[-1], [i]
        for j, right in enumerate(b, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (left != right)))
        rows.append(row)
    return rows

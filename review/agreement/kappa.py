"""Kappa: agreement beyond what chance alone would bring."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def confusion(a: Codes, b: Codes, *, kinds: int) -> Codes:
    """How often `a` said i where `b` said j: kinds x kinds."""
    return np.asarray(np.bincount(a * kinds + b, minlength=kinds * kinds).reshape(kinds, kinds))


def cohen_kappa(a: Sequence[object], b: Sequence[object]) -> float:
    """Cohen (1960) for two annotators' answers to the same items: (p_o - p_e) / (1 - p_e).

    1 when both give one and the same answer throughout. Raises ValueError for unequal lengths or no items.
    """
    if len(a) != len(b) or not len(a):
        raise ValueError("kappa needs the same items, and at least one, from both annotators")
    codes = {value: i for i, value in enumerate(dict.fromkeys([*a, *b]))}
    return cohen_kappa_of_codes(
        np.array([codes[value] for value in a]), np.array([codes[value] for value in b]), kinds=len(codes)
    )


def cohen_kappa_of_codes(a: Codes, b: Codes, *, kinds: int) -> float:
    """The same of values that are codes 0..kinds-1 already."""
    if not len(a):
        raise ValueError("kappa needs the same items, and at least one, from both annotators")
    table = confusion(a, b, kinds=kinds) / len(a)
    expected = float(table.sum(axis=0) @ table.sum(axis=1))
    return (float(np.trace(table)) - expected) / (1.0 - expected) if expected < 1.0 else 1.0


def fleiss_kappa(items: Codes, values: Codes) -> float:
    """Fleiss (1971) for several people, one entry an answer; items may have different numbers of answers.

    With n[u, c] answers c of n[u]: p_o = mean over items with two or more of the share of agreeing pairs,
    p_e = sum of squares of each value's share of the answers. 1 when all answers are the same.
    """
    kinds = int(values.max(initial=-1)) + 1
    table = np.bincount(items * kinds + values, minlength=(int(items.max(initial=-1)) + 1) * kinds)
    rows = table.reshape(-1, max(kinds, 1)).astype(np.float64)
    rows = rows[rows.sum(axis=1) >= 2]
    if not len(rows):
        raise ValueError("kappa needs an item with two answers")
    given = rows.sum(axis=1)
    agreed = float(((np.square(rows).sum(axis=1) - given) / (given * (given - 1.0))).mean())
    expected = float(np.square(rows.sum(axis=0) / given.sum()).sum())
    return (agreed - expected) / (1.0 - expected) if expected < 1.0 else 1.0

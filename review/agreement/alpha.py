"""Krippendorff's alpha: 1 - observed / expected disagreement, for any number of people and any gaps.

Krippendorff, "Computing Krippendorff's alpha-reliability" (2011). One entry an answer: `items[i]` was given
`values[i]`; who said it does not matter, a missing answer is no entry, and an item with one answer counts for
nothing. With n[u, c] the answers c to item u, n[u] all of them, n[c] and n the sums over pairable items,

    observed = 1 / n  sum over u, c, k of  n[u, c] n[u, k] d(c, k) / (n[u] - 1)
    expected = 1 / (n (n - 1))  sum over c, k of  n[c] n[k] d(c, k)

Each alpha is 1 when all pairable answers are the same, and raises ValueError when no item has two answers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
MOST_CELLS = 50_000_000  # items x values up to here are counted in one table


def krippendorff_alpha(items: Codes, values: Codes) -> float:
    """Nominal: d = 0 for equal values, else 1. `items` and `values` are codes 0, 1, 2 ..."""
    counts = np.bincount(items)
    kinds = int(values.max(initial=-1)) + 1
    if len(counts) * kinds <= MOST_CELLS:
        agree, totals = _dense(items, values, counts, kinds)
    else:
        agree, totals = _sparse(items, values, counts)
    n = totals.sum()
    if not n:
        raise ValueError("alpha needs an item with two answers")
    expected = (totals * (totals - 1.0)).sum() / (n - 1.0)
    return float(1.0 - (n - agree) / (n - expected)) if n > expected else 1.0


def ordinal_alpha(items: Codes, values: Codes) -> float:
    """Ordinal: d = (the answers between c and k, both counted half) squared; codes in the scale's order."""
    table, given = _table(items, values)
    totals = table.sum(axis=0)
    middle = np.cumsum(totals) - totals / 2.0
    return _alpha(table, given, np.square(middle[:, None] - middle[None]))


def interval_alpha(items: Codes, values: Floats) -> float:
    """Interval: d = (c - k) squared, for numbers as they are."""
    counts = np.bincount(items)
    pairable = counts[items] >= 2
    if not pairable.any():
        raise ValueError("alpha needs an item with two answers")
    if not np.isfinite(values).all():
        raise ValueError("values are finite numbers")
    items, x = items[pairable], values[pairable] - values[pairable].mean()
    n = counts[counts >= 2]
    # Sum over pairs of (x - y)^2 = 2 (n sum x^2 - (sum x)^2): no table of values is needed.
    square = np.bincount(items, weights=x * x, minlength=len(counts))[counts >= 2]
    total = np.bincount(items, weights=x, minlength=len(counts))[counts >= 2]
    observed = (2.0 * (n * square - total * total) / (n - 1.0)).sum()
    expected = 2.0 * (len(x) * (x * x).sum() - x.sum() ** 2) / (len(x) - 1.0)
    return float(1.0 - observed / expected) if expected > 0.0 else 1.0


def _dense(items: Codes, values: Codes, counts: Codes, kinds: int) -> tuple[float, Floats]:
    """Agreeing pairs, each item's scaled by 1 / (n - 1), and the pairable answers of each value."""
    cells = items * kinds
    cells += values
    table = np.bincount(cells, minlength=len(counts) * kinds).reshape(len(counts), kinds)
    share = np.divide(1.0, counts - 1.0, out=np.zeros(len(counts)), where=counts > 1)
    pairs = np.einsum("ij,ij->i", table, table) - counts
    alone = table[counts == 1].sum(axis=0)
    return float(pairs @ share), np.asarray(np.bincount(values, minlength=kinds) - alone, dtype=np.float64)


def _sparse(items: Codes, values: Codes, counts: Codes) -> tuple[float, Floats]:
    """The same where items x values would not fit: by sorting."""
    pairable = counts[items] >= 2
    items, values = items[pairable], values[pairable]
    kinds = int(values.max(initial=-1)) + 1
    cells, count = np.unique(items * kinds + values, return_counts=True)
    agree = (count * (count - 1.0) / (counts[cells // max(kinds, 1)] - 1.0)).sum()
    return float(agree), np.bincount(values).astype(np.float64)


def _table(items: Codes, values: Codes) -> tuple[Floats, Floats]:
    """Answers by pairable item and value, and how many each item has."""
    kinds = int(values.max(initial=-1)) + 1
    table = np.bincount(items * kinds + values, minlength=(int(items.max(initial=-1)) + 1) * kinds)
    rows = table.reshape(-1, max(kinds, 1)).astype(np.float64)
    rows = rows[rows.sum(axis=1) >= 2]
    if not len(rows):
        raise ValueError("alpha needs an item with two answers")
    return rows, np.asarray(rows.sum(axis=1))


def _alpha(table: Floats, given: Floats, distance: Floats) -> float:
    totals, n = table.sum(axis=0), given.sum()
    observed = (np.einsum("ij,ij->i", table @ distance, table) / (given - 1.0)).sum()
    expected = float(totals @ distance @ totals) / (n - 1.0)
    return float(1.0 - observed / expected) if expected > 0.0 else 1.0

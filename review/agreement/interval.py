"""How sure a measure is: a confidence interval by leaving out a group of items at a time.

Delete-a-group jackknife (Kott, Journal of Official Statistics 2001): the items fall into G groups, the
measure is taken without each in turn, and the spread of the G values gives the standard error

    se^2 = (G - 1) / G  sum over g of (value without g - their mean)^2

No randomness: the same answers give the same interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

Codes = npt.NDArray[np.int64]
GROUPS = 20
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Measured:
    """A value, its 95 % interval (as wide as all that is possible where there is too little to tell), and the
    items it rests on."""

    value: float
    low: float
    high: float
    items: int


def measure(
    items: Codes,
    statistic: Callable[[npt.NDArray[np.bool_]], float],
    *,
    least: float = -1.0,
    most: float = 1.0,
) -> Measured:
    """`statistic` of the entries a mask keeps, with its interval; `items`: each entry's item, codes from 0.

    Raises what the statistic raises on all entries.
    """
    value = statistic(np.ones(len(items), dtype=bool))
    found, code = np.unique(items, return_inverse=True)
    groups = min(GROUPS, len(found))
    without = []
    for group in range(groups):
        try:
            without.append(statistic(code % groups != group))
        except ValueError:  # what is left says nothing
            return Measured(value, least, most, len(found))
    if groups < 3:
        return Measured(value, least, most, len(found))
    error = np.sqrt((groups - 1) / groups * np.square(np.array(without) - np.mean(without)).sum())
    reach = float(student.ppf((1.0 + LEVEL) / 2.0, groups - 1) * error)
    return Measured(value, max(value - reach, least), min(value + reach, most), len(found))

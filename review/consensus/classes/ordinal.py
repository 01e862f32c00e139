"""Classes on a scale: a near miss is more likely than a far one, and costs less.

People who err on a scale err to its neighbours, so what the crowd is anchored by falls with the distance,

    c[k, l] ~ exp(-|k - l|)

(in the spirit of the cumulative models of McCullagh, "Regression models for ordinal data", JRSS B 1980); and
of a posterior not the peak is taken but the median, which has the least expected distance to the truth.
"""

from __future__ import annotations

import numpy as np

from review.consensus.classes.table import Floats, Ints


def scale_rows(classes: int, *, steepness: float = 1.0) -> Floats:
    """Chance of each label where a class is true: classes x labels, rows sum to 1."""
    place = np.arange(classes)
    rows = np.exp(-steepness * np.abs(place[:, None] - place[None]))
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))


def median_class(posterior: Floats) -> Ints:
    """The least class with half of the posterior at or below it: tasks."""
    # Rounded, so that a half that is 0.4999... by the order of its sum is a half.
    return np.asarray((np.round(np.cumsum(posterior, axis=-1), 12) >= 0.5).argmax(axis=-1))

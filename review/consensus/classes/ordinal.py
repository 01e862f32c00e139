"""Classes on a scale: a near miss costs less than a far one.

So of a posterior not the peak is taken but the median, which has the least expected distance to the truth
(McCullagh, "Regression models for ordinal data", JRSS B 1980, has the scale; that the median minimises the
expected absolute error is Laplace's).
"""

from __future__ import annotations

import numpy as np

from review.consensus.classes.table import Floats, Ints


def median_class(posterior: Floats) -> Ints:
    """The least class with half of the posterior at or below it: tasks."""
    # Rounded, so that a half that is 0.4999... by the order of its sum is a half.
    return np.asarray((np.round(np.cumsum(posterior, axis=-1), 12) >= 0.5).argmax(axis=-1))

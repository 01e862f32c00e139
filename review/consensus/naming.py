"""Which class each object has: the weighted vote of votes.py over many objects at once, as arrays.

    P(class | votes) ~ exp(t * sum over its voters of log(s / (1 - s) * (K - 1))),  t = 1 / (1 + RHO (n - 1))

K - 1, the number of other classes somebody may take it for, is held to MOST_ALTERNATIVES.
"""

from dataclasses import dataclass

import numpy as np

from review.consensus.matching import Floats, Ints
from review.consensus.votes import MOST_ALTERNATIVES, RHO


@dataclass(frozen=True, slots=True)
class Named:
    """`label`: the class's number, by object; `confidence`: that it is the true one."""

    label: Ints
    confidence: Floats


def name(labels: Ints, *, skill: Floats, options: Ints) -> Named:
    """`labels` (objects x seats): the number of the class each person named, -1 for none; `skill`: their
    expected accuracy; `options` (objects): how many classes there are. Of equals the lowest number wins."""
    said = labels >= 0
    same = (labels[:, :, None] == labels[:, None]) & said[:, :, None]
    alike = np.maximum(same.sum(axis=1), 1)  # how many said what this one said
    distinct = np.rint((said / alike).sum(axis=1))
    options = np.maximum(options, distinct)
    alternatives = np.clip(options - 1, 1, MOST_ALTERNATIVES)
    weight = np.log(skill / (1.0 - skill) * alternatives[:, None]) * said
    weight /= 1.0 + RHO * (said.sum(axis=1) - 1)[:, None]
    total = np.where(said, (same * weight[:, :, None]).sum(axis=1), -np.inf)
    top = total.max(axis=1)
    # Rounded, so that equal sums in another order stay equal.
    tied = np.round(total, 9) == np.round(top, 9)[:, None]
    chosen = np.where(tied, labels, np.iinfo(np.int64).max).min(axis=1)
    mass = (np.exp(total - top[:, None]) / alike).sum(axis=1)
    unnamed = np.maximum(alternatives + 1 - distinct, 0.0) * np.exp(-top)
    return Named(label=chosen, confidence=np.where(options < 2, 1.0, 1.0 / (mass + unnamed)))

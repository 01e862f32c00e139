"""Estimates that a slip of the hand does not pull away."""

from typing import Any

import numpy as np

from review.consensus.geometry import FREEDOM, SHARE_MEAN_ERROR
from review.consensus.kinds.base import Drawn
from review.consensus.matching import Floats

ROUNDS = 8
WEISZFELD_ROUNDS = 30
PRIOR_SHAPES = 3.0  # shapes that what is known of the people beforehand is worth
RHO = 0.25  # the share of one person's error that no number of answers takes away


def mean(values: Floats, *, weight: Floats, scale: Floats) -> Floats:
    """Student-t location of `values` (people x d) by iterated weights (Lange, Little, Taylor 1989); `scale`
    (d, or people x d) is the spread to expect."""
    centre = np.median(values, axis=0)
    for _ in range(ROUNDS):
        credible = weight[:, None] / (FREEDOM + np.square((values - centre) / scale))
        centre = (credible * values).sum(axis=0) / credible.sum(axis=0)
    return np.asarray(centre)


def geometric_median(points: Floats, *, weight: Floats) -> Floats:
    """The point with the least weighted sum of distances to `points` (n x 2): Weiszfeld (1937), with the
    distances held above a hundredth of a pixel."""
    centre = (weight[:, None] * points).sum(axis=0) / weight.sum()
    for _ in range(WEISZFELD_ROUNDS):
        pull = weight / np.maximum(np.hypot(*(points - centre).T), 0.01)
        centre = (pull[:, None] * points).sum(axis=0) / pull.sum()
    return np.asarray(centre)


def expected_similarity(drawn: Drawn[Any], similarity: Floats) -> Floats:
    """The similarity of each fused shape with the true one, from how the members differ from it.

    One person's expected loss is what their spread says of boxes, 1 - exp(-c sum of four spreads), moved by
    the losses seen here; of n people's common shape the loss is sqrt((1 - RHO) / n + RHO) of that.
    """
    seen = drawn.seen
    count = seen.sum(axis=1)
    alone = 1.0 - np.exp(-SHARE_MEAN_ERROR * drawn.spread.sum(axis=2))
    prior = np.where(seen, alone, 0.0).sum(axis=1) / count
    # Those who made the fused shape lie nearer to it than to the truth.
    stretch = np.where(count > 1, np.sqrt(count / np.maximum(count - 1, 1)), 0.0)
    losses = np.where(seen, 1.0 - similarity, 0.0).sum(axis=1) * stretch
    one = (PRIOR_SHAPES * prior + losses) / (PRIOR_SHAPES + np.where(count > 1, count, 0))
    return np.asarray(np.clip(1.0 - one * np.sqrt((1.0 - RHO) / count + RHO), 0.0, 1.0))

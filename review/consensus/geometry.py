"""One box from several: a robust weighted estimate of each edge, never a pick.

Each edge an annotator draws is the true edge plus their bias plus noise, in units of the box's own size
(people are as exact as the object is large). The noise is Student's t: a slip of the hand far from the
others loses its weight instead of pulling the mean. EM for the location (Lange, Little, Taylor 1989):

    u_r = (nu + 1) / (nu + (e_r - b_r - m)^2 / s_r^2)        E step: how credible r's edge is
    m   = sum(u_r / s_r^2 (e_r - b_r)) / sum(u_r / s_r^2)    M step

The edge's remaining variance is 1 / sum(u_r / s_r^2), scaled by how much these people differ at this very
box against what was expected (a scaled inverse chi-squared prior worth PRIOR_ANSWERS residuals), and a
share RHO of one person's variance that no number of answers takes away: people err alike, too.
"""

from dataclasses import dataclass

import numpy as np

from review.consensus.matching import Floats

FREEDOM = 6.0  # nu: heavy tails; at 30 and more it is a plain weighted mean
PRIOR_ANSWERS = 3.0
RHO = 0.25
ROUNDS = 8
SHARE_MEAN_ERROR = np.sqrt(2.0 / np.pi)  # mean absolute value of a standard normal variable


@dataclass(frozen=True, slots=True)
class Fused:
    """`boxes`: clusters x 4 corners in pixels; `expected_iou`: clusters.

    For estimating the annotators: `errors` of their edges in units of the size before bias is taken off,
    their `credible` weights (clusters x annotators x 4), and `information` about each edge (clusters x 4).
    """

    boxes: Floats
    expected_iou: Floats
    errors: Floats
    credible: Floats
    information: Floats


def fuse(stacked: Floats, *, bias: Floats, spread: Floats) -> Fused:
    """Fuse corner boxes: clusters x annotators x 4, NaN where an annotator has none.

    `bias` and `spread` are 1 or clusters x annotators x 4: the mean and the standard deviation of each
    annotator's edges in units of the box's width (x edges) and height (y edges).
    """
    seen = ~np.isnan(stacked[:, :, 0])
    centre = np.nanmedian(stacked, axis=1) if len(stacked) else np.zeros((0, 4))
    size = box_size(centre)
    scaled = np.where(seen[:, :, None], (stacked - centre[:, None]) / size[:, None] - bias, 0.0)
    precision = np.where(seen[:, :, None], 1.0 / np.square(spread), 0.0)
    offset, credible = _locate(scaled, precision)
    residual = np.square(scaled - offset[:, None]) * precision * credible
    count = seen.sum(axis=1)
    dispersion = (PRIOR_ANSWERS + residual.sum(axis=1)) / (PRIOR_ANSWERS + count - 1)[:, None]
    information = (precision * credible).sum(axis=1)
    alone = count[:, None] / information  # the variance of one answer by itself
    variance = dispersion * ((1.0 - RHO) / information + RHO * alone)
    return Fused(
        boxes=_ordered(centre + offset * size),
        expected_iou=np.exp(-SHARE_MEAN_ERROR * np.sqrt(variance).sum(axis=1)),
        errors=np.where(seen[:, :, None], scaled + bias - offset[:, None], 0.0),
        credible=np.where(seen[:, :, None], credible, 0.0),
        information=information,
    )


def box_size(corners: Floats) -> Floats:
    """Width and height laid beside the edges they scale: ... x 4, at least one pixel."""
    return np.asarray(np.maximum(np.tile(corners[..., 2:] - corners[..., :2], 2), 1.0))


def _locate(scaled: Floats, precision: Floats) -> tuple[Floats, Floats]:
    offset = np.zeros((len(scaled), 4))
    credible = np.ones_like(scaled)
    for _ in range(ROUNDS):
        credible = (FREEDOM + 1.0) / (FREEDOM + np.square(scaled - offset[:, None]) * precision)
        weight = credible * precision
        offset = (weight * scaled).sum(axis=1) / weight.sum(axis=1)
    return offset, credible


def _ordered(corners: Floats) -> Floats:
    """Corners with a positive size, should biases ever have crossed the edges of a sliver."""
    low, high = np.minimum(corners[:, :2], corners[:, 2:]), np.maximum(corners[:, :2], corners[:, 2:])
    return np.concatenate([low, np.maximum(high, low + 1e-6)], axis=1)

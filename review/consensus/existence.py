"""Was it there? A vote of who saw and who missed, by how often each sees and errs.

A candidate is of one latent kind: spurious, hard or easy. Two kinds are too strict: misses gather on hard
objects, and three people missing a far pedestrian is no proof against him. Annotator r reports a candidate
of kind z with probability h[r, z], independently:

    P(z | x) ~ mix[z] * prod_r h[r, z]^x_r (1 - h[r, z])^(1 - x_r)        existence = 1 - P(spurious | x)

`mix` counts the candidates nobody reported too, so it means the same for any number of annotators.
"""

import numpy as np

from review.consensus.matching import Bools, Floats


def kinds(seen: Bools, present: Bools, *, mix: Floats, hits: Floats) -> Floats:
    """Posterior of the kinds: clusters x 3.

    `seen` and `present` (was asked at all): clusters x annotators; `mix`: 3 or clusters x 3; `hits`: 1 or
    clusters x annotators x 3.
    """
    return normalise(np.log(mix) + log_likelihood(seen, present, hits=hits))


def log_likelihood(seen: Bools, present: Bools, *, hits: Floats) -> Floats:
    """log P(seen | kind): clusters x 3."""
    reported = np.where(seen[:, :, None], np.log(hits), np.log1p(-hits))
    return np.asarray(np.where(present[:, :, None], reported, 0.0).sum(axis=1))


def normalise(log_weights: Floats) -> Floats:
    """exp of each row, scaled to sum 1."""
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))

"""How well each person covers what is there (STAPLE), over the distinct columns of a stack of masks.

Warfield, Zou, Wells 2004: sensitivity p and specificity q of each person by EM, together with the truth:

    W(column) = f prod p^d (1 - p)^(1 - d) / (the same + (1 - f) prod (1 - q)^d q^(1 - d))     E step
    p = sum W n d / sum W n        q = sum (1 - W) n (1 - d) / sum (1 - W) n                    M step

n: the pixels of a column. It tells who draws too much and who too little. Its own mask lies below the
vote's (mask_vote.py) on real crowds, as it takes people for surer than they are.
"""

from dataclasses import dataclass

import numpy as np

from review.consensus.kinds.runs import Columns
from review.consensus.matching import Bools, Floats

ROUNDS = 10
EPS = 1e-3


@dataclass(frozen=True, slots=True)
class Staple:
    """`sensitivity` and `specificity` by person; `chosen`: by column, whether its pixels belong."""

    sensitivity: Floats
    specificity: Floats
    chosen: Bools


def staple(columns: Columns) -> Staple:
    """Pixels nobody covers are left out: how much of the image there is must not matter."""
    covered = np.asarray(columns.says.any(axis=0))
    says, pixels = columns.says[:, covered].astype(np.float64), columns.pixels[covered]
    p, q = np.full(len(says), 0.95), np.full(len(says), 0.95)
    share = float((says.mean(axis=0) * pixels).sum() / pixels.sum())
    belief = pixels
    for _ in range(ROUNDS):
        inside = np.log(share) + np.log(p) @ says + np.log1p(-p) @ (1.0 - says)
        outside = np.log1p(-share) + np.log1p(-q) @ says + np.log(q) @ (1.0 - says)
        belief = pixels / (1.0 + np.exp(np.clip(outside - inside, -50.0, 50.0)))
        rest = pixels - belief
        p = np.clip(says @ belief / max(belief.sum(), EPS), EPS, 1.0 - EPS)
        q = np.clip((1.0 - says) @ rest / max(rest.sum(), EPS), EPS, 1.0 - EPS)
        share = float(np.clip(belief.sum() / pixels.sum(), EPS, 1.0 - EPS))
    chosen = np.zeros_like(covered)
    chosen[covered] = 2.0 * belief > pixels
    return Staple(p, q, chosen)

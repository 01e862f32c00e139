"""One task's posterior from what is known of its annotators: no rounds, one sum.

    log P(k | answers) = log pi[k] + sum over answers (a, l)  log c[a, k, l]

The tasks of a batch go through one matrix product, some microseconds each. The confusion matrices may be of
any method; that of the ensemble holds what all its members found.
"""

from __future__ import annotations

import numpy as np

from review.consensus.classes.em import posteriors
from review.consensus.classes.table import Floats, Table

LEAST = 1e-10


def online(table: Table, *, prior: Floats, confusion: Floats) -> Floats:
    """Posterior of each task of the table: tasks x classes. `confusion`: annotators x classes x labels."""
    if confusion.shape != (table.annotators, table.classes, table.labels) or prior.shape != (table.classes,):
        raise ValueError("a confusion matrix for each annotator, and a prior for each class")
    if not (np.isfinite(confusion).all() and np.isfinite(prior).all()):
        raise ValueError("chances are finite numbers")
    chances = confusion.transpose(0, 2, 1)[table.pair_annotator, table.pair_label]
    return posteriors(
        table, weights=np.log(np.maximum(chances, LEAST)), log_prior=np.log(np.maximum(prior, LEAST))
    )

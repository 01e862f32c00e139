"""The vote: each class's share of the answers, plain or weighed by skill.

Weighted as in Littlestone and Warmuth, "The weighted majority algorithm" (1994): annotator a counts
log s_a (K - 1) / (1 - s_a) with skill s_a, which is the best weight for independent one-coin annotators
(Nitzan and Paroush 1982). Somebody worse than chance counts against what they say.
"""

from __future__ import annotations

import numpy as np

from review.consensus.classes.em import Estimate, dense, expected_accuracy, posteriors, shares
from review.consensus.classes.table import Floats, Table


def majority(table: Table) -> Estimate:
    posterior = shares(table)
    return summarise(table, posterior)


def weighted_majority(table: Table, *, skill: Floats) -> Estimate:
    """`skill`: each annotator's accuracy in 0..1, exclusive; raises ValueError for others (NaN too)."""
    if skill.shape != (table.annotators,) or not ((skill > 0.0) & (skill < 1.0)).all():
        raise ValueError("skills are one number for each annotator, inside 0..1")
    weight = np.log(skill / (1.0 - skill)) + np.log(max(table.classes - 1, 1))
    pairs = np.zeros((len(table.pair_label), table.classes))
    true = np.flatnonzero(table.pair_label < table.classes)
    pairs[true, table.pair_label[true]] = weight[table.pair_annotator[true]]
    # What is taken off every class of an answer changes nothing, and leaves no weight above 0.
    above = pairs.max(axis=1, initial=0.0, keepdims=True)
    return summarise(table, posteriors(table, weights=pairs - above, log_prior=np.zeros(table.classes)))


def summarise(table: Table, posterior: Floats, *, rounds: int = 1) -> Estimate:
    """Confusion and skill that follow from a posterior, each row smoothed by one even pseudo-answer."""
    counts = dense(table, table.scatter(posterior))
    prior = posterior.mean(axis=0) if table.tasks else np.full(table.classes, 1.0 / max(table.classes, 1))
    smoothed = counts + 1.0 / max(table.labels, 1)
    confusion = smoothed / smoothed.sum(axis=2, keepdims=True)
    return Estimate(
        posterior=posterior,
        prior=prior,
        confusion=confusion,
        skill=expected_accuracy(confusion, prior),
        rounds=rounds,
    )

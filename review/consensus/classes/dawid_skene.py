"""A confusion matrix for each annotator, by maximum likelihood.

Dawid and Skene, "Maximum likelihood estimation of observer error-rates using the EM algorithm" (Applied
Statistics 28, 1979). With T[t, k] = P(class k | answers of t), pi the classes' prior and c[a, k, l] the
chance that annotator a says l where k is true:

    E   T[t, k] ~ pi[k] prod over answers (a, l) of t  c[a, k, l]
    M   c[a, k, l] ~ sum over a's answers l  T[t, k]        pi[k] = mean over t  T[t, k]

Rounding, start and stopping are those of crowd-kit's DawidSkene, so that the posteriors are equal: chances
are held above 1e-10, a label that an annotator never gave has none at all, and the rounds end when the bound
on the likelihood grows by less than `tolerance` an answer. With two or three answers a task it overfits; see
map_dawid_skene.
"""

from __future__ import annotations

import numpy as np

from review.consensus.classes.em import (
    Estimate,
    begin,
    dense,
    expected_accuracy,
    first_sums,
    posteriors,
    sweep,
)
from review.consensus.classes.majority import summarise
from review.consensus.classes.table import Floats, Table

LEAST = 1e-10


def dawid_skene(
    table: Table, *, rounds: int = 100, tolerance: float = 1e-5, start: Floats | None = None
) -> Estimate:
    if not len(table.pair):
        return summarise(table, begin(table, start))
    counts, mass = first_sums(table, start)
    chances, prior = _chances(table, counts), mass / table.tasks
    following = _logs(chances, prior)
    weights, log_prior = following
    bound, done = -np.inf, 0
    for done in range(1, rounds + 1):  # noqa: B007 - how many there were is part of the estimate
        weights, log_prior = following
        found = sweep(table, weights=weights, log_prior=log_prior)
        chances, prior = _chances(table, found.counts), found.mass / table.tasks
        following = _logs(chances, prior)
        # crowd-kit counts the prior once for each answer; the same sum stops in the same round.
        joint = float((found.counts * following[0]).sum() + found.counts.sum(axis=0) @ following[1])
        before, bound = bound, (joint + found.entropy) / len(table.pair)
        if bound - before < tolerance:
            break
    confusion = dense(table, chances)
    return Estimate(
        posterior=posteriors(table, weights=weights, log_prior=log_prior),
        prior=prior,
        confusion=confusion,
        skill=expected_accuracy(confusion, prior),
        rounds=done,
    )


def _chances(table: Table, counts: Floats) -> Floats:
    held = np.maximum(counts, LEAST)
    return np.asarray(held / table.by_annotator(held)[table.pair_annotator])


def _logs(chances: Floats, prior: Floats) -> tuple[Floats, Floats]:
    return np.log(chances), np.log(np.maximum(prior, LEAST))

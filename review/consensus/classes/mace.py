"""Who answers and who only clicks.

Hovy, Berg-Kirkpatrick, Vaswani and Hovy, "Learning whom to trust with MACE" (NAACL 2013): annotator a answers
truthfully with chance theta[a]; otherwise from a habit xi[a, l] that has nothing to do with the task:

    P(l | k, a) = theta[a] [l = k] + (1 - theta[a]) xi[a, l]

Variational Bayes with theta ~ Beta(1/2, 1/2) and xi ~ Dirichlet(10), the truth starting from the shares of
the votes. Expected counts are kept by pair (annotator, label): at k = l an answer is truthful with chance
theta / (theta + (1 - theta) xi[l]), at any other k never. The prior over the classes is even.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma

from review.consensus.classes.em import CHANGE, Estimate, begin, sweep
from review.consensus.classes.majority import summarise
from review.consensus.classes.table import Floats, Table

THETA = 0.5
XI = 10.0
TRUSTED = 0.9  # where the trust in everybody starts


@dataclass(frozen=True, eq=False)
class Mace:
    """`trust`: each annotator's chance to answer truthfully; `habit`: what they say otherwise, a x labels."""

    estimate: Estimate
    trust: Floats
    habit: Floats


def mace(table: Table, *, rounds: int = 50, change: float = CHANGE, start: Floats | None = None) -> Mace:
    posterior = begin(table, start)
    counts = table.scatter(posterior)
    honest = np.full(len(table.pair_label), TRUSTED)  # chance that a right answer was given truthfully
    log_prior, done = np.zeros(table.classes), 0
    for done in range(1, rounds + 1):  # noqa: B007 - how many there were is part of the estimate
        log_theta, log_click, log_xi = _habits(table, counts, honest)
        clicked = log_click[table.pair_annotator] + log_xi
        weights = np.repeat(clicked[:, None], table.classes, axis=1)
        true = np.flatnonzero(table.pair_label < table.classes)
        answered = np.logaddexp(log_theta[table.pair_annotator], clicked)
        weights[true, table.pair_label[true]] = answered[true]
        honest = np.exp(log_theta[table.pair_annotator] - answered)
        found = sweep(table, weights=weights, log_prior=log_prior, posterior=posterior)
        counts = found.counts
        if found.change < change:
            break
    truthful = table.at_label(counts) * honest
    click = table.answers - truthful
    said, total = (
        table.by_annotator(truthful[:, None])[:, 0],
        table.by_annotator(table.answers[:, None])[:, 0],
    )
    habit = np.full((table.annotators, table.labels), XI)
    habit[table.pair_annotator, table.pair_label] += click
    return Mace(
        summarise(table, posterior, rounds=done),
        trust=(said + THETA) / (total + 2.0 * THETA),
        habit=habit / habit.sum(axis=1, keepdims=True),
    )


def _habits(table: Table, counts: Floats, honest: Floats) -> tuple[Floats, Floats, Floats]:
    """E log theta and E log (1 - theta) by annotator, E log xi by pair."""
    truthful = table.at_label(counts) * honest
    click = table.answers - truthful
    said = table.by_annotator(truthful[:, None])[:, 0]
    clicked = table.by_annotator(click[:, None])[:, 0]
    total = digamma(said + clicked + 2.0 * THETA)
    log_xi = digamma(click + XI) - digamma(clicked + XI * table.labels)[table.pair_annotator]
    return digamma(said + THETA) - total, digamma(clicked + THETA) - total, log_xi

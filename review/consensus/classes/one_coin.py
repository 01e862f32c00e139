"""One number for each annotator: how often they are right, whatever the class.

Dawid-Skene with one parameter a person (Zhang, Chen, Zhou, Jordan, "Spectral methods meet EM", JMLR 2016),
by variational Bayes as in Liu, Peng and Ihler, "Variational inference for crowdsourcing" (NIPS 2012): on few
answers the whole distribution of a skill misleads less than its peak. With h[a] the expected right answers
of a's n[a], L labels, psi the digamma function:

    P(l | k, a) = s[a] if l = k, else (1 - s[a]) / (L - 1)
    s[a] ~ Beta(OWN crowd, OWN (1 - crowd))         crowd = (sum h + 60 * 0.75) / (sum n + 60)
    E log s[a] = psi(h[a] + OWN crowd) - psi(n[a] + OWN), and with n[a] - h[a] for 1 - s[a]

The fewest parameters of all: the best of the models where people gave few answers each and err evenly.
A label that is never true says nothing here and counts for nobody's skill.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, digamma

from review.consensus.classes.em import CHANGE, Estimate, begin, sweep
from review.consensus.classes.map_dawid_skene import ANCHOR, ANCHOR_ACCURACY, class_prior, log_classes
from review.consensus.classes.table import Floats, Table

OWN = 5.0


def one_coin(table: Table, *, rounds: int = 200, start: Floats | None = None) -> Estimate:
    posterior = begin(table, start)
    true = np.where(table.pair_label < table.classes, table.answers, 0.0)
    given = table.by_annotator(true[:, None])[:, 0]
    counts, mass, done, entropy = table.scatter(posterior), posterior.sum(axis=0), 0, 0.0
    for done in range(1, rounds + 1):  # noqa: B007 - how many there were is part of the estimate
        right, crowd = _right(table, counts, given)
        log_total = digamma(given + OWN)
        weights = coin_weights(
            table,
            log_right=digamma(right + OWN * crowd) - log_total,
            log_wrong=digamma(given - right + OWN * (1.0 - crowd)) - log_total,
        )
        log_prior = digamma(mass + 1.0) - digamma(mass.sum() + table.classes)
        found = sweep(table, weights=weights, log_prior=log_prior, posterior=posterior)
        counts, mass, entropy = found.counts, found.mass, found.entropy
        if found.change < CHANGE:
            break
    right, crowd = _right(table, counts, given)
    skill, prior = (right + OWN * crowd) / (given + OWN), class_prior(mass)
    yes, no = OWN * crowd, OWN * (1.0 - crowd)
    coins = float((betaln(right + yes, given - right + no) - betaln(yes, no)).sum())
    errors = float((given - right).sum()) * np.log(max(table.labels - 1, 1))
    return Estimate(
        posterior=posterior,
        prior=prior,
        confusion=coin_rows(skill, table.labels, table.classes),
        skill=skill,
        rounds=done,
        evidence=entropy + log_classes(mass) + coins - errors,
    )


def coin_rows(skill: Floats, labels: int, classes: int) -> Floats:
    """Confusion of somebody right with chance `skill`: annotators x classes x labels."""
    wrong = (1.0 - skill) / max(labels - 1, 1)
    rows = np.broadcast_to(wrong[:, None, None], (len(skill), classes, labels)).copy()
    k = np.arange(classes)
    rows[:, k, k] = skill[:, None]
    return rows


def coin_weights(table: Table, *, log_right: Floats, log_wrong: Floats) -> Floats:
    """log P(label | class) of each pair, pairs x classes, from those of each annotator."""
    wrong = log_wrong[table.pair_annotator] - np.log(max(table.labels - 1, 1))
    weights = np.repeat(wrong[:, None], table.classes, axis=1)
    true = np.flatnonzero(table.pair_label < table.classes)
    weights[true, table.pair_label[true]] = log_right[table.pair_annotator[true]]
    return weights


def _right(table: Table, counts: Floats, given: Floats) -> tuple[Floats, float]:
    """Expected right answers of each annotator, and the crowd's accuracy."""
    right = np.minimum(table.by_annotator(table.at_label(counts)[:, None])[:, 0], given)
    return right, float((right.sum() + ANCHOR * ANCHOR_ACCURACY) / (given.sum() + ANCHOR))

"""Dawid-Skene that stays itself on few answers: each annotator leans on the crowd, the crowd on an anchor.

Maximum likelihood with two or three answers a task finds worlds in which everybody is perfect at something.
Here (MAP, a hierarchy of Dirichlet priors in the manner of Kim and Ghahramani, "Bayesian classifier
combination", AISTATS 2012), with n[a, k, l] the expected answers and n[k, l] their sum over annotators:

    crowd[k, l] = (n[k, l] + ANCHOR anchor[k, l]) / (n[k, .] + ANCHOR)
    c[a, k, l]  = (n[a, k, l] + OWN crowd[k, l]) / (n[a, k, .] + OWN)
    pi[k]       = (sum over t T[t, k] + 1) / (tasks + K)

The anchor is right in ANCHOR_ACCURACY of the answers and errs evenly; it weighs 60 answers, so it breaks the
symmetry between classes and their permutations and is forgotten after some hundred answers.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from review.consensus.classes.em import CHANGE, Estimate, begin, dense, expected_accuracy, sweep
from review.consensus.classes.table import Floats, Table

ANCHOR = 60.0
ANCHOR_ACCURACY = 0.75
OWN = 2.0  # answers of a class that an annotator's own row weighs as much as the crowd's


def map_dawid_skene(table: Table, *, rounds: int = 200, start: Floats | None = None) -> Estimate:
    posterior = begin(table, start)
    counts, mass, done, entropy = table.scatter(posterior), posterior.sum(axis=0), 0, 0.0
    for done in range(1, rounds + 1):  # noqa: B007 - how many there were is part of the estimate
        chances = _own(table, counts, crowd_rows(table, counts))
        prior = class_prior(mass)
        found = sweep(table, weights=np.log(chances), log_prior=np.log(prior), posterior=posterior)
        counts, mass, entropy = found.counts, found.mass, found.entropy
        if found.change < CHANGE:
            break
    crowd, prior = crowd_rows(table, counts), class_prior(mass)
    own = dense(table, counts) + OWN * crowd.T
    confusion = own / own.sum(axis=2, keepdims=True)
    return Estimate(
        posterior=posterior,
        prior=prior,
        confusion=confusion,
        skill=expected_accuracy(confusion, prior),
        rounds=done,
        evidence=entropy + log_classes(mass) + _log_answers(table, counts, crowd),
    )


def anchor_rows(labels: int, classes: int, *, accuracy: float = ANCHOR_ACCURACY) -> Floats:
    """The anchor: labels x classes, columns sum to 1; with one label there is nothing to err with."""
    if labels == 1:
        return np.ones((1, classes))
    rows = np.full((labels, classes), (1.0 - accuracy) / (labels - 1))
    rows[np.arange(classes), np.arange(classes)] = accuracy
    return rows


def crowd_rows(table: Table, counts: Floats) -> Floats:
    """How the crowd answers each class: labels x classes, from expected answers (pairs x classes)."""
    total = np.zeros((table.labels, table.classes))
    np.add.at(total, table.pair_label, counts)
    total += ANCHOR * anchor_rows(table.labels, table.classes)
    return np.asarray(total / total.sum(axis=0))


def class_prior(mass: Floats) -> Floats:
    return np.asarray((mass + 1.0) / (mass.sum() + len(mass)))


def log_classes(mass: Floats) -> float:
    """log of the Dirichlet integral over the classes' prior, up to nothing: B(mass + 1) / B(1)."""
    return float(gammaln(mass + 1.0).sum() - gammaln(mass.sum() + len(mass)) + gammaln(len(mass)))


def _own(table: Table, counts: Floats, crowd: Floats) -> Floats:
    """Each annotator's chances at the pairs that occur: pairs x classes."""
    total = table.by_annotator(counts)[table.pair_annotator] + OWN
    return np.asarray((counts + OWN * crowd[table.pair_label]) / total)


def _log_answers(table: Table, counts: Floats, crowd: Floats) -> float:
    """log of the integral over every annotator's rows: sum of log B(n + OWN crowd) / B(OWN crowd)."""
    prior = OWN * crowd[table.pair_label]
    cells = (gammaln(counts + prior) - gammaln(prior)).sum()
    rows = (gammaln(table.by_annotator(counts) + OWN) - gammaln(OWN)).sum()
    return float(cells - rows)

"""Tasks differ: there are some that nobody can tell, and some that are plain to all.

As the difficulty of Whitehill and others (glad.py), for whole rows of a confusion matrix c and a few kinds of
tasks only: where a task's ease is e, annotator a says l with chance

    c[a, k, l]^e / (sum over m of c[a, k, m]^e)         e in EASE: 0 a guess, 1 as always, 2 twice as plainly

How many tasks are of each kind is found by EM with the rows held fixed (Dempster, Laird and Rubin 1977), MAP
under TYPICAL shares that weigh ANCHOR tasks; the same shares serve the rows and one coin a person, so both
are asked. A task's class and its ease are then known together: after three answers against two it is likely
a hard one, and ten more will not settle it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from review.consensus.classes.em import expected_accuracy, sweep
from review.consensus.classes.one_coin import coin_rows
from review.consensus.classes.table import Floats, Table

EASE = np.array([0.0, 1.0, 2.0])
IS_ORDINARY = 1
TYPICAL = (0.1, 0.6, 0.3)
ANCHOR = 20.0
ROUNDS = 30
LEAST = 1e-4  # what nobody has done yet somebody will do


def eased(rows: npt.ArrayLike) -> Floats:
    """Rows of chances (... x labels) of each ease: ... x labels x EASE."""
    powers = np.maximum(rows, LEAST)[..., None] ** EASE
    return np.asarray(powers / powers.sum(axis=-2, keepdims=True))


def ordinary(posterior: npt.ArrayLike) -> Floats:
    """The joint posterior (... x EASE) where nothing is known of how easy tasks are."""
    found = np.zeros((*np.shape(posterior), len(EASE)))
    found[..., IS_ORDINARY] = posterior
    return found


def fit_ease(table: Table, *, prior: Floats, confusion: Floats) -> Floats:
    """Share of the tasks of each ease; `confusion`: annotators x classes x labels."""
    if not len(table.pair):
        return np.array(TYPICAL)
    skill = expected_accuracy(confusion, prior)
    models = [_weights(table, rows) for rows in (confusion, coin_rows(skill, table.labels, table.classes))]
    shares, log_prior = np.array(TYPICAL), np.log(np.maximum(prior, LEAST))
    for _ in range(ROUNDS):
        both = (log_prior[:, None] + np.log(shares)).ravel()
        masses = [sweep(table, weights=weights, log_prior=both).mass for weights in models]
        found = np.mean(masses, axis=0).reshape(table.classes, len(EASE)).sum(axis=0)
        shares = (found + ANCHOR * np.array(TYPICAL)) / (found.sum() + ANCHOR)
    return shares


def _weights(table: Table, confusion: Floats) -> Floats:
    """log P(label | class, ease) of each pair: pairs x (classes * EASE)."""
    logs = np.log(eased(confusion))[table.pair_annotator, :, table.pair_label]
    return np.asarray(logs.reshape(len(table.pair_label), -1))

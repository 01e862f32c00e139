"""Whether another answer is worth its price: how much surer some more of them may make a task.

With the joint posterior p of a task's class and ease (ease.py) and the crowd's mean confusion C (true x said,
by ease), the error expected now is 1 - max over k of sum over e p[k, e]; after n more answers, of which n[l]
say l and which come in any order, it is

    1 - sum over n  n! / prod n[l]!  max over k of sum over e  p[k, e] prod over l  C[k, l, e]^n[l]

(the expected value of sample information, Raiffa and Schlaifer 1961). A single answer seldom turns a task
round, so AHEAD are looked ahead. Where even those would not take away a PRICE of the error that is allowed
for each of them (nobody can tell, everybody is torn between two look-alikes, or all agree), a task may stop,
however sure it is.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations_with_replacement

import numpy as np
from scipy.special import gammaln

from review.consensus.classes.ease import eased
from review.consensus.classes.table import Floats

AHEAD = 6
PRICE = 0.1  # of an answer, as a share of the error allowed
MOST = 6  # the likeliest classes of a task, and what may be said, that are looked at one by one


def worth_asking(
    posterior: Floats, *, confusion: Floats, wanted: float
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """By task (posterior: tasks x classes x EASE): not yet as sure as `wanted`, and still to be made surer.
    Raises ValueError for what is no chance."""
    if not (np.isfinite(posterior).all() and np.isfinite(confusion).all()):
        raise ValueError("chances are finite numbers")
    worth = posterior.sum(axis=2).max(axis=1) < wanted
    unsure = np.flatnonzero(worth)
    gain = expected_gain(posterior[unsure], confusion=confusion)
    worth[unsure] = gain > AHEAD * PRICE * (1.0 - wanted)
    return np.asarray(worth)


def expected_gain(posterior: Floats, *, confusion: Floats, ahead: int = AHEAD) -> Floats:
    """How much `ahead` more answers lower the expected error of each task; `confusion`: classes x labels of
    the person who may be asked. Costs (MOST + ahead) over ahead numbers, classes and kinds of ease a task."""
    rows = eased(confusion)
    if posterior.shape[1] > MOST:
        return np.array([_among_likeliest(one, rows, ahead) for one in posterior], dtype=np.float64)
    return _gain(posterior, rows, ahead)


def _gain(posterior: Floats, rows: Floats, ahead: int) -> Floats:
    """`rows`: classes x labels x EASE."""
    counts, log_ways = _outcomes(rows.shape[1], ahead)
    chances = np.exp(np.einsum("sl,kle->kes", counts, np.log(np.maximum(rows, 1e-300))) + log_ways)
    after = np.matmul(posterior.transpose(1, 0, 2), chances)  # classes x tasks x outcomes
    return np.asarray(after.max(axis=0).sum(axis=1) - posterior.sum(axis=2).max(axis=1))


def _among_likeliest(posterior: Floats, rows: Floats, ahead: int) -> float:
    """The gain of one task, the other classes left out and what names one of them taken for one answer."""
    likely = np.sort(np.argsort(-posterior.sum(axis=1), kind="stable")[:MOST])
    said = rows[likely][:, likely]
    rest = np.maximum(1.0 - said.sum(axis=1, keepdims=True), 0.0)
    return float(_gain(posterior[likely][None], np.concatenate([said, rest], axis=1), ahead)[0])


@lru_cache(maxsize=64)
def _outcomes(labels: int, answers: int) -> tuple[Floats, Floats]:
    """How often each label may be said in so many answers (outcomes x labels), and the log of in how many
    orders: their number is (labels + answers - 1) over answers."""
    said = combinations_with_replacement(range(labels), answers)
    counts = np.array(
        [np.bincount(np.array(one, dtype=np.int64), minlength=labels) for one in said], dtype=np.float64
    )
    return counts, gammaln(answers + 1.0) - gammaln(counts + 1.0).sum(axis=1)

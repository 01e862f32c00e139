"""Confidence that means what it says.

Annotators err on the same tasks, so a posterior that multiplies their chances is too sure of itself: it
says 97 % where it is right in 82. Were each two of them alike to the same degree, n answers could tell no
more than some fixed number of independent ones (Kish's design effect, 1965), and where many answer they would
be trusted less than they deserve: some are alike, others hardly. So, as of neighbouring plots in a field
(Fairfield Smith, "An empirical law describing heterogeneity in the yields of agricultural crops", Journal of
Agricultural Science 28, 1938), n tell as much as n^(1 - rho) independent ones, and each posterior is tempered
by its own number of answers:

    p'[k] ~ p[k]^(1 / n^rho)            rho: 0 each for themselves, 1 all as one

rho is fitted on tasks whose truth is known (gold, or settled by a reviewer) by maximum a posteriori under
log rho ~ N(log RHO, SPREAD^2): with no such task it is RHO, with a hundred it is the crowd's own. This is
temperature scaling (Guo, Pleiss, Sun and Weinberger, ICML 2017) that knows how many answers there were.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from review.consensus.classes.em import normalise
from review.consensus.classes.table import Floats, Ints

RHO = 0.5
SPREAD = 1.0
LEAST = 1e-6  # a posterior of 0 is a rounding, not a proof
BINS = 10


def temper(posterior: Floats, *, answers: Floats, rho: float = RHO) -> Floats:
    """Posteriors (tasks x classes) made honest; `answers`: how many each task has."""
    heat = np.maximum(np.asarray(answers, dtype=np.float64), 1.0) ** rho
    return normalise(np.log(np.maximum(posterior, LEAST)) / heat[:, None])


def fit_rho(posterior: Floats, *, answers: Floats, truth: Ints) -> float:
    """rho from tasks whose true class is known; their own truth must have had no part in the posterior."""

    def loss(log_rho: float) -> float:
        chances = temper(posterior, answers=answers, rho=float(np.exp(log_rho)))
        told = np.log(np.maximum(chances[np.arange(len(truth)), truth], LEAST)).sum()
        return float(0.5 * ((log_rho - np.log(RHO)) / SPREAD) ** 2 - told)

    if len(truth) == 0:
        return RHO
    return float(np.exp(minimize_scalar(loss, bounds=(np.log(1e-3), np.log(4.0)), method="bounded").x))


def calibration_error(confidence: Floats, right: Floats, *, bins: int = BINS) -> float:
    """Expected calibration error: mean over equally full bins of |mean confidence - share right|, 0..1."""
    order = np.argsort(confidence, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    if not parts:
        raise ValueError("calibration needs a task whose truth is known")
    return float(
        sum(abs(confidence[part].mean() - right[part].mean()) * len(part) for part in parts) / len(order)
    )

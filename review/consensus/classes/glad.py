"""How able each annotator is and how hard each task.

Whitehill, Ruvolo, Wu, Bergsma and Movellan, "Whose vote should count more: optimal integration of labels from
labelers of unknown expertise" (NIPS 2009). Annotator a is right at task t with chance

    s[a, t] = 1 / (1 + exp(-alpha[a] beta[t]))       beta > 0: an easy task; otherwise errs evenly

with priors alpha ~ N(1, 1) and log beta ~ N(1, 1). EM; with w = T[t, l] the chance that the answer l is
right, the gradients of the expected log-likelihood are

    d / d alpha[a] = sum over a's answers (w - s) beta[t] - (alpha[a] - 1)
    d / d log beta[t] = sum over t's answers (w - s) alpha[a] beta[t] - (log beta[t] - 1)

and the M-step takes one damped Newton step in each: the likelihood need only grow, not reach its top.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from review.consensus.classes.em import CHANGE, Estimate, begin, normalise
from review.consensus.classes.majority import summarise
from review.consensus.classes.table import Floats, Ints, Table

STEPS = 3
LONGEST = 0.5  # the longest step: the curvature far from the top is no guide


@dataclass(frozen=True, eq=False)
class Glad:
    """`ability`: annotators, below 0 for who errs on purpose; `easiness`: tasks, above 0."""

    estimate: Estimate
    ability: Floats
    easiness: Floats


def glad(table: Table, *, rounds: int = 100, start: Floats | None = None) -> Glad:
    posterior = begin(table, start)
    annotator, label = table.annotator, table.label
    true = np.flatnonzero(label < table.classes)  # the other answers say nothing about ability
    task, annotator, label = table.task[true].astype(np.int64), annotator[true], label[true]
    alpha, log_beta = np.ones(table.annotators), np.ones(table.tasks)
    done = 0
    for done in range(1, rounds + 1):  # noqa: B007 - how many there were is part of the estimate
        right = posterior[task, label]
        for _ in range(STEPS):
            alpha, log_beta = _climb(task, annotator, right, alpha, log_beta)
        before, posterior = posterior, _expect(table, task, annotator, label, alpha, log_beta)
        if np.abs(posterior - before).max(initial=0.0) < CHANGE:
            break
    return Glad(summarise(table, posterior, rounds=done), ability=alpha, easiness=np.exp(log_beta))


def _expect(
    table: Table, task: Ints, annotator: Ints, label: Ints, alpha: Floats, log_beta: Floats
) -> Floats:
    """E-step with even prior: an answer speaks for its own class by log s - log (1 - s) / (K - 1)."""
    logit = alpha[annotator] * np.exp(log_beta)[task] + np.log(max(table.classes - 1, 1))
    cells = np.bincount(task * table.classes + label, weights=logit, minlength=table.tasks * table.classes)
    return normalise(cells.reshape(table.tasks, table.classes).astype(np.float64))


def _climb(
    task: Ints, annotator: Ints, right: Floats, alpha: Floats, log_beta: Floats
) -> tuple[Floats, Floats]:
    """One Newton step in the abilities, then one in the easiness, each held within LONGEST."""
    beta = np.exp(log_beta)[task]
    s = expit(alpha[annotator] * beta)
    slope = np.bincount(annotator, weights=(right - s) * beta, minlength=len(alpha)) - (alpha - 1.0)
    bend = np.bincount(annotator, weights=s * (1.0 - s) * beta * beta, minlength=len(alpha)) + 1.0
    alpha = alpha + np.clip(slope / bend, -LONGEST, LONGEST)
    reach = alpha[annotator] * beta
    s = expit(reach)
    slope = np.bincount(task, weights=(right - s) * reach, minlength=len(log_beta)) - (log_beta - 1.0)
    # The Gauss-Newton part alone: the full second derivative may have the wrong sign.
    bend = np.bincount(task, weights=s * (1.0 - s) * reach * reach, minlength=len(log_beta)) + 1.0
    return alpha, log_beta + np.clip(slope / bend, -LONGEST, LONGEST)

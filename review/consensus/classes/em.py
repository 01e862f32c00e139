"""What all methods share: one pass over the answers, and what comes out at the end.

Every model here has the form

    log P(answers of task t, class k) = log prior[k] + sum over its answers of weights[pair, k]

so one E-step and the sums that the next M-step needs are one pass over the blocks of the table.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from review.consensus.classes.table import Floats, Table

CHANGE = 1e-4  # when no posterior moves by more, a model has settled
TINY = 1e-200  # far above the least number, so that a class's share of so small a sum is still exact


@dataclass(frozen=True, eq=False)
class Estimate:
    """What a method concludes.

    `posterior`: tasks x classes, rows sum to 1. `prior`: classes. `confusion`: annotators x classes x labels,
    the chance of each label where the class is true. `skill`: each annotator's expected accuracy. `evidence`:
    a lower bound of log P(all answers | the model), where the model has one; comparable between models.
    """

    posterior: Floats
    prior: Floats
    confusion: Floats
    skill: Floats
    rounds: int
    evidence: float = -np.inf


@dataclass(frozen=True, eq=False)
class Pass:
    """`counts`: pairs x columns, expected answers; `mass`: columns, expected tasks; `change`: the largest of
    a posterior; `entropy`: of all posteriors together, in nats."""

    counts: Floats
    mass: Floats
    change: float
    entropy: float


def sweep(table: Table, *, weights: Floats, log_prior: Floats, posterior: Floats | None = None) -> Pass:
    """One E-step, written over `posterior` (tasks x columns), and the sums of the M-step; without a
    posterior nothing is written, and the change is 0. `weights` are at most 0: logs of chances, or
    expectations of them.
    """
    counts, mass, prior = np.zeros_like(weights), np.zeros_like(log_prior), np.exp(log_prior)
    change, evidence = 0.0, 0.0
    for tasks, matrix, transposed in table.blocks:
        chances, total, shift = _chances(matrix, weights, log_prior)
        evidence += float(np.log(total).sum()) + shift
        chances /= total[:, None]
        mass += np.ones(len(chances)) @ chances
        counts += transposed @ chances
        if posterior is not None:
            chances *= prior
            change = max(change, float(np.abs(posterior[tasks] - chances).max(initial=0.0)))
            posterior[tasks] = chances
    counts *= prior
    mass *= prior
    # The sum of p log p, as log p is the terms less the log of their sum.
    entropy = evidence - float((counts * weights).sum() + mass @ log_prior)
    return Pass(counts=counts, mass=mass, change=change, entropy=entropy)


def posteriors(table: Table, *, weights: Floats, log_prior: Floats) -> Floats:
    """What one E-step says, by weights at most 0: tasks x columns."""
    found, prior = np.empty((table.tasks, len(log_prior))), np.exp(log_prior)
    for tasks, matrix, _ in table.blocks:
        chances, total, _ = _chances(matrix, weights, log_prior)
        chances /= total[:, None]
        np.multiply(chances, prior, out=found[tasks])
    return found


def _chances(matrix: csr_array, weights: Floats, log_prior: Floats) -> tuple[Floats, Floats, float]:
    """exp of a block's summed weights, their sums weighed by the prior, and the log of what both were
    scaled by, over all rows.

    A row's largest term is not taken off before exp, which would cost more than all the rest: none is above
    0. The few rows in which all come too near to the least number there is are worked out again.
    """
    chances = np.asarray(matrix @ weights)
    np.exp(chances, out=chances)
    total = chances @ np.exp(log_prior)
    rows = np.flatnonzero(total < TINY)
    if not len(rows):
        return chances, total, 0.0
    logs = matrix[rows] @ weights
    top = (logs + log_prior).max(axis=1)
    chances[rows] = np.exp(logs - top[:, None])
    total[rows] = np.exp(logs + log_prior - top[:, None]).sum(axis=1)
    return chances, total, float(top.sum())


def shares(table: Table) -> Floats:
    """Share of each class among a task's answers that can be true; even where there are none."""
    cells = table.task.astype(np.int64) * table.labels + table.label
    counts = np.bincount(cells, minlength=table.tasks * table.labels).reshape(table.tasks, table.labels)
    counted = counts[:, : table.classes].astype(np.float64)
    total = (counted @ np.ones(table.classes))[:, None]
    if total.all():
        return np.asarray(np.divide(counted, total, out=counted))
    even = np.full_like(counted, 1.0 / max(table.classes, 1))
    return np.asarray(np.divide(counted, total, out=even, where=total > 0))


def begin(table: Table, start: Floats | None) -> Floats:
    """The posterior to start from: a copy of `start` (tasks x classes), else the shares of the votes."""
    if start is None:
        return shares(table)
    if start.shape != (table.tasks, table.classes) or not np.isfinite(start).all():
        raise ValueError(f"a start has {table.tasks} x {table.classes} finite numbers")
    return np.array(start, dtype=np.float64)


def normalise(log_weights: Floats, axis: int = -1) -> Floats:
    """exp, scaled to sum 1 along the axis, without overflow."""
    weights = np.exp(log_weights - log_weights.max(axis=axis, keepdims=True))
    return np.asarray(weights / weights.sum(axis=axis, keepdims=True))


def dense(table: Table, pairs: Floats, *, missing: npt.ArrayLike = 0.0) -> Floats:
    """A quantity of pairs (pairs x classes) as annotators x classes x labels."""
    full = np.full((table.annotators, table.labels, pairs.shape[1]), missing, dtype=np.float64)
    full[table.pair_annotator, table.pair_label] = pairs
    return full.transpose(0, 2, 1)


def expected_accuracy(confusion: Floats, prior: Floats) -> Floats:
    """Chance that each annotator names the true class: annotators."""
    k = np.arange(len(prior))
    return np.asarray(confusion[:, k, k] @ prior)

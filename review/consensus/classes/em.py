"""What all methods share: one pass over the answers, and what comes out at the end.

Every model here has the form

    log P(answers of task t, class k) = log prior[k] + sum over its answers of weights[pair, k]

so one E-step and the sums that the next M-step needs are one pass over the blocks of the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array

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
        if posterior is None:
            # Scaling the answers takes half of the time of scaling the chances, if nobody wants these.
            share = 1.0 / total
            spread = _weighed(transposed, share, matrix)
        else:
            chances /= total[:, None]
            share, spread = np.ones(len(total)), transposed
        if not table.each:
            mass += share @ chances
        counts += spread @ chances
        if posterior is not None:
            chances *= prior
            change = max(change, float(np.abs(posterior[tasks] - chances).max(initial=0.0)))
            posterior[tasks] = chances
    if table.each:
        mass = counts.sum(axis=0) / table.each
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


def _weighed(transposed: csc_array, share: Floats, matrix: csr_array) -> csc_array:
    """A block's transpose with `share` (tasks) in place of 1."""
    spread = copy(transposed)
    spread.data = np.repeat(share, np.diff(matrix.indptr))
    return spread


def shares(table: Table) -> Floats:
    """Share of each class among a task's answers that can be true; even where there are none."""
    found = np.empty((table.tasks, table.classes))
    for tasks, _, _, counted, total in _votes(table):
        np.divide(counted, total[:, None], out=found[tasks])
    return found


def first_sums(table: Table, start: Floats | None) -> tuple[Floats, Floats]:
    """Expected answers (pairs x classes) and tasks (classes) by the posterior that `begin` would give."""
    if start is not None:
        posterior = begin(table, start)
        return table.scatter(posterior), posterior.sum(axis=0)
    counts, mass = np.zeros((len(table.pair_label), table.classes)), np.zeros(table.classes)
    for _, matrix, transposed, counted, total in _votes(table):
        share = 1.0 / total
        mass += share @ counted
        counts += _weighed(transposed, share, matrix) @ counted
    return counts, mass


def _votes(table: Table) -> Iterator[tuple[slice, csr_array, csc_array, Floats, Floats]]:
    """Each block with its votes by task and class (one for each where there are none) and their sums."""
    named = (table.pair_label[:, None] == np.arange(table.classes)).astype(np.float64)
    ones = np.ones(table.classes)
    for tasks, matrix, transposed in table.blocks:
        counted = np.asarray(matrix @ named)
        total = counted @ ones
        if not total.all():
            counted[total == 0.0] = 1.0
            total = counted @ ones
        yield tasks, matrix, transposed, counted, total


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

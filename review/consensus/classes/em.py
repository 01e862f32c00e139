"""What all methods share: one pass over the answers, and what comes out at the end.

Every model here has the form

    log P(answers of task t, class k) = log prior[k] + sum over its answers of weights[pair, k]

so one E-step and the sums that the next M-step needs are one pass over the blocks of the table.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from review.consensus.classes.table import Floats, Table

CHANGE = 1e-4  # when no posterior moves by more, a model has settled


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


def sweep(
    table: Table, *, weights: Floats, log_prior: Floats, posterior: Floats, compares: bool = True
) -> Pass:
    """One E-step, written over `posterior` (tasks x columns), and the sums of the M-step; without `compares`
    the change is not looked at, and is 0."""
    counts, mass = np.zeros_like(weights), np.zeros_like(log_prior)
    change, entropy = 0.0, 0.0
    for tasks, matrix in table.blocks:
        logs = matrix @ weights
        logs += log_prior
        logs -= logs.max(axis=1, keepdims=True)
        chances = np.exp(logs)
        total = chances.sum(axis=1, keepdims=True)
        chances /= total
        entropy += float(np.log(total).sum() - np.einsum("ij,ij->", chances, logs))
        mass += chances.sum(axis=0)
        counts += matrix.T @ chances
        if compares:
            before = posterior[tasks]
            before -= chances
            change = max(change, float(np.abs(before, out=before).max(initial=0.0)))
        posterior[tasks] = chances
    return Pass(counts=counts, mass=mass, change=change, entropy=entropy)


def shares(table: Table) -> Floats:
    """Share of each class among a task's answers that can be true; even where there are none."""
    cells = table.task.astype(np.int64) * table.labels + table.label
    counts = np.bincount(cells, minlength=table.tasks * table.labels).reshape(table.tasks, table.labels)
    counted = counts[:, : table.classes].astype(np.float64)
    total = counted.sum(axis=1, keepdims=True)
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

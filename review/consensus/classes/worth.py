"""Whether another answer is worth its price: how much surer some more of them may make a task.

With posterior p and the crowd's mean confusion C (true x said), the error expected now is 1 - max p; after
one more answer it is 1 - sum over what may be said of max over k of p[k] C[k, said], and so on for several
(the expected value of sample information, Raiffa and Schlaifer 1961). A single answer seldom turns a task
round, so AHEAD are looked ahead. Where even those would not take away a third of the error that is allowed
(everybody is torn between two look-alikes, or all agree), a task may stop, however sure it is.
"""

from __future__ import annotations

import numpy as np

from review.consensus.classes.table import Floats

AHEAD = 4
LEAST_SHARE = 1.0 / 3.0  # of the error allowed
MOST = 6  # the likeliest classes of a task, and what may be said, that are looked at one by one


def worth_asking(
    posterior: Floats, *, confusion: Floats, wanted: float
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """By task (posterior: tasks x classes): not yet as sure as `wanted`, and still to be made surer.
    Raises ValueError for what is no chance."""
    if not (np.isfinite(posterior).all() and np.isfinite(confusion).all()):
        raise ValueError("chances are finite numbers")
    worth = posterior.max(axis=1) < wanted
    unsure = np.flatnonzero(worth)
    gain = expected_gain(posterior[unsure], confusion=confusion)
    worth[unsure] = gain > LEAST_SHARE * (1.0 - wanted)
    return np.asarray(worth)


def expected_gain(posterior: Floats, *, confusion: Floats, ahead: int = AHEAD) -> Floats:
    """How much `ahead` more answers lower the expected error of each task; `confusion`: classes x labels of
    the person who may be asked. Costs at most (MOST + 1) ** ahead numbers and classes a task."""
    if posterior.shape[1] > MOST:
        return np.array([_among_likeliest(row, confusion, ahead) for row in posterior], dtype=np.float64)
    tasks, classes = posterior.shape
    joint = posterior[:, None, :]
    for _ in range(ahead):
        # What was said so far, and what is said next: one column more for each label.
        said = joint.shape[1] * confusion.shape[1]
        joint = (joint[:, :, None, :] * confusion.T[None, None]).reshape(tasks, said, classes)
    return np.asarray(joint.max(axis=2).sum(axis=1) - posterior.max(axis=1))


def _among_likeliest(posterior: Floats, confusion: Floats, ahead: int) -> float:
    """The gain of one task, the other classes left out and what names one of them taken for one answer."""
    likely = np.sort(np.argsort(-posterior, kind="stable")[:MOST])
    said = confusion[likely][:, likely]
    rest = np.maximum(1.0 - said.sum(axis=1, keepdims=True), 0.0)
    few = np.concatenate([said, rest], axis=1)
    return float(expected_gain(posterior[likely][None], confusion=few, ahead=ahead)[0])

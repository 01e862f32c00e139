"""Whether another answer is worth its price: how much surer some more of them may make a task.

With posterior p and the crowd's mean confusion C (true x said), the error expected now is 1 - max p; after
one more answer it is 1 - sum over what may be said of max over k of p[k] C[k, said], and so on for several
(the expected value of sample information, Raiffa and Schlaifer 1961). A single answer seldom turns a task
round, so several are looked ahead. Where even those hardly lower the error (everybody is torn between two
look-alikes, or all agree), a task may stop, however sure it is.
"""

from __future__ import annotations

import numpy as np

from review.consensus.classes.table import Floats

AHEAD = 3
LEAST_GAIN = 0.001


def worth_asking(
    posterior: Floats, *, confusion: Floats, wanted: float, least_gain: float = LEAST_GAIN, ahead: int = AHEAD
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """By task (posterior: tasks x classes): not yet as sure as `wanted`, and still to be made surer."""
    unsure = posterior.max(axis=1) < wanted
    return np.asarray(unsure & (expected_gain(posterior, confusion=confusion, ahead=ahead) > least_gain))


def expected_gain(posterior: Floats, *, confusion: Floats, ahead: int = AHEAD) -> Floats:
    """How much `ahead` more answers lower the expected error of each task; `confusion`: classes x labels of
    the person who may be asked. Costs labels ** ahead numbers a task."""
    joint = posterior[:, None, :]
    for _ in range(ahead):
        # What was said so far, and what is said next: one column more for each label.
        joint = (joint[:, :, None, :] * confusion.T[None, None]).reshape(
            len(posterior), -1, posterior.shape[1]
        )
    return np.asarray(joint.max(axis=2).sum(axis=1) - posterior.max(axis=1))

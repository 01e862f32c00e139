"""Any of several options: each is a yes or no of its own, with everybody's own eye for it.

Binary relevance (Tsoumakas and Katakis 2007): option o of task t is a task of its own with the classes
"absent" and "present"; each annotator has a confusion matrix for each option, leaning on how the crowd sees
that option, so rare options do not borrow the habits of common ones. A third label, "unsure", may be observed
and is never true.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from review.consensus.classes.em import Estimate
from review.consensus.classes.map_dawid_skene import map_dawid_skene
from review.consensus.classes.table import Floats, Ints, Table, tabulate

ABSENT, PRESENT, UNSURE = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Options:
    """`present`: tasks x options, the chance that the option holds; `estimates`: one for each option."""

    present: Floats
    estimates: tuple[Estimate, ...]


def multilabel(
    *,
    task: Ints,
    annotator: Ints,
    chosen: npt.NDArray[np.int8],
    model: Callable[[Table], Estimate] = map_dawid_skene,
) -> Options:
    """One entry an answer; `chosen` (answers x options) holds ABSENT, PRESENT or UNSURE."""
    if chosen.ndim != 2 or len(chosen) != len(task) or (chosen.size and not np.isin(chosen, (0, 1, 2)).all()):
        raise ValueError("each answer says absent, present or unsure of each option")
    tasks = int(task.max(initial=-1)) + 1
    estimates = tuple(
        model(tabulate(task=task, annotator=annotator, label=column.astype(np.int64), classes=2))
        for column in chosen.T
    )
    present = [estimate.posterior[:, PRESENT] for estimate in estimates]
    return Options(np.array(present).reshape(len(estimates), tasks).T, estimates)

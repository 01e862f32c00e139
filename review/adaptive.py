"""Adaptive overlap: each task gets as few answers as the quality its project wants; and what that will cost.

One more person is asked while a part of the consensus is less sure than the project wants and more answers
would make it so much surer that they are worth their price (`worth_asking`, classes/worth.py), or a shape's
expected IoU is below what is wanted. Then the task settles when it reaches the confidence to settle, as in
any project; else it is disputed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from review.consensus import DEFAULT_SKILL, Answer, Consensus, Doubt, Spec, Verdict, decide, judge
from review.consensus.classes.ease import ordinary
from review.consensus.classes.worth import worth_asking
from review.consensus.results import Outlook

# Who may confirm a prediction alone: this good over this many tasks, and this near the prediction.
TRUSTED_SKILL, TRUSTED_TASKS, CONFIRMED = 0.9, 30.0, 0.9
COIN = ((DEFAULT_SKILL, 1.0 - DEFAULT_SKILL), (1.0 - DEFAULT_SKILL, DEFAULT_SKILL))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Shares from 0 to 1; none where the project asks for no more than the confidence to settle."""

    accuracy: float | None = None
    iou: float | None = None
    trusts_predictions: bool = False

    @property
    def is_adaptive(self) -> bool:
        return self.accuracy is not None or self.iou is not None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Answers, those given included, and what they cost; `low` and `high` hold nineteen times of twenty.

    `per_task` is the mean number of answers a task takes; `rests_on` how many settled tasks say so.
    """

    tasks: int
    per_task: float
    answers: int
    low: int
    high: int
    rests_on: int


NOTHING_WANTED = Wanted()


def reaches(*, consensus: Consensus, threshold: float, wanted: Wanted) -> Verdict:
    """Settled when nothing is worth another answer and all is sure enough; else the weakest part."""
    if not wanted.is_adaptive:
        return decide(consensus=consensus, threshold=threshold)
    least = max(threshold, wanted.accuracy or 0.0)
    asking = [doubt for doubt in consensus.doubts if asks_on(doubt, wanted=least)]
    if asking:
        weakest = min(asking, key=lambda doubt: doubt.confidence)
        return Verdict(settled=False, reason=weakest.reason, where=weakest.where)
    for i, shape in enumerate(consensus.shapes):
        if shape.expected_iou < (wanted.iou or 0.0):
            return Verdict(settled=False, reason="geometry_unsure", where=f"shapes[{i}]")
    return replace(decide(consensus=consensus, threshold=threshold), asks=False)


def asks_on(doubt: Doubt, *, wanted: float) -> bool:
    """Whether one part is worth another answer. Where no full pass knows how the question is answered, it is
    right or wrong, and somebody new sees which as often as not-yet-known people do."""
    sure = max(doubt.confidence, 0.5)  # what is likelier wrong than right is not the surer for it
    outlook = doubt.outlook or Outlook(tuple(map(tuple, ordinary((sure, 1.0 - sure)).tolist())), COIN)
    if max(map(sum, outlook.chances)) >= wanted:
        return False
    chances, crowd = np.array([outlook.chances]), np.array(outlook.crowd)
    return bool(worth_asking(chances, confusion=crowd, wanted=wanted)[0])


def confirms(
    *, answer: Answer, prediction: Mapping[str, Any], weight: float, least: float, spec: Spec
) -> bool:
    """Whether one answer suffices: a trusted annotator (skill from `weight` tasks) drew what a prediction
    said in which each shape is as sure as `least`, in the consensus' own measure of agreement."""
    if answer.skill < TRUSTED_SKILL or weight < TRUSTED_TASKS:
        return False
    shapes = prediction["shapes"]
    if any(shape.get("confidence", 0.0) < least for shape in shapes) or not (shapes or prediction["tags"]):
        return False
    return judge(payload=prediction, answers=[answer], spec=spec).agreement[answer.submission] >= CONFIRMED


def forecast(
    *, tasks: int, done: int, given: Sequence[int], fewest: int, most: int, done_mean: float | None = None
) -> Forecast:
    """What `tasks` take, `done` of them settled, from the numbers of answers `given` to tasks like them.

    With mean m and variance v of n earlier tasks, N tasks to come take N m answers, with a variance of
    N v + N^2 v / n: their own spread, and that of the estimate. Without any, all lies between the bounds.
    """
    left = max(0, tasks - done)
    n = len(given)
    if n == 0:
        middle = (fewest + most) / 2.0
        return Forecast(tasks, middle, round(tasks * middle), tasks * fewest, tasks * most, 0)
    # The terms may have changed since.
    given = [min(max(g, fewest), most) for g in given]
    mean = sum(given) / n
    # One earlier task more at each bound: a handful that all took three do not prove that all will.
    spread = (sum((g - mean) ** 2 for g in given) + (fewest - mean) ** 2 + (most - mean) ** 2) / (n + 2)
    error = 1.96 * math.sqrt(left * spread + left**2 * spread / n)
    spent = done * (mean if done_mean is None else done_mean)
    answers = spent + left * mean
    low = max(spent + left * fewest, answers - error)
    high = min(spent + left * most, answers + error)
    return Forecast(tasks, answers / tasks if tasks else mean, round(answers), round(low), round(high), n)

"""How good an annotator is, from how far their past submissions agreed with what was settled."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat

from scipy.special import betaincinv

from review.consensus.crowd import DEFAULT_SKILL

PRIOR_ANSWERS = 10.0  # what is believed of a newcomer weighs as much as ten tasks
INTERVAL = 0.9


@dataclass(frozen=True, slots=True)
class Skill:
    """Expected accuracy `mean`, its central 90 % interval `low`..`high`, from `answers` weighted tasks."""

    mean: float
    low: float
    high: float
    answers: float


def estimate_skill(
    *, agreements: Iterable[float], weights: Iterable[float] | None = None, prior: float = DEFAULT_SKILL
) -> Skill:
    """Beta posterior of the agreement rate: Beta(prior * n0 + sum w a, (1 - prior) * n0 + sum w (1 - a)).

    `agreements` are scores in 0..1 against settled tasks. `weights` (1 each) say what a task proves: give
    0 to a task the annotator answered alone, for there everybody agrees with themself, and more than 1 to
    gold or a reviewer's verdict. Raises ValueError for scores or weights that are no such numbers.
    """
    right, wrong = prior * PRIOR_ANSWERS, (1.0 - prior) * PRIOR_ANSWERS
    for score, weight in zip(
        agreements, repeat(1.0) if weights is None else weights, strict=weights is not None
    ):
        if not (0.0 <= score <= 1.0 and 0.0 <= weight < math.inf):
            raise ValueError(f"agreement {score} or weight {weight} is out of range")
        right, wrong = right + weight * score, wrong + weight * (1.0 - score)
    tail = (1.0 - INTERVAL) / 2.0
    return Skill(
        mean=right / (right + wrong),
        low=float(betaincinv(right, wrong, tail)),
        high=float(betaincinv(right, wrong, 1.0 - tail)),
        answers=right + wrong - PRIOR_ANSWERS,
    )

"""How far two people's boxes agree; corner boxes [x1, y1, x2, y2], n x 4."""

import numpy as np

from review.consensus.matching import Floats, assign, iou_matrix

THRESHOLDS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))


def match(a: Floats, b: Floats, *, least: float = 0.5) -> list[tuple[int, int]]:
    """Pairs (index in a, index in b) of the best one-to-one matching with IoU of `least` or more."""
    return assign(iou_matrix(a, b), least=least)


def f1(a: Floats, b: Floats, *, least: float = 0.5) -> float:
    """Share of boxes that have a partner in the other set; 1 when both sets are empty."""
    boxes = len(a) + len(b)
    return 2.0 * len(match(a, b, least=least)) / boxes if boxes else 1.0


def mean_iou(a: Floats, b: Floats) -> float:
    """Mean IoU over the best matching, a box without partner counting 0; 1 when both sets are empty."""
    overlaps = iou_matrix(a, b)
    # Any overlap at all may match: the objective is the sum itself, so no threshold belongs here.
    pairs = assign(overlaps, least=np.finfo(np.float64).tiny)
    objects = len(a) + len(b) - len(pairs)
    return float(sum(overlaps[pair] for pair in pairs)) / objects if objects else 1.0


def f1_range(a: Floats, b: Floats) -> float:
    """Mean of F1 at IoU 0.5, 0.55 ... 0.95, as COCO averages its precision."""
    return float(np.mean([f1(a, b, least=least) for least in THRESHOLDS]))


def distance_alpha(within: Floats, across: Floats) -> float:
    """Krippendorff's alpha for answers that are no values, such as sets of shapes with 1 - mean IoU.

    `within`: distances of answers to the same task; `across`: those of answers to different tasks, which is
    what chance alone would bring. 1 - mean(within) / mean(across); 1 where nothing differs anywhere.
    """
    if not len(within) or not len(across):
        raise ValueError("alpha needs a task with two answers, and another task")
    expected = float(across.mean())
    return 1.0 - float(within.mean()) / expected if expected > 0.0 else 1.0

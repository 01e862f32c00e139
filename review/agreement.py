"""How far people agree, in the field's terms; pure functions over small arrays.

Box functions take corner boxes [x1, y1, x2, y2], n x 4.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from review.consensus.matching import Floats, assign, iou_matrix

Codes = npt.NDArray[np.int64]


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


def cohen_kappa(a: Sequence[object], b: Sequence[object]) -> float:
    """Cohen (1960) for two annotators' answers to the same items: (p_o - p_e) / (1 - p_e).

    1 when both give one and the same answer throughout. Raises ValueError for unequal lengths or no items.
    """
    if len(a) != len(b) or not a:
        raise ValueError("kappa needs the same items, and at least one, from both annotators")
    codes = {value: i for i, value in enumerate(dict.fromkeys([*a, *b]))}
    table = np.zeros((len(codes), len(codes)))
    np.add.at(table, ([codes[value] for value in a], [codes[value] for value in b]), 1.0)
    table /= table.sum()
    expected = float(table.sum(axis=0) @ table.sum(axis=1))
    return (float(np.trace(table)) - expected) / (1.0 - expected) if expected < 1.0 else 1.0


def krippendorff_alpha(items: Codes, values: Codes) -> float:
    """Krippendorff's alpha (2011) for nominal values: 1 - observed / expected disagreement.

    One entry an answer: `items[i]` was given `values[i]`, both codes 0, 1, 2 ...; who said it does not
    matter, a missing answer is no entry, and an item with one answer counts for nothing. 1 when all
    pairable answers are the same. Raises ValueError when no item has two answers.
    """
    counts = np.bincount(items)
    pairable = counts[items] >= 2
    if not pairable.any():
        raise ValueError("alpha needs an item with two answers")
    items, values = items[pairable], values[pairable]
    cells, count = np.unique(items * (values.max() + 1) + values, return_counts=True)
    # Only the diagonal of the coincidence matrix is needed: pairs of equal values within an item.
    agree = (count * (count - 1.0) / (counts[cells // (values.max() + 1)] - 1.0)).sum()
    totals = np.bincount(values).astype(np.float64)
    n = totals.sum()
    expected = (totals * (totals - 1.0)).sum() / (n - 1.0)
    return float(1.0 - (n - agree) / (n - expected)) if n > expected else 1.0

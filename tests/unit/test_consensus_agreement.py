"""Agreement measures against values worked out by hand or published."""

from __future__ import annotations

import time

import numpy as np
import pytest

from review.agreement import cohen_kappa, f1, krippendorff_alpha, match, mean_iou

A = np.array([[0, 0, 10, 10], [20, 0, 30, 10]], dtype=float)
B = np.array([[20, 0, 30, 5], [100, 100, 110, 110]], dtype=float)
NONE = np.zeros((0, 4))


def test_matching_finds_the_only_pair() -> None:
    assert match(A, B, least=0.5) == [(1, 0)]
    assert match(A, B, least=0.51) == []


def test_f1_and_mean_iou_count_what_has_no_partner() -> None:
    assert f1(A, B) == pytest.approx(0.5)
    assert mean_iou(A, B) == pytest.approx(0.5 / 3)
    assert (f1(NONE, NONE), mean_iou(NONE, NONE), f1(A, NONE), mean_iou(NONE, A)) == (1, 1, 0, 0)


def test_cohen_kappa_of_the_textbook_table() -> None:
    """20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: kappa 0.4."""
    a = ["yes"] * 25 + ["no"] * 25
    b = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert cohen_kappa(a, b) == pytest.approx(0.4)
    assert cohen_kappa([1, 1], [1, 1]) == 1.0
    with pytest.raises(ValueError, match="same items"):
        cohen_kappa([1], [1, 2])


def test_krippendorff_alpha_of_his_published_example() -> None:
    """Four observers, twelve units with gaps (Krippendorff 2011, section C): nominal alpha 0.743."""
    units = [
        [1, 1, None, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
        [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [None, 5, 5, 5], [None, None, 1, 1], [None, 3, None, None],
    ]  # fmt: skip
    entries = [(i, value) for i, unit in enumerate(units) for value in unit if value is not None]
    items, values = np.array(entries).T
    assert krippendorff_alpha(items, values) == pytest.approx(0.743, abs=0.0005)


def test_alpha_needs_a_pair_and_is_one_without_disagreement() -> None:
    with pytest.raises(ValueError, match="two answers"):
        krippendorff_alpha(np.array([0, 1]), np.array([0, 1]))
    assert krippendorff_alpha(np.array([0, 0, 1, 1]), np.array([2, 2, 2, 2])) == 1.0


def test_alpha_of_a_million_items_takes_about_a_second() -> None:
    rng = np.random.default_rng(0)
    items, values = np.repeat(np.arange(1_000_000), 3), rng.integers(0, 5, 3_000_000)
    start = time.perf_counter()
    alpha = krippendorff_alpha(items, values)
    print(f"alpha, 1,000,000 x 3: {time.perf_counter() - start:.2f} s")
    assert abs(alpha) < 0.01

"""Agreement measures against values worked out by hand or published."""

from __future__ import annotations

import time

import numpy as np
import pytest

from review.agreement import (
    cohen_kappa,
    confusion,
    distance_alpha,
    f1,
    f1_range,
    fleiss_kappa,
    interval_alpha,
    krippendorff_alpha,
    match,
    mean_iou,
    measure,
    ordinal_alpha,
)

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
    """Four observers, twelve units with gaps (Krippendorff 2011, section C, E and F)."""
    units = [
        [1, 1, None, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
        [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [None, 5, 5, 5], [None, None, 1, 1], [None, 3, None, None],
    ]  # fmt: skip
    entries = [(i, value) for i, unit in enumerate(units) for value in unit if value is not None]
    items, values = np.array(entries).T
    assert krippendorff_alpha(items, values) == pytest.approx(0.743, abs=0.0005)
    assert ordinal_alpha(items, values) == pytest.approx(0.815, abs=0.0005)
    assert interval_alpha(items, values.astype(float)) == pytest.approx(0.849, abs=0.0005)
    with pytest.raises(ValueError, match="finite"):
        interval_alpha(items, np.full(len(items), np.nan))


def test_fleiss_kappa_of_his_published_example() -> None:
    """Fourteen raters, ten subjects, five categories: 0.210 (Fleiss 1971, as worked in textbooks)."""
    table = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]  # fmt: skip
    entries = [(i, c) for i, row in enumerate(table) for c, count in enumerate(row) for _ in range(count)]
    items, values = np.array(entries).T
    assert fleiss_kappa(items, values) == pytest.approx(0.210, abs=0.0005)
    assert fleiss_kappa(np.array([0, 0]), np.array([1, 1])) == 1.0
    with pytest.raises(ValueError, match="two answers"):
        fleiss_kappa(np.array([0, 1]), np.array([1, 1]))


def test_alpha_by_sorting_is_alpha_by_counting() -> None:
    rng = np.random.default_rng(4)
    items, few = rng.integers(0, 400, 1500), rng.integers(0, 4, 1500)
    many = few * 200_000  # so many values that a table of them would not fit
    assert krippendorff_alpha(items, many) == pytest.approx(krippendorff_alpha(items, few), abs=1e-12)


def test_shapes_have_an_alpha_by_their_distance() -> None:
    assert distance_alpha(np.array([0.1, 0.3]), np.array([1.0, 1.0, 1.0])) == pytest.approx(0.8)
    assert distance_alpha(np.zeros(2), np.zeros(2)) == 1.0
    with pytest.raises(ValueError, match="another task"):
        distance_alpha(np.zeros(0), np.ones(1))


def test_f1_over_a_range_falls_with_sloppy_boxes() -> None:
    box, off = np.array([[0, 0, 100, 100.0]]), np.array([[0, 0, 100, 72.0]])
    assert f1_range(box, box) == 1.0
    assert f1_range(box, off) == pytest.approx(0.5)  # 0.5, 0.55, 0.6, 0.65 and 0.7 of ten


def test_an_interval_covers_the_value_and_narrows_with_items() -> None:
    rng = np.random.default_rng(5)

    def interval(items: int) -> tuple[float, float, float]:
        truth = rng.integers(0, 3, items)
        right = rng.random((items, 3)) < 0.8
        values = np.where(right, truth[:, None], rng.integers(0, 3, (items, 3))).ravel()
        codes = np.repeat(np.arange(items), 3)
        found = measure(codes, lambda kept: krippendorff_alpha(codes[kept], values[kept]))
        return found.low, found.value, found.high

    few, many = interval(40), interval(4000)
    assert few[0] <= few[1] <= few[2]
    assert many[2] - many[0] < (few[2] - few[0]) / 3
    lone = measure(
        np.array([0, 0]), lambda kept: fleiss_kappa(np.zeros(2, dtype=int), np.zeros(2, dtype=int))
    )
    assert (lone.low, lone.value, lone.high, lone.items) == (-1.0, 1.0, 1.0, 1)


def test_a_confusion_counts_who_said_what_where_the_other_said_what() -> None:
    table = confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), kinds=2)
    assert table.tolist() == [[1, 1], [0, 1]]


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

"""Options, scales, trees and confidence: what is made of posteriors."""

from __future__ import annotations

import numpy as np
import pytest

from bench.crowds import SETS, read_votes
from review.consensus import classes
from tests.data import data_folder


def test_an_answer_that_is_never_true_is_neither_yes_nor_no() -> None:
    """Observed is also "unsure"; true is only absent or present: rectangular confusion matrices."""
    table = classes.tabulate(
        task=np.zeros(3, dtype=np.int64), annotator=np.arange(3), label=[1, 1, 2], classes=2
    )
    for model in (classes.map_dawid_skene, classes.dawid_skene, classes.one_coin, classes.ensemble):
        found = model(table)
        assert found.posterior.shape == (1, 2)
        assert found.posterior[0, 1] > 0.5


def test_on_a_scale_the_middle_of_the_posterior_is_taken() -> None:
    posterior = np.array([[0.4, 0.25, 0.35], [0.6, 0.2, 0.2], [0.5, 0.5, 0.0]])
    assert classes.median_class(posterior).tolist() == [1, 0, 0]


def test_those_who_agree_on_the_branch_settle_the_branch() -> None:
    """animal (dog, cat), thing: a dog and a cat are an animal, whoever is right about the rest."""
    parents = np.array([-1, 0, 0, -1])
    posterior = np.array([[0.1, 0.4, 0.35, 0.15], [0.0, 0.9, 0.1, 0.0], [0.2, 0.1, 0.15, 0.55]])
    assert classes.roll_up(posterior, parents)[0] == pytest.approx([0.85, 0.4, 0.35, 0.15])
    assert classes.deepest(posterior, parents).tolist() == [0, 1, 3]
    assert classes.deepest(posterior, parents, leaves_only=True).tolist() == [1, 1, 3]
    nowhere = np.array([[0.0, 0.25, 0.25, 0.5]])
    assert classes.deepest(nowhere, parents).tolist() == [-1]
    with pytest.raises(ValueError, match="before its children"):
        classes.roll_up(posterior, np.array([1, -1, 0, -1]))


def test_correlated_answers_are_found_to_be_worth_less() -> None:
    """Five people who copy one another half of the time: the posterior counts five voices."""
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 4000)
    lead = np.where(rng.random(4000) < 0.75, truth, 1 - truth)
    own = np.where(rng.random((4000, 5)) < 0.75, truth[:, None], 1 - truth[:, None])
    label = np.where(rng.random((4000, 5)) < 0.5, lead[:, None], own)
    table = classes.tabulate(
        task=np.repeat(np.arange(4000), 5), annotator=np.tile(np.arange(5), 4000), label=label.ravel()
    )
    posterior, answers = classes.map_dawid_skene(table).posterior, np.full(4000, 5.0)
    gold, rest = slice(0, 400), slice(400, None)
    rho = classes.fit_rho(posterior[gold], answers=answers[gold], truth=truth[gold])
    right = (posterior[rest].argmax(axis=1) == truth[rest]).astype(float)
    honest = classes.temper(posterior[rest], answers=answers[rest], rho=rho)
    before = classes.calibration_error(posterior[rest].max(axis=1), right)
    after = classes.calibration_error(honest.max(axis=1), right)
    assert rho > 0.2
    assert after < 0.05 < before
    assert (honest.argmax(axis=1) == posterior[rest].argmax(axis=1)).all()


def test_without_gold_confidence_leans_on_other_crowds() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert classes.fit_rho(np.zeros((0, 2)), answers=np.zeros(0), truth=nothing) == pytest.approx(0.5)
    one = np.array([[0.9, 0.1]])
    assert classes.temper(one, answers=np.array([1.0])) == pytest.approx(one)
    with pytest.raises(ValueError, match="truth is known"):
        classes.calibration_error(np.zeros(0), np.zeros(0))


def test_stated_confidence_is_within_five_points_on_real_crowds() -> None:
    folder = data_folder("votes")
    gaps = []
    for name in SETS:
        answers = read_votes(folder / name)
        table = classes.tabulate(task=answers.task, annotator=answers.annotator, label=answers.label)
        posterior, count = classes.map_dawid_skene(table).posterior, np.bincount(answers.task)
        order = np.random.default_rng(3).permutation(np.flatnonzero(answers.truth >= 0))
        gold, rest = np.split(order, [len(order) // 5])
        rho = classes.fit_rho(posterior[gold], answers=count[gold], truth=answers.truth[gold])
        honest = classes.temper(posterior[rest], answers=count[rest], rho=rho)
        gaps.append(abs(honest.max(axis=1).mean() - (honest.argmax(axis=1) == answers.truth[rest]).mean()))
        print(f"{name}: rho {rho:.2f}, {100 * gaps[-1]:.1f} points from the truth")
    assert np.mean(gaps) < 0.05

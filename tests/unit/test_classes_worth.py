"""Whether more answers are worth their price; and an E-step that stands however many answers there are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from bench.crowds import plant
from review.adaptive import Wanted, asks_on, reaches
from review.consensus import Consensus, Doubt
from review.consensus.classes import majority, tabulate
from review.consensus.classes.ease import EASE, eased, fit_ease, ordinary
from review.consensus.classes.em import normalise, posteriors, sweep
from review.consensus.classes.worth import MOST, expected_gain, worth_asking
from review.consensus.results import Outlook

GOOD = np.array([[0.9, 0.1], [0.1, 0.9]])
BLIND = np.array([[0.5, 0.5], [0.5, 0.5]])


def worth(*posterior: float, confusion: np.ndarray = GOOD, wanted: float = 0.95) -> bool:
    return bool(worth_asking(ordinary([posterior]), confusion=confusion, wanted=wanted)[0])


def test_one_more_answer_is_worth_what_it_was_worked_out_to_be_by_hand() -> None:
    """p = (0.6, 0.4): right now in 0.6; after one answer of people right in 0.9, in 0.54 + 0.36."""
    assert expected_gain(ordinary([[0.6, 0.4]]), confusion=GOOD, ahead=1)[0] == pytest.approx(0.3)


def test_people_are_asked_while_they_can_tell_and_it_is_not_yet_sure() -> None:
    assert worth(0.5, 0.5)
    assert not worth(0.97, 0.03)
    assert worth(0.97, 0.03, wanted=0.995)


def test_nobody_is_asked_where_all_are_torn_between_look_alikes() -> None:
    assert not worth(0.5, 0.5, confusion=BLIND)
    alike = np.array([[0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.05, 0.05, 0.9]])
    assert not worth(0.5, 0.5, 0.0, confusion=alike)
    assert worth(0.5, 0.0, 0.5, confusion=alike)


def test_of_a_task_that_nobody_can_tell_nobody_is_asked() -> None:
    """Equal votes: an ordinary task is worth more answers, one that is surely a guess is not."""
    hard = np.array([[[0.5, 0.0, 0.0], [0.5, 0.0, 0.0]]])
    assert worth(0.5, 0.5)
    assert not worth_asking(hard, confusion=GOOD, wanted=0.95)[0]
    assert expected_gain(hard, confusion=GOOD)[0] == pytest.approx(0.0, abs=1e-12)


def test_what_many_answers_may_say_is_the_same_one_by_one_and_by_count() -> None:
    """All sequences of three answers, worked out one after the other."""
    rng = np.random.default_rng(3)
    posterior, confusion = rng.dirichlet(np.ones(9), 7).reshape(7, 3, 3), rng.dirichlet(np.ones(3), 3)
    joint = posterior[:, None]
    for _ in range(3):
        joint = (joint[:, :, None] * eased(confusion).transpose(1, 0, 2)).reshape(7, -1, 3, 3)
    expected = joint.sum(axis=3).max(axis=2).sum(axis=1) - posterior.sum(axis=2).max(axis=1)
    assert expected_gain(posterior, confusion=confusion, ahead=3) == pytest.approx(expected)


def test_how_many_tasks_are_hard_is_found_from_the_answers() -> None:
    """A third of the tasks are guesses, the others plain."""
    rng = np.random.default_rng(4)
    truth, guessed = rng.integers(0, 3, 900), np.arange(900) % 3 == 0
    label = np.where(rng.random((7, 900)) < 0.9, truth, rng.integers(0, 3, (7, 900)))
    label = np.where(guessed, rng.integers(0, 3, (7, 900)), label)
    table = tabulate(
        task=np.tile(np.arange(900), 7), annotator=np.repeat(np.arange(7), 900), label=label.ravel()
    )
    rows = np.full((3, 3), 0.12) + 0.64 * np.eye(3)
    share = fit_ease(table, prior=np.full(3, 1 / 3), confusion=np.tile(rows, (7, 1, 1)))
    assert share.sum() == pytest.approx(1.0)
    assert len(share) == len(EASE)
    assert share[0] == pytest.approx(1 / 3, abs=0.06)
    assert share[2] > share[1], "the plain ones are plainer than rows that hold the guesses too"


def test_of_no_tasks_none_is_asked() -> None:
    assert worth_asking(ordinary(np.zeros((0, 2))), confusion=GOOD, wanted=0.9).tolist() == []


def test_looking_further_ahead_never_promises_less() -> None:
    rng = np.random.default_rng(0)
    posterior = rng.dirichlet(np.ones(9), 50).reshape(50, 3, 3)
    confusion = rng.dirichlet(np.ones(3), 3)
    gains = [expected_gain(posterior, confusion=confusion, ahead=n) for n in range(5)]
    assert all((more >= less - 1e-12).all() for less, more in pairwise(gains))


def test_the_names_of_classes_change_nothing() -> None:
    rng = np.random.default_rng(1)
    posterior = rng.dirichlet(np.ones(12), 20).reshape(20, 4, 3)
    confusion, order = rng.dirichlet(np.ones(4), 4), [2, 0, 3, 1]
    renamed = expected_gain(posterior[:, order], confusion=confusion[order][:, order])
    assert renamed == pytest.approx(expected_gain(posterior, confusion=confusion))


def test_of_many_classes_the_likeliest_decide_and_no_more_memory_is_needed() -> None:
    classes = 200
    confusion = np.full((classes, classes), 0.1 / (classes - 1))
    np.fill_diagonal(confusion, 0.9)
    posterior = np.full((1, classes), 1e-6)
    posterior[0, [7, 90]] = 0.5
    assert classes > MOST
    pair = np.array([[0.9, 0.1 / 199, 0.1 * 198 / 199], [0.1 / 199, 0.9, 0.1 * 198 / 199]])
    few = expected_gain(ordinary([[0.5, 0.5]]), confusion=pair)[0]
    assert expected_gain(ordinary(posterior), confusion=confusion)[0] == pytest.approx(few, abs=1e-3)


@pytest.mark.parametrize("posterior", [(np.nan, 0.5), (np.inf, 0.0)])
def test_what_is_no_chance_is_refused(posterior: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        worth(*posterior)


def consensus(*doubts: Doubt) -> Consensus:
    return Consensus(tags=(), shapes=(), rejected=(), doubts=doubts, agreement={"a": 1.0, "b": 1.0})


def test_settling_asks_by_the_same_rule() -> None:
    even = ((0.0, 0.5, 0.0), (0.0, 0.5, 0.0))
    torn = Doubt("tags.kind", "tag_unsure", 0.5, Outlook(even, ((0.5, 0.5), (0.5, 0.5))))
    told = Doubt("tags.kind", "tag_unsure", 0.5, Outlook(even, ((0.9, 0.1), (0.1, 0.9))))
    unknown = Doubt("shapes[0]", "existence_unsure", 0.7)
    assert [asks_on(doubt, wanted=0.95) for doubt in (torn, told, unknown)] == [False, True, True]
    assert asks_on(Doubt("tags.note", "tag_unsure", 0.02), wanted=0.95), "hardly sure of a text is not sure"
    wanted = Wanted(accuracy=0.95)
    verdicts = [reaches(consensus=consensus(one), threshold=0.8, wanted=wanted) for one in (torn, told)]
    assert [(verdict.settled, verdict.asks) for verdict in verdicts] == [(False, False), (False, True)]
    assert reaches(consensus=consensus(torn), threshold=0.4, wanted=wanted).settled


def test_an_e_step_stands_thousands_of_answers_to_one_task() -> None:
    """So many that their chances multiplied are below the least number there is."""
    rng = np.random.default_rng(2)
    few = plant(tasks=20, each=3, classes=3, people=40)
    table = tabulate(
        task=np.concatenate([few.task, np.full(3000, 20)]),
        annotator=np.concatenate([few.annotator, np.arange(3000) % 40]),
        label=np.concatenate([few.label, rng.integers(0, 3, 3000)]),
    )
    weights = np.log(rng.dirichlet(np.ones(3), len(table.pair_label)))
    log_prior = np.log([0.2, 0.3, 0.5])
    logs = np.concatenate([matrix @ weights for _, matrix, _ in table.blocks]) + log_prior
    expected = normalise(logs)
    assert logs[20].max() < -800
    assert posteriors(table, weights=weights, log_prior=log_prior) == pytest.approx(expected)
    posterior = majority(table).posterior
    found = sweep(table, weights=weights, log_prior=log_prior, posterior=posterior)
    assert posterior == pytest.approx(expected)
    assert found.mass == pytest.approx(expected.sum(axis=0))
    assert found.counts == pytest.approx(table.scatter(expected))
    entropy = -float((expected * np.log(np.maximum(expected, 1e-300))).sum())
    assert found.entropy == pytest.approx(entropy, rel=1e-6)

"""Whether more answers are worth their price; and an E-step that stands however many answers there are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from bench.crowds import plant
from review.adaptive import Wanted, asks_on, reaches
from review.consensus import Consensus, Doubt
from review.consensus.classes import majority, tabulate
from review.consensus.classes.em import normalise, posteriors, sweep
from review.consensus.classes.worth import MOST, expected_gain, worth_asking
from review.consensus.results import Outlook

GOOD = np.array([[0.9, 0.1], [0.1, 0.9]])
BLIND = np.array([[0.5, 0.5], [0.5, 0.5]])


def worth(*posterior: float, confusion: np.ndarray = GOOD, wanted: float = 0.95) -> bool:
    return bool(worth_asking(np.array([posterior]), confusion=confusion, wanted=wanted)[0])


def test_one_more_answer_is_worth_what_it_was_worked_out_to_be_by_hand() -> None:
    """p = (0.6, 0.4): right now in 0.6; after one answer of people right in 0.9, in 0.54 + 0.36."""
    assert expected_gain(np.array([[0.6, 0.4]]), confusion=GOOD, ahead=1)[0] == pytest.approx(0.3)


def test_people_are_asked_while_they_can_tell_and_it_is_not_yet_sure() -> None:
    assert worth(0.5, 0.5)
    assert not worth(0.97, 0.03)
    assert worth(0.97, 0.03, wanted=0.995)


def test_nobody_is_asked_where_all_are_torn_between_look_alikes() -> None:
    assert not worth(0.5, 0.5, confusion=BLIND)
    alike = np.array([[0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.05, 0.05, 0.9]])
    assert not worth(0.5, 0.5, 0.0, confusion=alike)
    assert worth(0.5, 0.0, 0.5, confusion=alike)


def test_of_no_tasks_none_is_asked() -> None:
    assert worth_asking(np.zeros((0, 2)), confusion=GOOD, wanted=0.9).tolist() == []


def test_looking_further_ahead_never_promises_less() -> None:
    rng = np.random.default_rng(0)
    posterior, confusion = rng.dirichlet(np.ones(3), 50), rng.dirichlet(np.ones(3), 3)
    gains = [expected_gain(posterior, confusion=confusion, ahead=n) for n in range(5)]
    assert all((more >= less - 1e-12).all() for less, more in pairwise(gains))


def test_the_names_of_classes_change_nothing() -> None:
    rng = np.random.default_rng(1)
    posterior, confusion, order = rng.dirichlet(np.ones(4), 20), rng.dirichlet(np.ones(4), 4), [2, 0, 3, 1]
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
    few = expected_gain(np.array([[0.5, 0.5]]), confusion=pair)[0]
    assert expected_gain(posterior, confusion=confusion)[0] == pytest.approx(few, abs=1e-3)


@pytest.mark.parametrize("posterior", [(np.nan, 0.5), (np.inf, 0.0)])
def test_what_is_no_chance_is_refused(posterior: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        worth(*posterior)


def consensus(*doubts: Doubt) -> Consensus:
    return Consensus(tags=(), shapes=(), rejected=(), doubts=doubts, agreement={"a": 1.0, "b": 1.0})


def test_settling_asks_by_the_same_rule() -> None:
    torn = Doubt("tags.kind", "tag_unsure", 0.5, Outlook((0.5, 0.5), ((0.5, 0.5), (0.5, 0.5))))
    told = Doubt("tags.kind", "tag_unsure", 0.5, Outlook((0.5, 0.5), ((0.9, 0.1), (0.1, 0.9))))
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

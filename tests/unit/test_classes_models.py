"""Every method of aggregation finds what was planted, and stands what real tables throw at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bench.crowds import SETS, Answers, plant, read_votes
from review.consensus import classes
from review.consensus.classes import Estimate, Table, tabulate
from tests.data import data_folder

Model = Callable[[Table], Estimate]
MODELS: dict[str, Model] = {
    "majority": classes.majority,
    "weighted_majority": lambda table: classes.weighted_majority(table, skill=np.full(table.annotators, 0.8)),
    "dawid_skene": classes.dawid_skene,
    "map_dawid_skene": classes.map_dawid_skene,
    "one_coin": classes.one_coin,
    "glad": lambda table: classes.glad(table).estimate,
    "mace": lambda table: classes.mace(table).estimate,
    "ebcc": classes.ebcc,
    "ensemble": classes.ensemble,
}
LEARNING = {name: model for name, model in MODELS.items() if "majority" not in name}
each_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
each_learner = pytest.mark.parametrize("model", LEARNING.values(), ids=LEARNING)


def table_of(answers: Answers, *, k: int | None = None) -> Table:
    return tabulate(task=answers.task, annotator=answers.annotator, label=answers.label, classes=k)


def right(posterior: np.ndarray, truth: np.ndarray) -> float:
    return float((posterior.argmax(axis=1) == truth).mean())


def crowd_of(skills: list[float], *, tasks: int = 600, k: int = 3, seed: int = 5) -> Answers:
    """Everybody answers every task, right with chance of their own, else evenly wrong."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, k, tasks)
    is_right = rng.random((tasks, len(skills))) < np.array(skills)
    wrong = (truth[:, None] + rng.integers(1, k, (tasks, len(skills)))) % k
    label = np.where(is_right, truth[:, None], wrong)
    people = np.tile(np.arange(len(skills)), tasks)
    return Answers(np.repeat(np.arange(tasks), len(skills)), people, label.ravel(), truth)


@each_learner
def test_planted_skills_are_found(model: Model) -> None:
    skills = [0.95, 0.9, 0.8, 0.7, 0.6]
    answers = crowd_of(skills)
    found = model(table_of(answers))
    assert right(found.posterior, answers.truth) > right(
        classes.majority(table_of(answers)).posterior, answers.truth
    )
    assert np.abs(found.skill - skills).max() < 0.08


@pytest.mark.parametrize("name", [name for name in LEARNING if name != "one_coin"])  # one coin has no habits
def test_spammers_do_not_outvote_those_who_know(name: str) -> None:
    """Two people always say the first class, three know: a vote is often wrong, the model seldom."""
    answers = crowd_of([0.9, 0.9, 0.85, 0.5, 0.5], k=3)
    spam = np.where(answers.annotator >= 3, 0, answers.label)
    answers = replace(answers, label=spam)
    found = MODELS[name](table_of(answers))
    voted = right(classes.majority(table_of(answers)).posterior, answers.truth)
    assert right(found.posterior, answers.truth) > max(voted, 0.9)
    assert found.skill[:3].min() > found.skill[3:].max()


@pytest.mark.parametrize("name", ["dawid_skene", "map_dawid_skene", "one_coin", "glad", "ebcc", "ensemble"])
def test_an_adversary_is_read_backwards(name: str) -> None:
    answers = crowd_of([0.9, 0.85, 0.8, 0.05], k=2)
    with_enemy = MODELS[name](table_of(answers))
    honest = answers.annotator < 3
    alone = MODELS[name](
        tabulate(task=answers.task[honest], annotator=answers.annotator[honest], label=answers.label[honest])
    )
    assert right(with_enemy.posterior, answers.truth) > right(alone.posterior, answers.truth)
    assert with_enemy.skill[3] < 0.2


def test_a_planted_bias_shows_in_the_confusion() -> None:
    """Somebody who says 1 for every 2."""
    answers = crowd_of([0.9, 0.9, 0.9, 0.95], k=3)
    blind = np.where((answers.annotator == 3) & (answers.label == 2), 1, answers.label)
    confusion = classes.map_dawid_skene(table_of(replace(answers, label=blind))).confusion
    assert confusion[3, 2, 1] > 0.85
    assert confusion[3, 1, 1] > 0.85


def test_planted_difficulty_is_found() -> None:
    """On the second half of the tasks everybody guesses."""
    answers = crowd_of([0.9] * 8, tasks=400, k=2)
    guess = np.random.default_rng(1).integers(0, 2, len(answers.label))
    answers = replace(answers, label=np.where(answers.task >= 200, guess, answers.label))
    easiness = classes.glad(table_of(answers)).easiness
    assert np.median(easiness[:200]) > 2 * np.median(easiness[200:])


def test_who_only_clicks_is_not_trusted() -> None:
    answers = crowd_of([0.95, 0.95, 0.95, 0.34], k=3)
    found = classes.mace(table_of(answers))
    assert found.trust[3] < 0.2 < 0.8 < found.trust[:3].min()
    assert found.habit.sum(axis=1) == pytest.approx(1.0)


def test_weights_decide_against_the_number() -> None:
    table = tabulate(task=[0, 0, 0], annotator=[0, 1, 2], label=[0, 1, 1])
    found = classes.weighted_majority(table, skill=np.array([0.99, 0.6, 0.6]))
    assert found.posterior[0, 0] == pytest.approx(0.99 / 0.01 / (0.99 / 0.01 + (0.6 / 0.4) ** 2))
    with pytest.raises(ValueError, match="inside 0"):
        classes.weighted_majority(table, skill=np.array([0.9, np.nan, 0.5]))


@each_model
def test_the_order_of_answers_changes_no_bit(model: Model) -> None:
    answers = plant(tasks=200, each=3, classes=3, people=12)
    order = np.random.default_rng(2).permutation(len(answers.task))
    shuffled = tabulate(
        task=answers.task[order], annotator=answers.annotator[order], label=answers.label[order]
    )
    assert (model(shuffled).posterior == model(table_of(answers)).posterior).all()


@each_model
def test_names_of_people_and_tasks_change_nothing(model: Model) -> None:
    answers = plant(tasks=200, each=3, classes=3, people=12)
    rng = np.random.default_rng(3)
    people, tasks = rng.permutation(12), rng.permutation(200)
    found = model(table_of(answers))
    renamed = model(
        tabulate(task=tasks[answers.task], annotator=people[answers.annotator], label=answers.label)
    )
    assert np.abs(renamed.posterior[tasks] - found.posterior).max() < 1e-6
    assert np.abs(renamed.skill[people] - found.skill).max() < 1e-6


@each_model
def test_a_copy_of_a_perfect_annotator_never_lowers_confidence_in_the_truth(model: Model) -> None:
    answers = crowd_of([1.0, 0.8, 0.75, 0.7], tasks=300)
    truth, tasks = answers.truth, np.arange(300)
    before = model(table_of(answers)).posterior[tasks, truth]
    again = Answers(
        np.concatenate([answers.task, tasks]),
        np.concatenate([answers.annotator, np.full(300, 4)]),
        np.concatenate([answers.label, truth]),
        truth,
    )
    after = model(table_of(again)).posterior[tasks, truth]
    assert (after >= before - 1e-6).all()


@each_model
def test_the_smallest_tables_are_answered(model: Model) -> None:
    """No answer at all, a single one, two people who disagree, three who all do."""
    assert model(tabulate(task=[], annotator=[], label=[], classes=2)).posterior.shape == (0, 2)
    unasked = model(tabulate(task=[0], annotator=[0], label=[1], classes=2, tasks=3)).posterior
    assert np.isfinite(unasked).all()
    assert unasked.sum(axis=1) == pytest.approx(1.0)
    assert unasked[0].argmax() == 1
    for labels in ([0, 1], [0, 1, 2]):
        table = tabulate(task=[0] * len(labels), annotator=range(len(labels)), label=labels)
        assert model(table).posterior[0] == pytest.approx(1.0 / len(labels), abs=0.02)
    one_class = model(tabulate(task=[0, 0, 1], annotator=[0, 1, 0], label=[0, 0, 0]))
    assert one_class.posterior == pytest.approx(1.0)


@pytest.mark.parametrize("label", [[0.5], [float("nan")], [-1], [True]])
def test_labels_that_are_no_codes_are_refused(label: list[float]) -> None:
    with pytest.raises(ValueError, match="label codes"):
        tabulate(task=[0], annotator=[0], label=label)
    with pytest.raises(ValueError, match="beyond"):
        tabulate(task=[7], annotator=[0], label=[0], tasks=3)


@each_learner
def test_what_is_observed_and_never_true_is_no_class(model: Model) -> None:
    """A third label, "unsure", said by the careful on every fourth task, wins nowhere and costs little."""
    answers = crowd_of([0.9, 0.9, 0.85, 0.8], k=2)
    unsure = np.random.default_rng(4).random(len(answers.label)) < 0.25
    found = model(table_of(replace(answers, label=np.where(unsure, 2, answers.label)), k=2))
    assert found.posterior.shape == (600, 2)
    assert found.confusion.shape == (4, 2, 3)
    assert right(found.posterior, answers.truth) > 0.9


def test_an_earlier_posterior_is_a_warm_start() -> None:
    answers = plant(tasks=2000, each=3, classes=4, people=40)
    cold = classes.map_dawid_skene(table_of(answers))
    warm = classes.map_dawid_skene(table_of(answers), start=cold.posterior)
    assert warm.rounds < cold.rounds / 2
    assert np.abs(warm.posterior - cold.posterior).max() < 0.01
    with pytest.raises(ValueError, match="finite"):
        classes.map_dawid_skene(table_of(answers), start=np.full((2000, 4), np.nan))


def test_a_task_of_its_own_gets_the_posterior_of_the_full_pass() -> None:
    answers = plant(tasks=2000, each=3, classes=4, people=40)
    found = classes.dawid_skene(table_of(answers), tolerance=0.0, rounds=300)
    alone = classes.online(table_of(answers), prior=found.prior, confusion=found.confusion)
    assert np.abs(alone - found.posterior).max() < 1e-3
    with pytest.raises(ValueError, match="confusion matrix for each"):
        classes.online(table_of(answers), prior=found.prior, confusion=found.confusion[:3])


def test_dawid_skene_by_hand() -> None:
    """One round on two tasks of two people, worked out with pencil: shares, then chances, then Bayes."""
    table = tabulate(task=[0, 0, 1, 1], annotator=[0, 1, 0, 1], label=[0, 0, 0, 1])
    found = classes.dawid_skene(table, rounds=1)
    # Shares: [1, 0], [1/2, 1/2]; prior [3/4, 1/4]; person 0 always says 0; person 1 says 1 with chance 1/3
    # of class 0 and always of class 1.
    assert found.posterior[0, 0] == pytest.approx(1.0)
    assert found.posterior[1, 1] == pytest.approx(0.25 / (0.25 + 0.75 / 3))


def test_the_same_posteriors_as_crowd_kit() -> None:
    """Its figures for this table (DawidSkene 1.4.2, two decimals more than the bar of 1e-6)."""
    answers = plant(tasks=60, each=3, classes=3, people=6, seed=11)
    found = classes.dawid_skene(table_of(answers)).posterior
    reference = np.array(REFERENCE)
    assert np.abs(found[: len(reference)] - reference).max() < 1e-6


REFERENCE: list[list[float]] = [
    [0.000000000, 0.987774568, 0.012225432],
    [0.994281009, 0.005718991, 0.000000000],
    [0.000000000, 0.000000000, 1.000000000],
    [0.000000000, 1.000000000, 0.000000000],
    [0.000000000, 1.000000000, 0.000000000],
    [0.000000000, 1.000000000, 0.000000000],
    [0.000000000, 0.000000000, 1.000000000],
    [1.000000000, 0.000000000, 0.000000000],
    [0.000000000, 1.000000000, 0.000000000],
    [1.000000000, 0.000000000, 0.000000000],
    [0.000000000, 1.000000000, 0.000000000],
    [0.000000000, 0.000000000, 1.000000000],
    [0.000000000, 1.000000000, 0.000000000],
    [0.909920072, 0.000000000, 0.090079928],
    [0.000000000, 1.000000000, 0.000000000],
    [1.000000000, 0.000000000, 0.000000000],
    [0.000343363, 0.000000000, 0.999656637],
    [0.000000000, 0.000000000, 1.000000000],
    [0.000000000, 0.000000000, 1.000000000],
    [0.000000000, 1.000000000, 0.000000000],
    [0.000000000, 0.000000000, 1.000000000],
    [0.000000000, 1.000000000, 0.000000000],
    [0.994468633, 0.000000000, 0.005531367],
    [0.000000000, 1.000000000, 0.000000000],
]


def test_the_ensemble_beats_each_of_its_members_over_seven_real_crowds() -> None:
    folder = data_folder("votes")
    means = {}
    for name in ("majority", "dawid_skene", "map_dawid_skene", "one_coin", "ebcc", "ensemble"):
        figures = []
        for crowd in SETS:
            answers = read_votes(folder / crowd)
            known = answers.truth >= 0
            figures.append(
                100 * right(MODELS[name](table_of(answers)).posterior[known], answers.truth[known])
            )
        means[name] = float(np.mean(figures))
        print(f"{name:16}" + " ".join(f"{figure:5.1f}" for figure in figures) + f"  mean {means[name]:.2f}")
    assert means["ensemble"] == max(means.values())
    assert means["ensemble"] > 82.9

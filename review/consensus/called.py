"""Which class each object has, once a full pass knows how people name: Dawid-Skene over clusters.

Each cluster of shapes is a task of classes/, each person asked gives an answer: the class they named, or that
they MISSED it, which is observed and never true. Somebody who overlooks every far pedestrian but no car says
something by overlooking it. So the confusion matrices are rectangular; they are kept, and used to conclude a
task on its own, as those of any question of choice (habits.py):

    P(k | cluster) ~ prior[k] prod over people asked  c[a, k, what a said or MISSED]

averaged with the same by skill alone, over those who named a class, and made honest by rho.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from review.consensus.answers import Answer, Spec
from review.consensus.classes.calibrate import RHO, temper
from review.consensus.classes.ease import LEAST
from review.consensus.classes.em import normalise
from review.consensus.classes.ensemble import ensemble
from review.consensus.classes.table import Table, tabulate
from review.consensus.crowd import UNKNOWN_CROWD
from review.consensus.habits import Habits, habits_from
from review.consensus.lots import Case, gather_lots
from review.consensus.matching import Bools, Floats, Ints
from review.consensus.naming import Named

QUESTION = "shapes.class"  # the name that these habits are kept under
MISSED = ""
NO_SPEC = Spec(classes={}, tags=())


@dataclass(frozen=True, slots=True)
class Called:
    """One entry an answer: the cluster, the code of who was asked, and of the class they named, or one code
    more for MISSED; `people` by code."""

    cluster: Ints
    annotator: Ints
    label: Ints
    people: list[int]

    def table(self, classes: int) -> Table:
        """With so many classes that can be true."""
        return tabulate(task=self.cluster, annotator=self.annotator, label=self.label, classes=classes)


def called(tasks: Iterable[Sequence[Answer]], *, classes: Sequence[str]) -> Called:
    """What everybody asked said of each cluster that two people saw and named by these classes."""
    cases = [
        Case(tuple(sorted(answers, key=lambda a: a.submission)), NO_SPEC, UNKNOWN_CROWD, (0.0, 0.0))
        for answers in tasks
    ]
    people = sorted({answer.annotator for case in cases for answer in case.answers})
    code, number = {person: i for i, person in enumerate(people)}, {key: k for k, key in enumerate(classes)}
    seats = max((len(case.answers) for case in cases), default=0)
    who = np.full((len(cases), seats), -1, dtype=np.int64)
    for row, case in zip(who, cases, strict=True):
        row[: len(case.answers)] = [code[answer.annotator] for answer in case.answers]
    said, asked = [np.zeros((0, seats), dtype=np.int64)], [np.zeros((0, seats), dtype=np.int64)]
    for lot in gather_lots(cases):
        members = lot.group(seats=seats)
        # A class that the schema no longer has says no more than a miss.
        labels = np.array([number.get(shape.label, len(classes)) for shape in lot.shapes], dtype=np.int64)
        labels = np.where(members >= 0, labels[members], len(classes))
        shared = (labels < len(classes)).sum(axis=1) >= 2
        said.append(labels[shared])
        asked.append(who[lot.image[members.max(axis=1)]][shared])
    label, annotator = np.concatenate(said), np.concatenate(asked)
    cluster, seat = np.nonzero(annotator >= 0)
    return Called(cluster, annotator[cluster, seat], label[cluster, seat], people)


def class_habits(said: Called, *, classes: Sequence[str]) -> Habits:
    """How people name objects of these classes, at least two."""
    posterior = ensemble(said.table(len(classes))).posterior
    padded = np.concatenate([posterior, np.zeros((len(posterior), 1))], axis=1)
    options = (*classes, MISSED)
    return habits_from(said.table(len(options)), padded, people=said.people, options=options, rho=RHO)


def name_by(
    habits: Habits, labels: Ints, *, names: Sequence[str], people: Ints, skill: Floats
) -> tuple[Named, Bools]:
    """The likeliest of the classes that somebody named, by cluster, and where that is known: all that was
    named is in the habits. `labels` (clusters x seats): numbers in `names`, -1 where nothing was drawn;
    `people`: ids, -1 for an empty seat."""
    missed = len(habits.options) - 1
    code = {name: k for k, name in enumerate(habits.options[:missed])}
    columns = np.array([code.get(name, -1) for name in names], dtype=np.int64)
    drew = labels >= 0
    said = np.where(drew, columns[labels], missed)
    everybody, number = np.unique(people, return_inverse=True)
    rows = np.array([habits.people.get(person, habits.crowd) for person in everybody.tolist()])
    logs = np.log(np.maximum(rows, LEAST))[number.reshape(people.shape), :, said]
    matrices = np.where((people >= 0)[:, :, None], logs, 0.0).sum(axis=1)
    right, wrong = np.log(skill), np.log1p(-skill) - np.log(max(missed - 1, 1))
    named = said[:, :, None] == np.arange(len(habits.options))
    coins = np.where(drew[:, :, None], np.where(named, right[:, :, None], wrong[:, :, None]), 0.0).sum(axis=1)
    prior = np.log(np.maximum(np.array(habits.prior), LEAST))
    both = normalise(np.stack([matrices + prior, coins + prior])[:, :, :missed]).mean(axis=0)
    chances = temper(both, answers=drew.sum(axis=1).astype(np.float64), rho=habits.rho)
    # Rounded, so that equal sums in another order stay equal; nobody's class is none.
    possible = np.where((named & drew[:, :, None]).any(axis=1)[:, :missed], np.round(chances, 9), -1.0)
    chosen = possible.argmax(axis=1)
    number_of = {int(column): n for n, column in enumerate(columns)}
    label = np.array([number_of.get(k, -1) for k in chosen.tolist()], dtype=np.int64)
    confidence = chances[np.arange(len(chosen)), chosen]
    known = np.asarray((np.where(drew, said, 0) >= 0).all(axis=1))
    return Named(label=label, confidence=confidence), known

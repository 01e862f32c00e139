"""How a project's people answer one question of closed choice, as the last full pass found.

A task is concluded from it alone, without another pass: the average of two posteriors, by confusion matrices
(classes/online.py) and by one skill a person (classes/one_coin.py), made honest by rho
(classes/calibrate.py). Somebody the pass did not meet answers as the crowd does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from review.consensus.classes.calibrate import temper
from review.consensus.classes.ease import IS_ORDINARY, LEAST, TYPICAL, eased, fit_ease
from review.consensus.classes.em import dense, normalise
from review.consensus.classes.map_dawid_skene import OWN, class_prior, crowd_rows
from review.consensus.classes.one_coin import coin_rows
from review.consensus.classes.table import Floats, Table

NO, YES = "no", "yes"  # the answers to one option of a multiple choice
DIGITS = 4
Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Habits:
    """`options`: the answers that can be given, "" for left open; `prior` of each to be true; `crowd`: chance
    of each answer (column) where an option (row) is true; `people`: the same of each annotator; `ease`: the
    share of the tasks of each kind of classes/ease.py."""

    options: tuple[str, ...]
    prior: tuple[float, ...]
    crowd: Rows
    rho: float
    people: Mapping[int, Rows] = field(default_factory=dict)
    ease: tuple[float, ...] = TYPICAL

    def knows(self, names: Sequence[str]) -> bool:
        return len(self.options) > 1 and set(names) <= set(self.options)

    def honest(self, raw: Floats, *, answers: int) -> dict[str, float]:
        """P(option is true) of every option from their `untempered` chances, by falling probability then by
        their order."""
        chances = temper(raw[None], answers=np.array([float(answers)]), rho=self.rho)[0].tolist()
        code = {name: i for i, name in enumerate(self.options)}
        ranked = sorted(zip(self.options, chances, strict=True), key=lambda pair: (-pair[1], code[pair[0]]))
        return dict(ranked)

    def untempered(
        self, names: Sequence[str], *, people: Sequence[int], skills: Sequence[float]
    ) -> tuple[Floats, Floats]:
        """The posterior by option before it is made honest; and the same with how easy the task is (options x
        EASE), which says whether asking on would help. That people err together makes it too sure of itself,
        but more of the same people would not mend that."""
        # Sorted before they are added: floating-point sums must not depend on the order of the answers.
        given = sorted(zip(names, people, skills, strict=True))
        code, each = {name: i for i, name in enumerate(self.options)}, np.arange(len(given))
        columns = np.array([code[name] for name, _, _ in given])
        rows = np.array([self.people.get(person, self.crowd) for _, person, _ in given])
        coins = coin_rows(np.array([skill for _, _, skill in given]), len(self.options), len(self.options))
        logs = [np.log(eased(part)[each, :, columns]).sum(axis=0) for part in (rows, coins)]
        log_prior = np.log(np.maximum(self.prior, LEAST))[:, None] + np.log(np.maximum(self.ease, LEAST))
        both = np.array(logs) + log_prior
        by_ease = normalise(both.reshape(2, -1)).mean(axis=0).reshape(len(self.options), -1)
        return np.asarray(normalise(both[:, :, IS_ORDINARY]).mean(axis=0)), by_ease


def habits_from(
    table: Table, posterior: Floats, *, people: Sequence[int], options: tuple[str, ...], rho: float
) -> Habits:
    """What a full pass found: everybody's chances, leaning on the crowd's as map_dawid_skene has it.
    `posterior`: tasks x options; `people`: the person of each annotator's code."""
    counts = table.scatter(posterior)
    crowd = crowd_rows(table, counts).T
    own = dense(table, counts) + OWN * crowd
    chances, prior = own / own.sum(axis=2, keepdims=True), class_prior(posterior.sum(axis=0))
    return Habits(
        options=options,
        prior=tuple(prior.tolist()),
        crowd=rows_of(crowd),
        rho=rho,
        people={person: rows_of(chances[i]) for i, person in enumerate(people)},
        ease=rows_of([fit_ease(table, prior=prior, confusion=chances)])[0],
    )


def rows_of(rows: Iterable[Iterable[float]]) -> Rows:
    return tuple(tuple(round(float(chance), DIGITS) for chance in row) for row in rows)

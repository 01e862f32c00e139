"""Crowds whose truth is known: planted ones, in which everybody has habits, and real ones."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
# Real class answers, a folder each: bluebirds, dogs, entailment, sentiment, music, faces, links.
SETS = ("bluebird", "dog", "rte", "CF", "music", "face", "zencrowd")
RIGHT = 4.0  # a confusion row's weight at the truth, in units of all the other classes together
PART = 50_000


@dataclass(frozen=True)
class Answers:
    """One entry an answer, codes from 0; `truth` by task, -1 where it is unknown."""

    task: Ints
    annotator: Ints
    label: Ints
    truth: Ints


def plant(
    *, tasks: int, each: int, classes: int, people: int, right: float = RIGHT, seed: int = 20260101
) -> Answers:
    """`each` answers a task by different people, whose confusion rows are drawn around the diagonal; `right`
    weighs the truth: 4 makes people right in four of five, 1 in half of their answers."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, tasks)
    weight = np.ones((classes, classes)) + np.eye(classes) * right * (classes - 1)
    rows = rng.gamma(np.broadcast_to(weight, (people, classes, classes)))
    steps = np.cumsum(rows / rows.sum(axis=2, keepdims=True), axis=2)
    # The first person anybody, the next ones further round the circle: never the same twice.
    gaps = rng.integers(1, max(people // each, 2), (tasks, each))
    annotator = (rng.integers(0, people, tasks)[:, None] + np.cumsum(gaps, axis=1)) % people
    label = np.empty((tasks, each), dtype=np.int64)
    for low in range(0, tasks, PART):
        part = slice(low, low + PART)
        drawn = rng.random((len(truth[part]), each, 1))
        label[part] = (drawn > steps[annotator[part], truth[part, None]]).sum(axis=2)
    return Answers(
        task=np.repeat(np.arange(tasks), each),
        annotator=annotator.ravel(),
        label=np.minimum(label.ravel(), classes - 1),
        truth=truth,
    )


def votes_folder() -> Path | None:
    """Where the real votes lie, or None where they are missing."""
    beside = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
    folder = Path(os.environ.get("LABELMILL_DATA", beside)) / "votes"
    return folder if folder.is_dir() else None


def read_votes(folder: Path) -> Answers:
    """One set: label.csv (item, worker, label) and truth.csv (item, truth)."""
    rows = np.loadtxt(folder / "label.csv", delimiter=",", skiprows=1, dtype=np.int64)
    known = np.loadtxt(folder / "truth.csv", delimiter=",", skiprows=1, dtype=np.int64)
    (items, task), (_, annotator), (labels, label) = (
        np.unique(column, return_inverse=True) for column in rows.T
    )
    truth = np.full(len(items), -1)
    known = known[np.isin(known[:, 0], items) & np.isin(known[:, 1], labels)]
    truth[np.searchsorted(items, known[:, 0])] = np.searchsorted(labels, known[:, 1])
    return Answers(task=task, annotator=annotator, label=label, truth=truth)

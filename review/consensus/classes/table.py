"""Who gave which label to which task, as one sparse matrix that every method multiplies by its weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# Posteriors at a time: they stay in the processor's cache, and the allocator keeps their memory. Of twice as
# many it gives each block's pages back and touches them anew, a quarter of the time of a process's first run.
BLOCK = 3 << 15


@dataclass(frozen=True, eq=False)
class Table:
    """Answers in canonical order (by task, then annotator, then label), so any order of rows is one table.

    `task`, `annotator`, `label`: one entry an answer, codes from 0. `classes` is how many values can be true:
    the labels 0..classes-1; labels beyond are observed but never true ("skip", "maybe"). A *pair* is an
    (annotator, label) that occurs; `pair` is each answer's, `pair_annotator` and `pair_label` what it means.
    `starts`: where each task's answers begin, and the last one's end.
    """

    starts: npt.NDArray[np.int32]
    pair: npt.NDArray[np.int32]
    pair_annotator: Ints
    pair_label: Ints
    tasks: int
    annotators: int
    labels: int
    classes: int

    @cached_property
    def task(self) -> npt.NDArray[np.int32]:
        return np.repeat(np.arange(self.tasks, dtype=np.int32), np.diff(self.starts))

    @property
    def annotator(self) -> Ints:
        return self.pair_annotator[self.pair]

    @property
    def label(self) -> Ints:
        return self.pair_label[self.pair]

    @cached_property
    def blocks(self) -> tuple[tuple[slice, csr_array, csc_array], ...]:
        """The answers as 0/1 matrices, tasks x pairs, a slice of the tasks each, and their transposes."""
        # A block has enough answers to be worth a pass over all pairs.
        size = max(BLOCK // max(self.classes, 1), len(self.pair_label))
        bounds = [(low, min(low + size, self.tasks)) for low in range(0, self.tasks, size)]
        answers = [(self.starts[low], self.starts[high]) for low, high in bounds]
        ones = np.ones(max((b - a for a, b in answers), default=0))
        found = []
        for (low, high), (a, b) in zip(bounds, answers, strict=True):
            rows = self.starts[low : high + 1] - a
            matrix = csr_array(
                (ones[: b - a], self.pair[a:b], rows), shape=(high - low, len(self.pair_label))
            )
            found.append((slice(low, high), matrix, matrix.T))
        return tuple(found)

    @cached_property
    def each(self) -> int:
        """How many answers every task has, 0 if some have more than others."""
        given = np.diff(self.starts)
        return int(given[0]) if len(given) and (given == given[0]).all() else 0

    def scatter(self, values: Floats) -> Floats:
        """Sum over each pair's answers of `values[task]` (tasks x n): pairs x n."""
        total = np.zeros((len(self.pair_label), values.shape[1]))
        for tasks, _, transposed in self.blocks:
            total += transposed @ values[tasks]
        return total

    def by_annotator(self, pairs: Floats) -> Floats:
        """Sum of a quantity of pairs (pairs x n) over each annotator's: annotators x n."""
        return np.asarray(self._sums @ pairs)

    def at_label(self, pairs: Floats) -> Floats:
        """Of a quantity of pairs by class (pairs x classes) that of the pair's own label, 0 if never true."""
        own = pairs[np.arange(len(pairs)), np.minimum(self.pair_label, self.classes - 1)]
        return np.where(self.pair_label < self.classes, own, 0.0)

    @cached_property
    def answers(self) -> Floats:
        """How many answers each pair stands for."""
        return np.bincount(self.pair, minlength=len(self.pair_label)).astype(np.float64)

    @cached_property
    def _sums(self) -> csr_array:
        ones = np.ones(len(self.pair_label))
        rows = np.searchsorted(self.pair_annotator, np.arange(self.annotators + 1))
        columns = np.arange(len(self.pair_label))
        return csr_array((ones, columns, rows), shape=(self.annotators, len(self.pair_label)))


def tabulate(
    *,
    task: npt.ArrayLike,
    annotator: npt.ArrayLike,
    label: npt.ArrayLike,
    classes: int | None = None,
    tasks: int | None = None,
    annotators: int | None = None,
) -> Table:
    """Lay out answers; sizes are taken from the codes unless given.

    Raises ValueError for codes that are no whole numbers from 0 (NaN among them) or beyond a given size.
    """
    t, a, v = (
        _codes(codes, name=name)
        for codes, name in ((task, "task"), (annotator, "annotator"), (label, "label"))
    )
    if not len(t) == len(a) == len(v):
        raise ValueError("an answer has a task, an annotator and a label")
    tasks, annotators = _size(t, tasks, "task"), _size(a, annotators, "annotator")
    labels = max(int(v.max(initial=-1)) + 1, classes or 0)
    starts, given, pair = _sorted(t, a, v, sizes=(tasks, annotators, labels))
    pairs = np.flatnonzero(given)
    return Table(
        starts=starts,
        pair=pair,
        pair_annotator=pairs // max(labels, 1),
        pair_label=pairs % max(labels, 1),
        tasks=tasks,
        annotators=annotators,
        labels=labels,
        classes=labels if classes is None else classes,
    )


def _sorted(
    task: Ints, annotator: Ints, label: Ints, *, sizes: tuple[int, int, int]
) -> tuple[npt.NDArray[np.int32], Ints, npt.NDArray[np.int32]]:
    """Where each task's answers begin, how often each (annotator, label) occurs, and the answers' pairs in
    order: two counting sorts, in half of the time of one by comparison."""
    tasks, annotators, labels = sizes
    n, cells = len(task), annotators * labels
    # As narrow as they can be: to touch new memory costs more than the arithmetic.
    cell = np.empty(n, dtype=np.int32 if cells < 1 << 31 else np.int64)
    np.multiply(annotator, labels, out=cell, casting="unsafe")
    np.add(cell, label, out=cell, casting="unsafe")
    starts = np.zeros(tasks + 1, dtype=np.int32)
    np.cumsum(np.bincount(task, minlength=tasks), out=starts[1:])
    ones = np.ones(n, dtype=np.int8)
    if (task[1:] >= task[:-1]).all():  # as they mostly come
        by_cell = csr_array((ones, cell, starts), shape=(tasks, cells)).tocsc()
        rows = by_cell.indices
    else:
        by_cell = csr_array((ones, cell, np.arange(n + 1, dtype=np.int32)), shape=(n, cells)).tocsc()
        rows = task[by_cell.indices].astype(np.int32)
    given = np.diff(by_cell.indptr)
    ends = np.concatenate([[0], by_cell.indptr[1:][given > 0]]).astype(np.int32)
    by_task = csc_array((ones, rows, ends), shape=(tasks, len(ends) - 1)).tocsr()
    return starts, given, by_task.indices


def _codes(codes: npt.ArrayLike, name: str) -> Ints:
    found = np.asarray(codes)
    if found.size == 0:
        return np.zeros(0, dtype=np.int64)
    if found.ndim != 1 or found.dtype.kind not in "iu" or found.min() < 0:
        raise ValueError(f"{name} codes must be whole numbers from 0")
    return found.astype(np.int64, copy=False)


def _size(codes: Ints, given: int | None, name: str) -> int:
    needed = int(codes.max(initial=-1)) + 1
    if given is not None and needed > given:
        raise ValueError(f"{name} code {needed - 1} is beyond {given}")
    return needed if given is None else given

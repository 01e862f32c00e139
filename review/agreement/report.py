"""Everything that is said about the agreement in a set of tasks: questions, shapes, people, sites, time.

Whoever reads the answers (review/sampling.py) makes a `Sample`; what comes out is plain data, ready for a
page or for JSON. A measure with too little behind it is left out (None).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from review.agreement.alpha import interval_alpha, krippendorff_alpha, ordinal_alpha
from review.agreement.interval import Measured, measure
from review.agreement.kappa import cohen_kappa_of_codes, fleiss_kappa
from review.agreement.pairs import SAME_OBJECT, Pair, pair_up
from review.agreement.shapes import THRESHOLDS, distance_alpha
from review.consensus.answers import Answer, Field, Spec
from review.consensus.crowd import UNKNOWN_CROWD
from review.consensus.fields import as_text
from review.consensus.lots import Case

Codes = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
SHAPE_TASKS = 300  # matching shapes costs more than comparing choices
MOST_PAIRS = 60
CELL_TASKS = 60


@dataclass(frozen=True, slots=True)
class SampledTask:
    """One task's answers; `settled` is the consensus payload where there is one, `day` when it was answered,
    `size` the image's width and height."""

    task: int
    answers: tuple[Answer, ...]
    settled: Mapping[str, Any] | None
    day: date | None
    size: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sample:
    """`sites`: each annotator's site, by person."""

    spec: Spec
    tasks: Sequence[SampledTask]
    sites: Mapping[int, str]


def report(sample: Sample) -> dict[str, Any]:
    """The agreement among a sample's answers: see docs/client.md for its JSON."""
    shaped = [
        Case(answers=task.answers, spec=sample.spec, crowd=UNKNOWN_CROWD, size=task.size)
        for task in sample.tasks[:SHAPE_TASKS]
    ]
    pairs = pair_up(shaped) if sample.spec.classes else []
    return {
        "tasks": len(sample.tasks),
        "answers": sum(len(task.answers) for task in sample.tasks),
        "questions": [
            found for field in sample.spec.tags if (found := _question(field, sample.tasks)) is not None
        ],
        "shapes": _shapes(pairs, shaped, sample) if pairs else None,
        "people": _people(sample, pairs),
        "pairs": _couples(sample, pairs),
        "sites": _by(sample, pairs, lambda task, a: sample.sites.get(a.annotator, "")),
        "days": _by(sample, pairs, lambda task, a: task.day.isoformat() if task.day else ""),
    }


def plain(measured: Measured | None) -> dict[str, float | int] | None:
    if measured is None:
        return None
    return {
        "value": round(measured.value, 4),
        "low": round(measured.low, 4),
        "high": round(measured.high, 4),
        "items": measured.items,
    }


def _safe(items: Codes, statistic: Callable[[Bools], float], *, least: float = -1.0) -> Measured | None:
    try:
        return measure(items, statistic, least=least) if len(items) else None
    except ValueError:
        return None


def _question(field: Field, tasks: Sequence[SampledTask]) -> dict[str, Any] | None:
    """Alpha and kappa of one tag group, and who said what where something else was settled."""
    items: list[int] = []
    values: list[str] = []
    for i, task in enumerate(tasks):
        for answer in task.answers:
            items.append(i)
            values.append(_word(answer.tags.get(field.key)))
    if not any(values):
        return None
    codes = _codes(field, values)
    at = np.array(items)
    scale, alpha = _alpha(field, at, values, codes)
    return {
        "key": field.key,
        "scale": scale,
        "alpha": plain(alpha),
        "kappa": plain(_safe(at, lambda kept: fleiss_kappa(_dense(at[kept]), codes[kept]))),
        "confusion": _confusion(field, tasks),
    }


def _alpha(field: Field, at: Codes, values: list[str], codes: Codes) -> tuple[str, Measured | None]:
    if field.kind == "number":
        given = np.array([value != "" for value in values])
        numbers = np.array([float(value) if value else 0.0 for value in values])
        return "interval", _safe(
            at[given], lambda kept: interval_alpha(_dense(at[given][kept]), numbers[given][kept])
        )
    if field.ordered:
        return "ordinal", _safe(at, lambda kept: ordinal_alpha(_dense(at[kept]), codes[kept]))
    return "nominal", _safe(at, lambda kept: krippendorff_alpha(_dense(at[kept]), codes[kept]))


def _confusion(field: Field, tasks: Sequence[SampledTask]) -> list[dict[str, Any]]:
    """Cells, the settled value's by row and the said one's by column, with the latest tasks behind each."""
    behind: dict[tuple[str, str], list[int]] = defaultdict(list)
    if field.kind in ("number", "text"):
        return []
    for task in tasks:
        settled = (task.settled or {}).get("tags", {}).get(field.key)
        if settled is None:
            continue
        for answer in task.answers:
            behind[_word(settled.get("value")), _word(answer.tags.get(field.key))].append(task.task)
    return _cells(behind, field.options)


def _shapes(pairs: Sequence[Pair], cases: Sequence[Case], sample: Sample) -> dict[str, Any]:
    at = np.array([pair.image for pair in pairs])
    iou = np.array([pair.mean_iou() for pair in pairs])
    f1 = np.array([pair.f1(0.5) for pair in pairs])
    wide = np.array([np.mean([pair.f1(least) for least in THRESHOLDS]) for pair in pairs])
    across = 1.0 - np.array([pair.mean_iou() for pair in pair_up(_crossed(cases))])
    behind: dict[tuple[str, str], list[int]] = defaultdict(list)
    place = {label: i for i, label in enumerate(sample.spec.classes)}
    for pair in pairs:
        for similarity, *said in pair.matches:
            if similarity >= SAME_OBJECT:
                # Neither of the two is the right one, so both orders are one cell.
                a, b = sorted(said, key=lambda label: (place.get(label, len(place)), label))
                behind[a, b].append(sample.tasks[pair.image].task)
    return {
        "tasks": len(cases),
        "alpha": plain(_safe(at, lambda kept: distance_alpha(1.0 - iou[kept], across))),
        "mean_iou": plain(_mean(at, iou)),
        "f1_50": plain(_mean(at, f1)),
        "f1_50_95": plain(_mean(at, wide)),
        "classes": [
            {"key": label, **found}
            for label in sample.spec.classes
            if (found := _class(label, pairs, at)) is not None
        ],
        "confusion": _cells(behind, tuple(sample.spec.classes)),
    }


def _class(label: str, pairs: Sequence[Pair], at: Codes) -> dict[str, Any] | None:
    """F1 at IoU 0.5 of one class, over all its shapes together."""
    same = np.array([2.0 * pair.same_class(label) for pair in pairs])
    drawn = np.array([float(pair.drawn.get(label, 0)) for pair in pairs])
    if not drawn.any():
        return None

    def ratio(kept: Bools) -> float:
        if not drawn[kept].any():
            raise ValueError("nobody drew one")
        return float(same[kept].sum() / drawn[kept].sum())

    found = _safe(at, ratio, least=0.0)
    return {"f1_50": plain(found), "shapes": int(drawn.sum())}


def _crossed(cases: Sequence[Case]) -> list[Case]:
    """Answers of different images side by side, as if they were one: what agrees there agrees by chance."""
    half = len(cases) // 2
    if not half:
        return []
    return [
        replace(case, answers=(case.answers[0], cases[(i + half) % len(cases)].answers[-1]))
        for i, case in enumerate(cases)
    ]


def _people(sample: Sample, pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """Each annotator against everybody they shared a task with, those with the most answers first."""
    settled: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for i, task in enumerate(sample.tasks):
        scores = (task.settled or {}).get("agreement", {})
        for answer in task.answers:
            settled[answer.annotator].append((i, float(scores.get(answer.submission, np.nan))))
    measures = _by(sample, pairs, lambda task, answer: str(answer.annotator))
    found = []
    for one in measures:
        person = int(one.pop("key"))
        rows = [(i, score) for i, score in settled[person] if np.isfinite(score)]
        at, score = np.array([i for i, _ in rows]), np.array([value for _, value in rows])
        found.append({"person": person, **one, "settled": plain(_mean(at, score))})
    return sorted(found, key=lambda one: (-one["answers"], one["person"]))


def _couples(sample: Sample, pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """Each two people with tasks in common, the most first."""
    said: dict[tuple[int, int], list[tuple[int, str, str]]] = defaultdict(list)
    shared: dict[tuple[int, int], set[int]] = defaultdict(set)
    for i, task in enumerate(sample.tasks):
        for x, first in enumerate(task.answers):
            for second in task.answers[x + 1 :]:
                a, b = sorted((first, second), key=lambda answer: answer.annotator)
                shared[a.annotator, b.annotator].add(i)
                said[a.annotator, b.annotator] += _compared(sample.spec, i, a, b)
    drawn: dict[tuple[int, int], list[Pair]] = defaultdict(list)
    for pair in pairs:
        answers = sample.tasks[pair.image].answers
        low, high = sorted((answers[pair.first].annotator, answers[pair.second].annotator))
        drawn[low, high].append(pair)
    most = sorted(shared, key=lambda couple: (-len(shared[couple]), couple))[:MOST_PAIRS]
    return [
        {"people": list(couple), "tasks": len(shared[couple]), **_both(said[couple], drawn[couple])}
        for couple in most
    ]


def _by(
    sample: Sample, pairs: Sequence[Pair], key: Callable[[SampledTask, Answer], str]
) -> list[dict[str, Any]]:
    """Agreement of the answers of one key (a person, a site, a day) with all others to the same tasks."""
    said: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    drawn: dict[str, list[Pair]] = defaultdict(list)
    count: dict[str, int] = defaultdict(int)
    for i, task in enumerate(sample.tasks):
        for x, one in enumerate(task.answers):
            count[key(task, one)] += 1
            for y, other in enumerate(task.answers):
                if x != y:
                    said[key(task, one)] += _compared(sample.spec, i, one, other)
    for pair in pairs:
        task = sample.tasks[pair.image]
        for place in {key(task, task.answers[pair.first]), key(task, task.answers[pair.second])}:
            drawn[place].append(pair)
    return [{"key": name, "answers": count[name], **_both(said[name], drawn[name])} for name in sorted(count)]


def _both(said: list[tuple[int, str, str]], drawn: Sequence[Pair]) -> dict[str, Any]:
    at = np.array([pair.image for pair in drawn])
    asked = np.array([i for i, _, _ in said])
    code = {word: n for n, word in enumerate(sorted({word for _, *both in said for word in both}))}
    first, second = np.array([code[a] for _, a, _ in said]), np.array([code[b] for _, _, b in said])

    def kappa(kept: Bools) -> float:
        return cohen_kappa_of_codes(first[kept], second[kept], kinds=len(code))

    return {
        "kappa": plain(_safe(asked, kappa)),
        "mean_iou": plain(_mean(at, np.array([pair.mean_iou() for pair in drawn]))),
        "f1_50": plain(_mean(at, np.array([pair.f1(0.5) for pair in drawn]))),
    }


def _compared(spec: Spec, item: int, a: Answer, b: Answer) -> list[tuple[int, str, str]]:
    """What two people said to each question of choice; questions apart, as their values mean other things."""
    return [
        (item, f"{f.key}:{_word(a.tags.get(f.key))}", f"{f.key}:{_word(b.tags.get(f.key))}")
        for f in spec.tags
        if f.kind not in ("number", "text") and (f.key in a.tags or f.key in b.tags)
    ]


def _mean(at: Codes, values: npt.NDArray[np.float64]) -> Measured | None:
    def mean(kept: Bools) -> float:
        if not kept.any():
            raise ValueError("nothing to average")
        return float(values[kept].mean())

    return _safe(at, mean, least=0.0)


def _cells(behind: Mapping[tuple[str, str], list[int]], order: Sequence[str]) -> list[dict[str, Any]]:
    place = {key: i for i, key in enumerate(order)}
    ordered = sorted(behind, key=lambda cell: [(place.get(key, len(place)), key) for key in cell])
    # Ids of the tasks behind a cell are for the page that opens them, the latest first.
    return [
        {
            "row": row,
            "column": column,
            "count": len(behind[row, column]),
            "tasks": _latest(behind[row, column]),
        }
        for row, column in ordered
    ]


def _latest(tasks: list[int]) -> list[int]:
    return sorted(set(tasks), reverse=True)[:CELL_TASKS]


def _word(value: Any) -> str:
    return "+".join(value) if isinstance(value, (tuple, list)) else as_text(value)


def _codes(field: Field, values: Sequence[str]) -> Codes:
    """Values as codes, in the scale's order where there is one."""
    order = [*field.options, *sorted(set(values) - set(field.options))]
    code = {value: i for i, value in enumerate(order)}
    return np.array([code[value] for value in values])


def _dense(items: Codes) -> Codes:
    """Codes without the gaps that leaving out a group makes."""
    return np.asarray(np.unique(items, return_inverse=True)[1])

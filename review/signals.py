"""Signs that somebody answers without looking, or copies: for a supervisor to look into, never a verdict.

Pure: answers of one person and of others at the same tasks go in, signs with their figures come out.
Each compares the person with the others at the very same images, so a project of easy images accuses nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

ENOUGH = 20  # tasks that others have answered, too
QUICK = 0.25  # of the others' time
SAME, OTHERS_SAME = 0.95, 0.7  # share of one choice among one's own answers, and among the others'
COPIES = 3  # answers drawn alike to a tenth of a pixel; by chance there is none
LOW, FEWEST = 0.2, 15  # mean agreement with what was settled, over so many tasks with shapes


@dataclass(frozen=True, slots=True)
class Given:
    """One answer. `agreement` is missing while its task is not settled; `as_drafted`: taken over from a
    prediction as it was, which makes honest people's answers alike."""

    task: int
    person: int
    active_ms: int
    payload: Mapping[str, Any]
    agreement: float | None = None
    as_drafted: bool = False


@dataclass(frozen=True, slots=True)
class Sign:
    """`kind`: quick, same, copies or random; `figures` fill its sentence."""

    kind: str
    figures: Mapping[str, Any] = field(default_factory=dict)


def signs_of(*, own: Sequence[Given], others: Sequence[Given]) -> list[Sign]:
    """The signs, the gravest first. `others` are answers at the same tasks."""
    found = [_copies(own, others), _random(own), _quick(own, others), _same(own, others)]
    return [sign for sign in found if sign is not None]


def drawn(payload: Mapping[str, Any]) -> frozenset[str]:
    """Its shapes to a tenth of a pixel, whatever their ids and order."""
    return frozenset(
        f"{shape['class']} {shape['type']} {_rounded(shape[shape['type']])}" for shape in payload["shapes"]
    )


def _rounded(value: Any) -> str:
    if isinstance(value, int | float):
        return f"{value:.1f}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_rounded, value))}]"
    return str(value)


def _copies(own: Sequence[Given], others: Sequence[Given]) -> Sign | None:
    theirs: dict[int, list[Given]] = {}
    for given in others:
        theirs.setdefault(given.task, []).append(given)
    sources: Counter[int] = Counter()
    for mine in own:
        shapes = drawn(mine.payload)
        if shapes and not mine.as_drafted:
            sources.update({g.person for g in theirs.get(mine.task, ()) if drawn(g.payload) == shapes})
    if not sources:
        return None
    person, count = sources.most_common(1)[0]
    return Sign("copies", {"person": person, "count": count}) if count >= COPIES else None


def _random(own: Sequence[Given]) -> Sign | None:
    scores = [g.agreement for g in own if g.agreement is not None and g.payload["shapes"]]
    mean = sum(scores) / len(scores) if len(scores) >= FEWEST else 1.0
    return Sign("random", {"mean": mean, "count": len(scores)}) if mean < LOW else None


def _quick(own: Sequence[Given], others: Sequence[Given]) -> Sign | None:
    times: dict[int, list[int]] = {}
    for given in others:
        times.setdefault(given.task, []).append(given.active_ms)
    common = [(g.active_ms, median(times[g.task])) for g in own if g.task in times and not g.as_drafted]
    if len(common) < ENOUGH:
        return None
    mine, theirs = median(ms for ms, _ in common), median(ms for _, ms in common)
    if mine >= QUICK * theirs:
        return None
    return Sign("quick", {"own": mine / 1000, "others": theirs / 1000, "count": len(common)})


def _same(own: Sequence[Given], others: Sequence[Given]) -> Sign | None:
    tasks = {g.task for g in others}
    common = [g for g in own if g.task in tasks]
    mine, theirs = _choices(common), _choices(others)
    for question, choices in mine.items():
        (choice, count), total = choices.most_common(1)[0], sum(choices.values())
        among_others = theirs.get(question, Counter())
        share = among_others[choice] / max(1, sum(among_others.values()))
        if total >= ENOUGH and count >= SAME * total and share <= OTHERS_SAME:
            return Sign("same", {"choice": choice, "share": count / total, "others": share})
    return None


def _choices(answers: Sequence[Given]) -> dict[str, Counter[str]]:
    """How often each choice was made: by question, and for shapes by class."""
    found: dict[str, Counter[str]] = {}
    for given in answers:
        for key, value in given.payload["tags"].items():
            if isinstance(value, str):
                found.setdefault(f"tag {key}", Counter())[value] += 1
        for shape in given.payload["shapes"]:
            found.setdefault("class", Counter())[shape["class"]] += 1
    return found

"""The answer to one question from several people: a tag group of the image, or an attribute of a shape."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from review.consensus import votes
from review.consensus.answers import Field, TagValue
from review.consensus.classes.ordinal import median_class
from review.consensus.classes.tree import deepest, roll_up
from review.consensus.habits import NO, YES, Habits
from review.consensus.results import Outlook
from review.consensus.rover import MOST, rover, similarity

OPEN_OPTIONS = 10  # an open question (text, number) has many wrong answers
SAME_NUMBER = 0.01  # numbers this near to each other, relative to the larger, are the same answer


@dataclass(frozen=True, slots=True)
class FieldVote:
    """The chosen value; `votes` counts all by value as text."""

    value: TagValue
    confidence: float
    votes: dict[str, int]
    outlook: Outlook | None = None


@dataclass(frozen=True, slots=True)
class Voters:
    """Who gave the values, one entry a value; `habits` is what a full pass knows of this question, and by
    option of each option of a multiple choice."""

    skills: Sequence[float]
    people: Sequence[int] = ()
    habits: Habits | None = None
    options: Mapping[str, Habits] = field(default_factory=dict)

    def posterior(self, names: Sequence[str], *, options: int) -> tuple[dict[str, float], Outlook | None]:
        """P(value is true), by falling probability, and the outlook where habits are known."""
        if self.habits is not None and self.habits.knows(names):
            return self._by(self.habits, names)
        return votes.posterior(names, skills=self.skills, options=options), None

    def yes(self, option: str, said: Sequence[bool]) -> tuple[float, Outlook | None]:
        """P(the option holds), from who chose it and who did not."""
        if option in self.options:
            chances, outlook = self._by(self.options[option], [YES if vote else NO for vote in said])
            return chances[YES], outlook
        return votes.yes(said, skills=self.skills), None

    def _by(self, habits: Habits, names: Sequence[str]) -> tuple[dict[str, float], Outlook]:
        raw, by_ease = habits.untempered(names, people=self.people, skills=self.skills)
        outlook = Outlook(tuple(map(tuple, by_ease.tolist())), habits.crowd)
        return habits.honest(raw, answers=len(names)), outlook


def vote_field(field: Field, values: Sequence[TagValue], *, voters: Voters) -> FieldVote:
    """One value from several; None is an answer too: "left open". Needs at least one answer."""
    if field.kind == "multiple":
        return _multiple(field, [_options(value) for value in values], voters)
    if field.kind == "number":
        return _number(values, voters.skills)
    if field.kind == "text":
        return _text(values, voters.skills)
    if field.kind == "tree":
        return _tree(field, [as_text(value) for value in values], voters)
    if field.kind == "checkbox":
        return _single(field, [bool(value) for value in values], voters, options=2)
    return _single(field, values, voters, options=len(field.options) + (not field.required))


def as_text(value: TagValue) -> str:
    """A value as a key of `votes`: "" for left open."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def score_value(field: Field, value: TagValue, *, truth: TagValue) -> float:
    """How far `value` is the true one, 0..1.

    Shared options of a multiple choice, shared steps of a path in a tree, nearness on a scale or in writing;
    else all or nothing.
    """
    if field.kind == "multiple":
        return _jaccard(_options(value), _options(truth))
    if field.kind == "tree":
        return _jaccard(set(_path(field, as_text(value))), set(_path(field, as_text(truth))))
    if field.kind == "text":
        return similarity(_normalised(value), _normalised(truth))
    if field.kind == "checkbox":
        return float(bool(value) == bool(truth))
    if field.kind == "number" and value is not None and truth is not None:
        return float(_near(_as_number(value), _as_number(truth)))
    if field.ordered and value in field.options and truth in field.options:
        apart = abs(field.options.index(str(value)) - field.options.index(str(truth)))
        return 1.0 - apart / max(len(field.options) - 1, 1)
    return float(value == truth)


def _single(field: Field, values: Sequence[TagValue], voters: Voters, *, options: int) -> FieldVote:
    """The likeliest option; of options on a scale the one in the middle of the posterior."""
    names = [as_text(value) for value in values]
    chances, outlook = voters.posterior(names, options=options)
    chosen = next(iter(chances))
    if field.ordered and chosen:
        scale = np.array([[chances.get(key, 0.0) for key in field.options]])
        chosen = field.options[int(median_class(scale / scale.sum())[0])]
    value = values[names.index(chosen)] if chosen in names else chosen
    return FieldVote(value=value, confidence=chances.get(chosen, 0.0), votes=_count(names), outlook=outlook)


def _tree(field: Field, names: Sequence[str], voters: Voters) -> FieldVote:
    """By the habits where a full pass knows them: the chances of all nodes, descended (classes/tree.py).

    Else from the root down: a vote among the branches by those who went there, as long as it is likelier
    than not; who says "dog" has also said "animal", and who says "animal" has not denied the dog."""
    if voters.habits is not None and voters.habits.knows(names):
        return _descend(field, names, voters)
    skills = voters.skills
    paths = [_path(field, name) for name in names]
    chosen, confidence = "", 1.0
    for depth in range(max(map(len, paths))):
        inside = [r for r, path in enumerate(paths) if chosen == "" or chosen in path]
        steps = [paths[r][depth] for r in inside if len(paths[r]) > depth]
        said = [skills[r] for r in inside if len(paths[r]) > depth]
        if not steps:
            break
        options = sum(parent == chosen for parent in field.parents) + (not field.required and not depth)
        best, chance = next(iter(votes.posterior(steps, skills=said, options=max(options, 1)).items()))
        is_thin = chance <= 0.5 or 2 * len(steps) < len(inside)
        if depth and is_thin and not field.leaves_only:
            break
        chosen, confidence = best, confidence * chance
        if not chosen:
            break
    return FieldVote(value=chosen or None, confidence=confidence, votes=_count(names))


def _descend(field: Field, names: Sequence[str], voters: Voters) -> FieldVote:
    """The deepest node likelier than not; "left open" is a root of its own."""
    chances, outlook = voters.posterior(names, options=0)
    nodes = [*field.options, ""]
    number = {key: i for i, key in enumerate(field.options)}
    parents = np.array([*(number.get(parent, -1) for parent in field.parents), -1])
    posterior = np.array([[chances.get(node, 0.0) for node in nodes]])
    total, roots = roll_up(posterior, parents)[0], np.flatnonzero(parents < 0)
    found = int(deepest(posterior, parents, leaves_only=field.leaves_only)[0])
    if found < 0:
        found = int(roots[total[roots].argmax()])
    return FieldVote(
        value=nodes[found] or None, confidence=float(total[found]), votes=_count(names), outlook=outlook
    )


def _path(field: Field, name: str) -> list[str]:
    """From the root to the node; of "left open", and of a node no longer there, itself alone."""
    parents = dict(zip(field.options, field.parents, strict=True))
    path = [name]
    while parents.get(path[0]):
        path.insert(0, parents[path[0]])
    return path


def _multiple(field: Field, values: Sequence[set[str]], voters: Voters) -> FieldVote:
    """Each option is a yes or no of its own; the group is as sure as its least sure option."""
    named = set().union(*values)
    options = [*field.options, *sorted(named - set(field.options))]
    said = {o: voters.yes(o, [o in value for value in values]) for o in options}
    least = min(said.values(), key=lambda one: max(one[0], 1.0 - one[0]), default=(1.0, None))
    return FieldVote(
        value=tuple(option for option in options if said[option][0] > 0.5),
        confidence=max(least[0], 1.0 - least[0]),
        votes={o: sum(o in value for value in values) for o in options if o in named},
        outlook=least[1],
    )


def _number(values: Sequence[TagValue], skills: Sequence[float]) -> FieldVote:
    """The weighted median; its confidence is a vote in which near-equal numbers are one value."""
    counts = _count([as_text(value) for value in values])
    numbers = [None if value is None else _as_number(value) for value in values]
    given = sorted((n, skill) for n, skill in zip(numbers, skills, strict=True) if n is not None)
    filled = votes.yes([n is not None for n in numbers], skills=skills)
    if not given or filled < 0.5:
        return FieldVote(value=None, confidence=1.0 - filled, votes=counts)
    median = _weighted_median(given)
    names = ["" if n is None else "same" if _near(n, median) else f"{n:g}" for n in numbers]
    chances = votes.posterior(names, skills=skills, options=OPEN_OPTIONS)
    value = int(median) if median.is_integer() else median
    return FieldVote(value=value, confidence=chances["same"], votes=counts)


def _weighted_median(given: Sequence[tuple[float, float]]) -> float:
    """The least number with half of the weight at or below it: always one that somebody gave."""
    half, below = sum(skill for _, skill in given) / 2.0, 0.0
    for number, skill in given:
        below += skill
        if below >= half:
            return number
    return given[-1][0]


def _text(values: Sequence[TagValue], skills: Sequence[float]) -> FieldVote:
    """The most trusted reading after normalising, written as most of its voters wrote it; where no reading is
    likelier than not, one fused place by place."""
    keys = [_normalised(value) for value in values]
    chosen, confidence = next(iter(votes.posterior(keys, skills=skills, options=OPEN_OPTIONS).items()))
    if confidence <= 0.5 and len(keys) > 2 and all(keys) and max(map(len, keys)) <= MOST:
        fused, confidence = rover([_tidy(value) for value in values], skills=skills)
        return FieldVote(value=fused, confidence=confidence, votes=_count(keys))
    written = sorted(str(v).strip() for v, key in zip(values, keys, strict=True) if key == chosen and key)
    value = max(written, key=written.count) if written else None
    return FieldVote(value=value, confidence=confidence, votes=_count(keys))


def _tidy(value: TagValue) -> str:
    text = unicodedata.normalize("NFKC", "" if value is None else str(value))
    return re.sub(r"\s+", " ", text).strip()


def _normalised(value: TagValue) -> str:
    return _tidy(value).casefold()


def _as_number(value: TagValue) -> float:
    if isinstance(value, (int, float)):
        return float(value)
    raise ValueError(f"{value!r} is no number")


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= SAME_NUMBER * max(abs(a), abs(b))


def _options(value: TagValue) -> set[str]:
    return set(value) if isinstance(value, tuple) else set()


def _count(names: Sequence[str]) -> dict[str, int]:
    return {name: names.count(name) for name in sorted(set(names))}


def _jaccard(a: set[str], b: set[str]) -> float:
    return len(a & b) / len(a | b) if a | b else 1.0

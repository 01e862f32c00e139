"""Consensus over the objects of many images at once: match, then existence, class, geometry, attributes.

All images of a call go through the same arrays; what one image gets does not depend on the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from review.consensus.agree import Scores, credits
from review.consensus.answers import Answer, Field, Shape, Spec, TagValue
from review.consensus.called import QUESTION, name_by
from review.consensus.existence import kinds
from review.consensus.fields import Voters, vote_field
from review.consensus.kinds import Drawn
from review.consensus.lots import Case, Lot, People, gather_lots, gather_people
from review.consensus.matching import Floats, Ints
from review.consensus.naming import Named, name
from review.consensus.relations import relate
from review.consensus.results import CONFIDENCE_DIGITS, ShapeConsensus

OCCLUDED = Field("occluded", "checkbox")
ON_TOP = 2.0  # the layer of what covers nothing


@dataclass(frozen=True, slots=True)
class ObjectConsensus:
    """`credit[answer][i]`: what the answer earns at accepted shape i, 0..1, for the agreement scores."""

    shapes: tuple[ShapeConsensus, ...]
    rejected: tuple[ShapeConsensus, ...]
    credit: tuple[Scores, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A concluded candidate: its place among the shapes, what each answer drew there, and earns by it."""

    place: tuple[object, ...]
    drawn: tuple[Shape | None, ...]
    shape: ShapeConsensus
    earned: Scores


@dataclass(frozen=True, slots=True)
class Described:
    """What is said of a shape beside its class; `confidence`: of the least sure attribute."""

    attributes: Mapping[str, TagValue]
    confidence: float
    occluded: bool


NOTHING_SAID = Described({}, 1.0, False)


def conclude_objects(cases: Sequence[Case]) -> list[ObjectConsensus]:
    """One consensus shape for each candidate, accepted where it is more likely there than not."""
    people = gather_people(cases)
    found: list[list[Found]] = [[] for _ in cases]
    for lot in gather_lots(cases):
        _conclude_lot(lot, cases, people, found)
    return [_consensus(candidates, case.answers) for candidates, case in zip(found, cases, strict=True)]


def _consensus(candidates: list[Found], answers: Sequence[Answer]) -> ObjectConsensus:
    candidates.sort(key=lambda one: one.place)
    accepted = [one for one in candidates if one.shape.existence > 0.5]
    rejected = [one for one in candidates if one.shape.existence <= 0.5]
    shapes = [one.shape.numbered(f"c{i}") for i, one in enumerate(accepted, start=1)]
    return ObjectConsensus(
        shapes=relate(shapes, [one.drawn for one in accepted], answers),
        rejected=tuple(one.shape.numbered(f"r{i}") for i, one in enumerate(rejected, start=1)),
        credit=tuple(tuple(one.earned[r] for one in accepted) for r in range(len(answers))),
    )


def _conclude_lot(lot: Lot, cases: Sequence[Case], people: People, found: list[list[Found]]) -> None:
    """Add the lot's candidates to those `found` in each case."""
    items, members = lot.items, lot.group(seats=people.who.shape[1])
    image, seen = lot.image[members.max(axis=1)], members >= 0
    who = people.who[image]
    mix = np.array([case.crowd.mix for case in cases])[image]
    spurious = kinds(seen, who >= 0, mix=mix, hits=people.hits[who])[:, 0]
    size = np.array([case.size for case in cases], dtype=np.float64)[image]
    fused = lot.kind.fuse(Drawn(items, members, people.bias[who], people.spread[who], size))
    names, labels = lot.labels()
    labels = np.where(seen, labels[members], -1)
    options = np.array([len(case.spec.classes) for case in cases])[image]
    named = name(labels, skill=people.skill[who], options=options)
    named = _called(named, labels, names, cases, image, skill=people.skill[who])
    alike = seen & (labels == named.label[:, None])
    earned = credits(fused.similarity, same_class=alike)
    everybody = ((earned > 0) | (who < 0)).all(axis=1)
    submissions = [tuple([answer.submission for answer in case.answers]) for case in cases]
    rows = zip(
        image.tolist(),
        members.tolist(),
        alike.tolist(),
        earned.tolist(),
        everybody.tolist(),
        _places(lot, members),
        fused.geometries,
        [names[number] for number in named.label.tolist()],
        np.round(1.0 - spurious, CONFIDENCE_DIGITS).tolist(),
        np.round(named.confidence, CONFIDENCE_DIGITS).tolist(),
        np.round(fused.expected, CONFIDENCE_DIGITS).tolist(),
        strict=True,
    )
    for i, row, same, parts, unanimous, place, geometry, label, existence, class_confidence, expected in rows:
        case = cases[i]
        drawn = tuple([lot.shapes[n] if n >= 0 else None for n in row[: len(case.answers)]])
        described = NOTHING_SAID
        if lot.occluded or case.spec.classes.get(label):
            described = _describe(label, drawn, same, case.answers, case.spec)
        agreed, differed = _sides(submissions[i], parts, unanimous)
        shape = ShapeConsensus(
            id="",
            label=label,
            kind=lot.kind.name,
            geometry=geometry,
            attributes=described.attributes,
            existence=existence,
            class_confidence=class_confidence,
            attribute_confidence=described.confidence,
            expected_iou=expected,
            agreed=agreed,
            differed=differed,
            occluded=described.occluded,
        )
        found[i].append(Found(place, drawn, shape, tuple(parts)))


def _called(
    named: Named, labels: Ints, names: Sequence[str], cases: Sequence[Case], image: Ints, *, skill: Floats
) -> Named:
    """The names of the clusters of those images whose people's habits of naming are known."""
    known = [case.crowd.habits.get(QUESTION) for case in cases]
    if not any(known):
        return named
    who = np.full((len(cases), labels.shape[1]), -1, dtype=np.int64)
    for row, case in zip(who, cases, strict=True):
        row[: len(case.answers)] = [answer.annotator for answer in case.answers]
    label, confidence = named.label.copy(), named.confidence.copy()
    for habits in {id(one): one for one in known if one is not None}.values():
        rows = np.flatnonzero(np.array([one is habits for one in known])[image])
        found, sure = name_by(habits, labels[rows], names=names, people=who[image[rows]], skill=skill[rows])
        label[rows[sure]], confidence[rows[sure]] = found.label[sure], found.confidence[sure]
    return Named(label, confidence)


def _sides(
    submissions: tuple[str, ...], parts: Sequence[float], unanimous: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who agreed and who differed, by what they earned."""
    if unanimous:
        return submissions, ()
    sides = list(zip(submissions, parts, strict=False))
    return tuple([s for s, part in sides if part]), tuple([s for s, part in sides if not part])


def _places(lot: Lot, members: Ints) -> list[tuple[object, ...]]:
    """What the shapes of an image are sorted by: the layer where shapes cover each other, then from top to
    bottom and from left to right."""
    seen = members >= 0
    count = seen.sum(axis=1)

    def mean(values: Floats) -> list[float]:
        sums = np.where(seen, values[members], 0.0).sum(axis=1)
        means: list[float] = np.round(sums / count, 6).tolist()
        return means

    bounds = lot.kind.bounds(lot.items)
    layer = mean(lot.layers) if lot.kind.layered else [ON_TOP] * len(members)
    corners = [mean(bounds[:, edge]) for edge in (1, 0, 3, 2)]
    return list(zip(layer, *corners, members.max(axis=1).tolist(), strict=True))


def _describe(
    label: str, drawn: Sequence[Shape | None], same: Sequence[bool], answers: Sequence[Answer], spec: Spec
) -> Described:
    """Attributes and occlusion by vote of those who named the class, and how sure the least sure one is.

    Free text does not count there: a remark is seldom worded twice alike, and that is no dispute.
    """
    voters = [(s, a.skill) for s, a, named in zip(drawn, answers, same, strict=False) if s and named]
    voted = Voters(skills=[skill for _, skill in voters])
    values: dict[str, TagValue] = {}
    least = 1.0
    for field in spec.classes.get(label, ()):
        given = [shape.attributes.get(field.key) for shape, _ in voters]
        if all(value is None for value in given):
            continue
        vote = vote_field(field, given, voters=voted)
        if vote.value is not None:
            values[field.key] = vote.value
        least = least if field.kind == "text" else min(least, vote.confidence)
    occluded = vote_field(OCCLUDED, [shape.occluded for shape, _ in voters], voters=voted)
    return Described(values, least, bool(occluded.value))

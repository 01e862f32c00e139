"""A person's verdict in the form of a consensus: certain, and with who had been right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from review.consensus.agree import Scores, agreement, credits
from review.consensus.answers import Answer, Field, Shape, Spec, parse_answer
from review.consensus.fields import as_text
from review.consensus.likeness import match_shapes
from review.consensus.results import Consensus, ShapeConsensus, TagConsensus
from review.consensus.tags import tag_of

VERDICT = "verdict"


@dataclass(frozen=True, slots=True)
class _Objects:
    shapes: tuple[ShapeConsensus, ...]
    credit: tuple[Scores, ...]


def judge(*, payload: Mapping[str, Any], answers: Sequence[Answer], spec: Spec) -> Consensus:
    """The verdict `payload` (in a submission's form), certain in every part, with each answer's agreement:
    better evidence about skill than any vote. Raises ValueError for numbers no arithmetic survives."""
    verdict = parse_answer(submission=VERDICT, annotator=0, skill=1.0, payload=payload)
    geometries = {shape["id"]: shape[shape.get("type", "box")] for shape in payload.get("shapes", ())}
    ordered = sorted(answers, key=lambda answer: answer.submission)
    tags = [
        _tag(field, verdict, ordered)
        for field in spec.tags
        if any(answer.tags.get(field.key) is not None for answer in (verdict, *ordered))
    ]
    objects = _objects(verdict, ordered, geometries)
    return Consensus(
        tags=tuple(tag for tag, _ in tags),
        shapes=objects.shapes,
        rejected=(),
        doubts=(),
        agreement=agreement(ordered, [scores for _, scores in tags], objects, spec),
    )


def _tag(field: Field, verdict: Answer, answers: Sequence[Answer]) -> tuple[TagConsensus, Scores]:
    """The verdict's value; the votes are those of the annotators, unweighted."""
    given = [answer.tags.get(field.key) for answer in answers]
    names = [name for value in given for name in (value if isinstance(value, tuple) else (as_text(value),))]
    votes = {name: names.count(name) for name in sorted(set(names))}
    return tag_of(field, answers, value=verdict.tags.get(field.key), confidence=1.0, votes=votes)


def _objects(verdict: Answer, answers: Sequence[Answer], geometries: Mapping[str, Any]) -> _Objects:
    """`geometries`: the verdict's own, by shape, as the payload has them; its shapes keep their order, in
    which the later ones lie on top."""
    order = sorted(range(len(verdict.shapes)), key=verdict.layers.__getitem__)
    earned = [_credit(verdict, answer) for answer in answers]
    shapes = [verdict.shapes[i] for i in order]
    return _Objects(
        shapes=tuple(
            _shape(shape, geometries[shape.id], answers, [row[i] for row in earned])
            for i, shape in zip(order, shapes, strict=True)
        ),
        credit=tuple(tuple(row[i] for i in order) for row in earned),
    )


def _credit(verdict: Answer, answer: Answer) -> Scores:
    """What the answer earns at each of the verdict's shapes."""
    similarity, same = np.zeros(len(verdict.shapes)), np.zeros(len(verdict.shapes), dtype=bool)
    for i, j, value in match_shapes(verdict.shapes, answer.shapes):
        similarity[i], same[i] = value, verdict.shapes[i].label == answer.shapes[j].label
    return tuple(credits(similarity, same_class=same).tolist())


def _shape(shape: Shape, geometry: Any, answers: Sequence[Answer], earned: Sequence[float]) -> ShapeConsensus:
    return ShapeConsensus(
        id=shape.id,
        label=shape.label,
        kind=shape.kind,
        geometry=geometry,
        attributes=shape.attributes,
        existence=1.0,
        class_confidence=1.0,
        attribute_confidence=1.0,
        expected_iou=1.0,
        agreed=tuple(a.submission for a, part in zip(answers, earned, strict=True) if part),
        differed=tuple(a.submission for a, part in zip(answers, earned, strict=True) if not part),
        occluded=shape.occluded,
        parent=shape.parent,
        group=shape.group,
    )

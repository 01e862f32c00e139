"""What comes out: consensus tags and shapes with confidence and provenance, and their JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from review.consensus.answers import Numbers, Shape, TagValue

PIXEL_DIGITS = 2
CONFIDENCE_DIGITS = 4


class Outlook(msgspec.Struct, frozen=True, gc=False):
    """What tells whether asking on would help: the `chances` of each value that can be given by how easy the
    task is (classes/ease.py), before they are made honest, and how the `crowd` answers: chance of each value
    (column) where one (row) is true."""

    chances: tuple[Numbers, ...]
    crowd: tuple[Numbers, ...]


@dataclass(frozen=True, slots=True)
class TagConsensus:
    """One tag group's answer. `agreed` and `differed` hold submission ids; `votes` counts, unweighted;
    `outlook`: where a full pass knows how the question is answered."""

    key: str
    value: TagValue
    confidence: float
    votes: Mapping[str, int]
    agreed: tuple[str, ...]
    differed: tuple[str, ...]
    outlook: Outlook | None = None


class ShapeConsensus(msgspec.Struct, frozen=True, gc=False):
    """One fused shape; `geometry` as a payload has it under its kind. `confidence` = `existence` x
    `class_confidence`; `expected_iou`: the similarity to expect with the true shape (IoU for what has an
    area); `attribute_confidence` is that of the least sure attribute, 1.0 without any."""

    id: str
    label: str
    kind: str
    geometry: Any
    attributes: Mapping[str, TagValue]
    existence: float
    class_confidence: float
    attribute_confidence: float
    expected_iou: float
    agreed: tuple[str, ...]
    differed: tuple[str, ...]
    occluded: bool = False
    parent: str | None = None
    group: int | None = None

    @property
    def confidence(self) -> float:
        return self.existence * self.class_confidence

    def numbered(self, id: str) -> "ShapeConsensus":
        return msgspec.structs.replace(self, id=id)

    def drawn(self) -> Shape:
        """As an annotator would have drawn it."""
        fields = {"id": self.id, "class": self.label, "type": self.kind, self.kind: self.geometry}
        fields |= {"attributes": self.attributes, "occluded": self.occluded}
        return msgspec.convert(fields | {"parent": self.parent, "group": self.group}, Shape)

    @property
    def box(self) -> Numbers:
        """x, y, width, height of a box."""
        if self.kind != "box":
            raise ValueError(f"this is a {self.kind}")
        return tuple(self.geometry)


class Doubt(msgspec.Struct, frozen=True, gc=False):
    """How sure the consensus is of one part. `where` is a path into the payload: `tags.garment`, `shapes[3]`,
    `rejected[0]`, or `shapes` for "there is nothing"; `reason` is what to ask a person about it:
    tag_unsure, existence_unsure, class_unsure, attribute_unsure, geometry_unsure or empty_unsure."""

    where: str
    reason: str
    confidence: float
    outlook: Outlook | None = None


@dataclass(frozen=True, slots=True)
class Consensus:
    """What the machine concludes for a task.

    `rejected` are the candidates more likely not there than there; `doubts` names the confidence of every
    part that decides, in the payload's order; `agreement` scores each submission against the whole, 0..1.
    """

    tags: tuple[TagConsensus, ...]
    shapes: tuple[ShapeConsensus, ...]
    rejected: tuple[ShapeConsensus, ...]
    doubts: tuple[Doubt, ...]
    agreement: Mapping[str, float]

    @property
    def confidence(self) -> float:
        """That of the least sure part: a chain is as strong as its weakest link."""
        return min([doubt.confidence for doubt in self.doubts], default=1.0)

    def json(self) -> str:
        """The payload as JSON text."""
        return msgspec.json.encode(self.payload()).decode()

    def payload(self) -> dict[str, Any]:
        return {
            "tags": {tag.key: _tag(tag) for tag in self.tags},
            "shapes": [_shape(shape) for shape in self.shapes],
            "rejected": [_shape(shape) for shape in self.rejected],
            "confidence": round(self.confidence, CONFIDENCE_DIGITS),
            "agreement": {key: round(score, CONFIDENCE_DIGITS) for key, score in self.agreement.items()},
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """Settled, or the reason and the place of the weakest part (both "" when settled), as in `Doubt`;
    `asks`: whether another answer is worth its price, should one be had."""

    settled: bool
    reason: str = ""
    where: str = ""
    asks: bool = True


def _tag(tag: TagConsensus) -> dict[str, Any]:
    return {
        "value": _json(tag.value),
        "confidence": round(tag.confidence, CONFIDENCE_DIGITS),
        "votes": dict(tag.votes),
        "agreed": list(tag.agreed),
        "differed": list(tag.differed),
    }


def _shape(shape: ShapeConsensus) -> dict[str, Any]:
    document = {
        "id": shape.id,
        "class": shape.label,
        "type": shape.kind,
        shape.kind: shape.geometry,
        "attributes": {key: _json(value) for key, value in shape.attributes.items()},
        "confidence": round(shape.confidence, CONFIDENCE_DIGITS),
        "class_confidence": shape.class_confidence,
        "attribute_confidence": round(shape.attribute_confidence, CONFIDENCE_DIGITS),
        "existence": shape.existence,
        "expected_iou": shape.expected_iou,
        "agreed": list(shape.agreed),
        "differed": list(shape.differed),
    }
    if shape.occluded:
        document["occluded"] = True
    if shape.parent is not None:
        document["parent"] = shape.parent
    if shape.group is not None:
        document["group"] = shape.group
    return document


def _json(value: TagValue) -> Any:
    return list(value) if isinstance(value, tuple) else value

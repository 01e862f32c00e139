"""What goes in: one annotator's answer to one task, and the label schema it answers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TagValue = str | float | bool | tuple[str, ...] | None
Box = tuple[float, float, float, float]  # x, y, width, height in pixels of the upright image


@dataclass(frozen=True, slots=True)
class Shape:
    """One box an annotator drew; `label` is the key of its class."""

    id: str
    label: str
    box: Box
    attributes: Mapping[str, TagValue]


@dataclass(frozen=True, slots=True)
class Answer:
    """One submission, parsed. `skill` is the annotator's expected accuracy, strictly inside 0..1."""

    submission: str
    annotator: int
    skill: float
    tags: Mapping[str, TagValue]
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A question with a closed or open set of values: a tag group, or an attribute of a class.

    kind: single, select (one of options), multiple (any of options), checkbox, number, text.
    """

    key: str
    kind: str
    options: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Spec:
    """The part of a label schema that consensus needs: keys in the schema's order."""

    classes: Mapping[str, tuple[Field, ...]]
    tags: tuple[Field, ...]


def parse_spec(spec: Mapping[str, Any]) -> Spec:
    return Spec(
        classes={c["key"]: tuple(map(_field, c.get("attributes", ()))) for c in spec.get("classes", ())},
        tags=tuple(map(_field, spec.get("tags", ()))),
    )


def _field(field: Mapping[str, Any]) -> Field:
    return Field(
        key=field["key"],
        kind=field["kind"],
        options=tuple(option["key"] for option in field.get("options", ())),
        required=bool(field.get("required", False)),
    )


def parse_answer(*, submission: str, annotator: int, skill: float, payload: Mapping[str, Any]) -> Answer:
    """Read a payload that already fits its schema; raise ValueError for numbers no arithmetic survives."""
    if not 0.0 <= skill <= 1.0:  # also refuses NaN
        raise ValueError(f"skill must be in 0..1, not {skill}")
    shapes = (_shape(shape, where=f"shapes[{i}]") for i, shape in enumerate(payload.get("shapes", ())))
    return Answer(
        submission=submission,
        annotator=annotator,
        skill=min(max(skill, 0.01), 0.99),  # nobody is beyond doubt, nobody is worthless
        tags={key: _value(value, where=f"tags.{key}") for key, value in payload.get("tags", {}).items()},
        # Sorted, so that the order a person drew in changes nothing.
        shapes=tuple(sorted(shapes, key=_order)),
    )


def _order(shape: Shape) -> tuple[Box, str, str, str]:
    return shape.box, shape.label, repr(sorted(shape.attributes.items())), shape.id


def _shape(shape: Mapping[str, Any], *, where: str) -> Shape:
    box = tuple(float(number) for number in shape["box"])
    if len(box) != 4 or not all(map(math.isfinite, box)) or box[2] <= 0 or box[3] <= 0:
        raise ValueError(f"{where}.box must be four finite numbers with a positive size")
    attributes = shape.get("attributes", {})
    return Shape(
        id=str(shape["id"]),
        label=str(shape["class"]),
        box=(box[0], box[1], box[2], box[3]),
        attributes={k: _value(v, where=f"{where}.attributes.{k}") for k, v in attributes.items()},
    )


def _value(value: Any, *, where: str) -> TagValue:
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, (int, float)):
        if not math.isfinite(value):
            raise ValueError(f"{where} must be a finite number")
        return float(value) if isinstance(value, float) else value
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return tuple(sorted(set(value)))
    raise ValueError(f"{where} has a value of an unknown kind")

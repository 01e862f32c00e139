"""What goes in: one annotator's answer to one task, and the label schema it answers."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import msgspec

TagValue = str | int | float | bool | tuple[str, ...] | None
Numbers = tuple[float, ...]


class Mask(msgspec.Struct, frozen=True):
    """COCO's compressed run lengths; `size` is the image's height and width."""

    size: tuple[int, int]
    counts: str


class Shape(msgspec.Struct, frozen=True, gc=False):
    """One object as an annotator drew it; `label` is the key of its class, `kind` that of its geometry.

    The geometry lies in the field of its kind, as in the payload: pixels of the upright image.
    """

    id: str
    label: str = msgspec.field(name="class")
    kind: str = msgspec.field(name="type", default="box")
    attributes: Mapping[str, TagValue] = {}
    occluded: bool = False
    parent: str | None = None
    group: int | None = None
    box: Numbers | None = None
    rotated_box: Numbers | None = None
    ellipse: Numbers | None = None
    polygon: tuple[Numbers, ...] | None = None
    polyline: Numbers | None = None
    point: Numbers | None = None
    skeleton: Numbers | None = None
    mask: Mask | None = None
    track: tuple[Numbers, ...] | None = None

    @property
    def geometry(self) -> Any:
        return getattr(self, self.kind)


class Answer(msgspec.Struct, frozen=True, gc=False):
    """One submission, parsed. `skill` is the annotator's expected accuracy, strictly inside 0..1.

    The shapes are sorted, so that the order a person drew in changes nothing; `layers` holds each one's
    place in that order, from 0 (below all others) to 1, for kinds that cover each other.
    """

    submission: str
    annotator: int
    skill: float
    tags: Mapping[str, TagValue]
    shapes: tuple[Shape, ...]
    layers: Numbers = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A question with a closed or open set of values: a tag group, or an attribute of a class.

    kind: single, select, radio (one of options), multiple (any of options), checkbox, number, text, tree (one
    of options in a tree: `parents` names each one's, "" for none, before those below it). `ordered`: the
    options lie on a scale; `leaves_only`: a node with finer ones below it is no answer.
    """

    key: str
    kind: str
    options: tuple[str, ...] = ()
    required: bool = False
    ordered: bool = False
    leaves_only: bool = False
    parents: tuple[str, ...] = ()


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
    nodes = list(_nodes(field.get("options", ()), parent=""))
    return Field(
        key=field["key"],
        kind=field["kind"],
        options=tuple(key for key, _ in nodes),
        required=bool(field.get("required", False)),
        ordered=bool(field.get("ordered", False)),
        leaves_only=bool(field.get("leaves_only", False)),
        parents=tuple(parent for _, parent in nodes),
    )


def _nodes(options: Iterable[Mapping[str, Any]], *, parent: str) -> Iterator[tuple[str, str]]:
    """Each option with its parent's key, those of a tree before the finer ones below them."""
    for option in options:
        yield option["key"], parent
        yield from _nodes(option.get("options", ()), parent=option["key"])


class _Payload(msgspec.Struct):
    tags: dict[str, TagValue] = {}
    shapes: tuple[Shape, ...] = ()


_DECODER = msgspec.json.Decoder(_Payload)


def parse_answer(
    *, submission: str, annotator: int, skill: float, payload: Mapping[str, Any] | str
) -> Answer:
    """Read a payload (or its JSON) that already fits its schema; raise ValueError for what no arithmetic
    survives."""
    if not 0.0 <= skill <= 1.0:  # also refuses NaN
        raise ValueError(f"skill must be in 0..1, not {skill}")
    try:
        given = _DECODER.decode(payload) if isinstance(payload, str) else msgspec.convert(payload, _Payload)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
    for i, shape in enumerate(given.shapes):
        if not _is_usable(shape):
            raise ValueError(f"shapes[{i}].{shape.kind} must be finite numbers with a size")
    order = sorted(range(len(given.shapes)), key=[_order(shape) for shape in given.shapes].__getitem__)
    top = max(len(order) - 1, 1)
    return Answer(
        submission=submission,
        annotator=annotator,
        skill=min(max(skill, 0.01), 0.99),  # nobody is beyond doubt, nobody is worthless
        tags={key: _value(value, where=f"tags.{key}") for key, value in given.tags.items()},
        shapes=tuple(given.shapes[i] for i in order),
        layers=tuple(i / top for i in order),
    )


def _is_usable(shape: Shape) -> bool:
    if shape.kind == "box":
        box = shape.box
        # The sum of four pixels is finite exactly where all of them are.
        return box is not None and len(box) == 4 and math.isfinite(sum(box)) and box[2] > 0 < box[3]
    geometry = shape.geometry
    if geometry is None or isinstance(geometry, Mask):
        return geometry is not None
    if shape.kind == "track" and not _is_course(geometry):
        return False
    rings: Sequence[Numbers] = geometry if shape.kind in ("polygon", "track") else (geometry,)
    return len(rings) > 0 and all(len(ring) > 1 and all(map(math.isfinite, ring)) for ring in rings)


def _is_course(track: Sequence[Numbers]) -> bool:
    """Boxes with a size, each in a later frame than the one before."""
    rising = all(a[0] < b[0] for a, b in pairwise(track))
    return rising and all(len(box) == 5 and box[3] > 0 < box[4] for box in track)


def _order(shape: Shape) -> tuple[Any, ...]:
    geometry = shape.box if shape.kind == "box" else (repr(shape.geometry),)
    attributes = repr(sorted(shape.attributes.items())) if shape.attributes else ""
    return shape.kind, geometry, shape.label, attributes, shape.id


def _value(value: TagValue, *, where: str) -> TagValue:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{where} must be a finite number")
    return tuple(sorted(set(value))) if isinstance(value, tuple) else value

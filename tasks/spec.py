"""What a label schema is made of: the JSON of docs/client.md as types. What it means, schemas.py checks."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}\Z")]
Language = Literal["en", "zh-hans"]
# Neither NUL nor half of a surrogate pair can be stored; other control characters cannot be shown.
_PLAIN = r"^[^\x00-\x1f\x7f\ud800-\udfff]*\Z"
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=_PLAIN)]
Words = Annotated[str, msgspec.Meta(max_length=2000, pattern=_PLAIN)]
Names = Annotated[dict[Language, Name], msgspec.Meta(min_length=1)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Place = Annotated[int, msgspec.Meta(ge=0)]
Geometry = Literal["box", "rotated_box", "ellipse", "polygon", "polyline", "point", "skeleton", "mask"]


class Part(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    key: Key
    names: Names


class Option(Part):
    """One answer that may be chosen; in a tree it may have finer ones below it."""

    options: Annotated[list[Option], msgspec.Meta(max_length=1000)] = []


class Field(Part):
    """Something asked about a shape, or, as a tag group, about the whole image."""

    required: bool = False
    options: Annotated[list[Option], msgspec.Meta(max_length=1000)] = []
    minimum: float | None = None
    maximum: float | None = None


class Attribute(Field, kw_only=True):
    kind: Literal["checkbox", "select", "radio", "number", "text"]
    default: bool | float | Words | None = None


class TagGroup(Field, kw_only=True):
    """`ordered`: the options of a single choice lie on a scale. `leaves_only`: a tree's nodes that have
    finer ones below them are no answer."""

    kind: Literal["single", "multiple", "tree", "number", "text"]
    ordered: bool = False
    leaves_only: bool = False


class Point(Part):
    """`at`: where it lies in the box that the skeleton is laid into, as shares of its width and height."""

    at: tuple[Share, Share] | None = None


class Skeleton(msgspec.Struct, forbid_unknown_fields=True):
    """Points in the order of the answers' triples; an edge joins two of them by their places."""

    points: Annotated[list[Point], msgspec.Meta(min_length=1, max_length=200)]
    edges: Annotated[list[tuple[Place, Place]], msgspec.Meta(max_length=1000)] = []


class LabelClass(Part):
    color: Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-fA-F]{6}\Z")] | None = None
    geometries: Annotated[list[Geometry], msgspec.Meta(min_length=1)] = msgspec.field(
        default_factory=lambda: ["box"]
    )
    skeleton: Skeleton | None = None
    attributes: Annotated[list[Attribute], msgspec.Meta(max_length=50)] = []


class Spec(msgspec.Struct, forbid_unknown_fields=True):
    classes: Annotated[list[LabelClass], msgspec.Meta(max_length=1000)] = []
    tags: Annotated[list[TagGroup], msgspec.Meta(max_length=100)] = []

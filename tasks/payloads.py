"""Whether an answer fits its label schema. The first fault refuses it, and says where.

The spec has passed check_schema (schemas.py); what an annotator's browser or a reviewer's sends has not
passed anything.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotator.errors import DomainError
from tasks.shapes import CHECKS, ShapeFault

MAX_SHAPES = 10_000
MAX_TEXT = 2_000
_SHAPE_ID = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")
# NUL and half surrogate pairs cannot be stored; other control characters cannot be shown.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_DETAILS: dict[str, Promise] = {
    "malformed": _("This is not what belongs here."),
    "not_finite": _("A coordinate is not a number."),
    "too_small": _("The box is too small: each side has at least one pixel."),
    "outside": _("The box lies outside the image."),
    "unknown_field": _("There is no such field."),
    "unknown_class": _("The schema has no such class."),
    "wrong_geometry": _("This class is not drawn that way."),
    "unknown_attribute": _("This class has no such attribute."),
    "unknown_tag": _("The schema has no such question."),
    "unknown_option": _("There is no such choice."),
    "repeated_option": _("The same choice is there twice."),
    "repeated_id": _("Two objects have the same id."),
    "bad_id": _("The object's id is not valid."),
    "missing": _("This must be answered."),
    "too_many_shapes": _("There are too many objects."),
    "too_long": _("The text is too long."),
    "unprintable": _("The text has characters that cannot be stored."),
    "below_minimum": _("The number is too small."),
    "above_maximum": _("The number is too large."),
}


class PayloadRefused(DomainError):
    """`code` names the fault, `where` the object: "shapes[3].box"."""

    status = 422

    def __init__(self, code: str, where: str) -> None:
        self.code = code  # type: ignore[misc]
        self.where = where
        super().__init__(_DETAILS[code], where=where)


def check_payload(*, payload: object, spec: Mapping[str, Any], width: int, height: int) -> dict[str, Any]:
    """The answer with its geometry clipped to the image, or PayloadRefused."""
    fields = _record(payload, where="", known={"tags", "shapes"}, needed={"tags", "shapes"})
    tags = _record(fields["tags"], where="tags")
    shapes = fields["shapes"]
    if not isinstance(shapes, list):
        raise PayloadRefused("malformed", "shapes")
    if len(shapes) > MAX_SHAPES:
        raise PayloadRefused("too_many_shapes", "shapes")
    groups = {group["key"]: group for group in spec.get("tags", [])}
    classes = {item["key"]: item for item in spec.get("classes", [])}
    seen: set[str] = set()
    return {
        "tags": _answers(tags, groups, where="tags", unknown="unknown_tag"),
        "shapes": [
            _shape(shape, classes, seen, where=f"shapes[{i}]", width=width, height=height)
            for i, shape in enumerate(shapes)
        ],
    }


def _shape(
    value: object, classes: Mapping[str, Any], seen: set[str], *, where: str, width: int, height: int
) -> dict[str, Any]:
    kind = _record(value, where=where).get("type")
    if not isinstance(kind, str) or kind not in CHECKS:
        raise PayloadRefused("wrong_geometry", f"{where}.type")
    known = {"id", "class", "type", "attributes", kind}
    shape = _record(value, where=where, known=known, needed=known - {"attributes"})
    id_ = shape["id"]
    if not isinstance(id_, str) or not _SHAPE_ID.match(id_):
        raise PayloadRefused("bad_id", f"{where}.id")
    if id_ in seen:
        raise PayloadRefused("repeated_id", f"{where}.id")
    seen.add(id_)
    label = classes.get(shape["class"]) if isinstance(shape["class"], str) else None
    if label is None:
        raise PayloadRefused("unknown_class", f"{where}.class")
    if kind not in label.get("geometries", ["box"]):
        raise PayloadRefused("wrong_geometry", f"{where}.type")
    try:
        geometry = CHECKS[kind](shape[kind], width=width, height=height)
    except ShapeFault as fault:
        raise PayloadRefused(fault.code, f"{where}.{kind}") from None
    attributes = _record(shape.get("attributes", {}), where=f"{where}.attributes")
    fields = {item["key"]: item for item in label.get("attributes", [])}
    checked = _answers(attributes, fields, where=f"{where}.attributes", unknown="unknown_attribute")
    return {"id": id_, "class": shape["class"], "type": kind, kind: geometry, "attributes": checked}


def _answers(
    given: dict[str, object], fields: Mapping[str, Any], *, where: str, unknown: str
) -> dict[str, Any]:
    """Tags or attributes: each known and fitting its field, each required one there."""
    for key in given:
        if key not in fields:
            raise PayloadRefused(unknown, f"{where}.{_short(key)}")
    checked = {}
    for key, field in fields.items():
        value = given.get(key)
        if value is None or value in ("", []):
            if field.get("required"):
                raise PayloadRefused("missing", f"{where}.{key}")
        else:
            checked[key] = _answer(value, field, where=f"{where}.{key}")
    return checked


def _answer(value: object, field: Mapping[str, Any], *, where: str) -> object:
    kind = field["kind"]
    if kind == "checkbox":
        return _typed(value, bool, where)
    if kind in ("select", "single"):
        return _choice(value, field, where)
    if kind == "multiple":
        choices = [_choice(item, field, where) for item in _typed(value, list, where)]
        if len(set(choices)) < len(choices):
            raise PayloadRefused("repeated_option", where)
        return choices
    if kind == "number":
        return _number(value, field, where)
    text = _typed(value, str, where)
    if len(text) > MAX_TEXT:
        raise PayloadRefused("too_long", where)
    if _UNPRINTABLE.search(text):
        raise PayloadRefused("unprintable", where)
    return text


def _choice(value: object, field: Mapping[str, Any], where: str) -> str:
    key: str = _typed(value, str, where)
    if all(option["key"] != key for option in field.get("options", [])):
        raise PayloadRefused("unknown_option", where)
    return key


def _number(value: object, field: Mapping[str, Any], where: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PayloadRefused("malformed", where)
    if isinstance(value, float) and not math.isfinite(value):
        raise PayloadRefused("not_finite", where)
    if abs(value) > 1e15:
        raise PayloadRefused("above_maximum" if value > 0 else "below_minimum", where)
    if field.get("minimum") is not None and value < field["minimum"]:
        raise PayloadRefused("below_minimum", where)
    if field.get("maximum") is not None and value > field["maximum"]:
        raise PayloadRefused("above_maximum", where)
    return value


def _typed(value: object, kind: type, where: str) -> Any:
    if not isinstance(value, kind):
        raise PayloadRefused("malformed", where)
    return value


def _record(
    value: object, *, where: str, known: set[str] | None = None, needed: set[str] | None = None
) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise PayloadRefused("malformed", where)
    for key in value:
        if known is not None and key not in known:
            raise PayloadRefused("unknown_field", _at(where, _short(key)))
    for key in sorted(needed or ()):
        if key not in value:
            raise PayloadRefused("missing", _at(where, key))
    return value


def _at(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _short(key: str) -> str:
    """A stranger's key, fit to be named in an answer."""
    return _UNPRINTABLE.sub("?", key[:40])

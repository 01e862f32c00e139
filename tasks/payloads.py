"""Whether an answer fits its label schema. The first fault refuses it, and says where.

The spec has passed check_schema (schemas.py); what an annotator's browser or a reviewer's sends has not
passed anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tasks.faults import PayloadRefused, check_record
from tasks.questions import check_answers
from tasks.shapes import CHECKS, Frame, ShapeFault

__all__ = ["MAX_SHAPES", "PayloadRefused", "check_payload"]

MAX_SHAPES = 10_000
MAX_GROUP = 9_999
_SHAPE_ID = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")
_TOP = frozenset({"tags", "shapes"})
# Of every shape, whatever its kind; the geometry's own key comes on top.
_NEEDED = {kind: frozenset({"id", "class", "type", kind}) for kind in CHECKS}
_KNOWN = {kind: keys | {"attributes", "occluded", "parent", "group"} for kind, keys in _NEEDED.items()}


def check_payload(*, payload: object, spec: Mapping[str, Any], width: int, height: int) -> dict[str, Any]:
    """The answer with its geometry clipped to the image, or PayloadRefused."""
    fields = check_record(payload, known=_TOP, needed=_TOP)
    shapes = fields["shapes"]
    if not isinstance(shapes, list):
        raise PayloadRefused("malformed", "shapes")
    if len(shapes) > MAX_SHAPES:
        raise PayloadRefused("too_many_shapes", "shapes")
    groups = {group["key"]: group for group in spec.get("tags", [])}
    labels = {item["key"]: _Label(item, width, height) for item in spec.get("classes", [])}
    try:
        tags = check_answers(fields["tags"], groups, unknown="unknown_tag")
    except PayloadRefused as fault:
        raise fault.within("tags") from None
    checked = []
    for i, shape in enumerate(shapes):
        try:
            checked.append(_shape(shape, labels))
        except PayloadRefused as fault:
            raise fault.within(f"shapes[{i}]") from None
    _check_relations(checked)
    return {"tags": tags, "shapes": checked}


class _Label:
    """A class of the schema, read once for all its shapes."""

    def __init__(self, item: Mapping[str, Any], width: int, height: int) -> None:
        keypoints = len(item.get("skeleton", {}).get("points", ()))
        self.frame = Frame(width, height, keypoints)
        self.kinds = frozenset(item.get("geometries", ["box"]))
        self.attributes = {field["key"]: field for field in item.get("attributes", [])}


def _shape(value: object, labels: Mapping[str, _Label]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PayloadRefused("malformed", "")
    kind, name = value.get("type"), value.get("class")
    label = labels.get(name) if isinstance(name, str) else None
    # Before the fields are looked at: a box that calls itself a polygon is drawn the wrong way.
    if not isinstance(kind, str) or kind not in CHECKS or (label and kind not in label.kinds):
        raise PayloadRefused("wrong_geometry", "type")
    shape = check_record(value, known=_KNOWN[kind], needed=_NEEDED[kind])
    id_ = shape["id"]
    if not isinstance(id_, str) or not _SHAPE_ID.match(id_):
        raise PayloadRefused("bad_id", "id")
    if label is None:
        raise PayloadRefused("unknown_class", "class")
    try:
        geometry = CHECKS[kind](shape[kind], label.frame)
    except ShapeFault as fault:
        raise PayloadRefused(fault.code, f"{kind}{fault.at}") from None
    try:
        attributes = check_answers(shape.get("attributes", {}), label.attributes, unknown="unknown_attribute")
    except PayloadRefused as fault:
        raise fault.within("attributes") from None
    checked = {"id": id_, "class": name, "type": kind, kind: geometry, "attributes": attributes}
    if len(shape) > len(_NEEDED[kind]) + ("attributes" in shape):
        checked |= _extras(shape)
    return checked


def _extras(shape: Mapping[str, Any]) -> dict[str, Any]:
    """occluded, parent, group: kept only where they say something."""
    extras: dict[str, Any] = {}
    occluded = shape.get("occluded", False)
    if not isinstance(occluded, bool):
        raise PayloadRefused("malformed", "occluded")
    if occluded:
        extras["occluded"] = True
    if "parent" in shape:
        if not isinstance(shape["parent"], str):
            raise PayloadRefused("malformed", "parent")
        extras["parent"] = shape["parent"]
    if "group" in shape:
        group = shape["group"]
        if type(group) is not int or not 1 <= group <= MAX_GROUP:
            raise PayloadRefused("bad_group", "group")
        extras["group"] = group
    return extras


def _check_relations(shapes: list[dict[str, Any]]) -> None:
    """Ids differ; each parent is there, and no line of parents comes back to where it began."""
    places: dict[str, int] = {}
    for i, shape in enumerate(shapes):
        if places.setdefault(shape["id"], i) != i:
            raise PayloadRefused("repeated_id", f"shapes[{i}].id")
    parents = {shape["id"]: shape["parent"] for shape in shapes if "parent" in shape}
    for id_, parent in parents.items():
        if parent not in places:
            raise PayloadRefused("unknown_parent", f"shapes[{places[id_]}].parent")
    rooted: set[str] = set()
    for start in parents:
        line: dict[str, None] = {}
        at = start
        while at in parents and at not in rooted:
            if at in line:
                raise PayloadRefused("parent_cycle", f"shapes[{places[at]}].parent")
            line[at] = None
            at = parents[at]
        rooted.update(line)

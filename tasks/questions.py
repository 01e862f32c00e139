"""Whether the answers to a schema's questions fit: tags of the image, attributes of a shape."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from tasks.faults import UNPRINTABLE, PayloadRefused, short

MAX_TEXT = 2_000


def check_answers(
    given: Mapping[str, object], fields: Mapping[str, Any], *, where: str, unknown: str
) -> dict[str, Any]:
    """Each known and fitting its field, each required one there; `unknown` is the code for a stranger."""
    for key in given:
        if key not in fields:
            raise PayloadRefused(unknown, f"{where}.{short(key)}")
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
    if kind in ("select", "radio", "single"):
        return _choice(value, field, where)
    if kind == "multiple":
        choices = [_choice(item, field, where) for item in _typed(value, list, where)]
        if len(set(choices)) < len(choices):
            raise PayloadRefused("repeated_option", where)
        return choices
    if kind == "tree":
        return _node(value, field, where)
    if kind == "number":
        return _number(value, field, where)
    text = _typed(value, str, where)
    if len(text) > MAX_TEXT:
        raise PayloadRefused("too_long", where)
    if UNPRINTABLE.search(text):
        raise PayloadRefused("unprintable", where)
    return text


def _choice(value: object, field: Mapping[str, Any], where: str) -> str:
    key: str = _typed(value, str, where)
    if all(option["key"] != key for option in field.get("options", [])):
        raise PayloadRefused("unknown_option", where)
    return key


def _node(value: object, field: Mapping[str, Any], where: str) -> str:
    key: str = _typed(value, str, where)
    node = find_node(field.get("options", ()), key)
    if node is None:
        raise PayloadRefused("unknown_option", where)
    if field.get("leaves_only") and node.get("options"):
        raise PayloadRefused("not_a_leaf", where)
    return key


def find_node(options: Iterable[Mapping[str, Any]], key: str) -> Mapping[str, Any] | None:
    """The node of a tree with the key, at whatever depth; keys are unique in the whole tree."""
    below = list(options)
    while below:
        node = below.pop()
        if node["key"] == key:
            return node
        below += node.get("options", ())
    return None


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

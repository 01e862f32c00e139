"""Whether the answers to a schema's questions fit: tags of the image, attributes of a shape."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from tasks.faults import UNPRINTABLE, PayloadRefused, check_record, short

MAX_TEXT = 2_000


def check_answers(given: object, fields: Mapping[str, Any], *, unknown: str) -> dict[str, Any]:
    """Each known and fitting its field, each required one there; `unknown` is the code for a stranger.

    The place named by a PayloadRefused begins with the key: the caller knows where that is.
    """
    answers = check_record(given)
    for key in answers:
        if key not in fields:
            raise PayloadRefused(unknown, short(key))
    checked = {}
    for key, field in fields.items():
        value = answers.get(key)
        if value is None or value in ("", []):
            if field.get("required"):
                raise PayloadRefused("missing", key)
            continue
        try:
            checked[key] = _answer(value, field)
        except PayloadRefused as fault:
            raise fault.within(key) from None
    return checked


def _answer(value: object, field: Mapping[str, Any]) -> object:
    kind = field["kind"]
    if kind == "checkbox":
        return _typed(value, bool)
    if kind in ("select", "radio", "single"):
        return _choice(value, field)
    if kind == "multiple":
        return _choices(_typed(value, list), field)
    if kind == "tree":
        return _node(value, field)
    if kind == "number":
        return _number(value, field)
    text = _typed(value, str)
    if len(text) > MAX_TEXT:
        raise PayloadRefused("too_long", "")
    if UNPRINTABLE.search(text):
        raise PayloadRefused("unprintable", "")
    return text


def _choice(value: object, field: Mapping[str, Any]) -> str:
    key: str = _typed(value, str)
    if all(option["key"] != key for option in field.get("options", [])):
        raise PayloadRefused("unknown_option", "")
    return key


def _choices(items: list[object], field: Mapping[str, Any]) -> list[str]:
    """Each once; looked up together, since both lists may be long."""
    known = {option["key"] for option in field.get("options", [])}
    choices: list[str] = [_typed(item, str) for item in items]
    if not known.issuperset(choices):
        raise PayloadRefused("unknown_option", "")
    if len(set(choices)) < len(choices):
        raise PayloadRefused("repeated_option", "")
    return choices


def _node(value: object, field: Mapping[str, Any]) -> str:
    key: str = _typed(value, str)
    node = find_node(field.get("options", ()), key)
    if node is None:
        raise PayloadRefused("unknown_option", "")
    if field.get("leaves_only") and node.get("options"):
        raise PayloadRefused("not_a_leaf", "")
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


def _number(value: object, field: Mapping[str, Any]) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PayloadRefused("malformed", "")
    if isinstance(value, float) and not math.isfinite(value):
        raise PayloadRefused("not_finite", "")
    if abs(value) > 1e15:
        raise PayloadRefused("above_maximum" if value > 0 else "below_minimum", "")
    if field.get("minimum") is not None and value < field["minimum"]:
        raise PayloadRefused("below_minimum", "")
    if field.get("maximum") is not None and value > field["maximum"]:
        raise PayloadRefused("above_maximum", "")
    return value


def _typed(value: object, kind: type) -> Any:
    if not isinstance(value, kind):
        raise PayloadRefused("malformed", "")
    return value

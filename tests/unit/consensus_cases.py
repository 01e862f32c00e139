"""Small makers of answers and specs for the consensus tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from review.consensus import Answer, parse_answer, parse_spec

SPEC = parse_spec(
    {
        "classes": [
            {
                "key": "cat",
                "attributes": [{"key": "occluded", "kind": "checkbox"}, {"key": "note", "kind": "text"}],
            },
            {"key": "dog"},
            {"key": "fox"},
        ],
        "tags": [
            {
                "key": "scene",
                "kind": "single",
                "required": True,
                "options": [{"key": k} for k in ("in", "out", "both")],
            },
            {"key": "flags", "kind": "multiple", "options": [{"key": "dark"}, {"key": "blurred"}]},
            {"key": "count", "kind": "number"},
            {"key": "caption", "kind": "text"},
        ],
    }
)
BOXES_ONLY = parse_spec({"classes": [{"key": "cat"}, {"key": "dog"}, {"key": "fox"}]})


def shape(box: Sequence[float], label: str = "cat", **attributes: Any) -> dict[str, Any]:
    return {"class": label, "type": "box", "box": list(box), "attributes": attributes}


def answer(
    annotator: int, *shapes: dict[str, Any], skill: float = 0.85, tags: dict[str, Any] | None = None
) -> Answer:
    numbered = [{"id": f"s{i}", **drawn} for i, drawn in enumerate(shapes)]
    payload = {"tags": tags or {}, "shapes": numbered}
    return parse_answer(submission=f"u{annotator:03}", annotator=annotator, skill=skill, payload=payload)

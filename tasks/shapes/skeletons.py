"""Skeletons: COCO's triples, one for each point that the class's skeleton names."""

from __future__ import annotations

from tasks.shapes.base import Frame, ShapeFault, inside, numbers

ABSENT, HIDDEN, VISIBLE = 0, 1, 2


def check_skeleton(value: object, frame: Frame) -> list[float]:
    """[x, y, v, ...]: v 0 absent (then x = y = 0), 1 hidden, 2 visible; at least one point is there."""
    if not isinstance(value, list) or len(value) != 3 * frame.keypoints:
        raise ShapeFault("wrong_length")
    flat = numbers(value)
    checked: list[float] = []
    for i in range(0, len(flat), 3):
        seen = flat[i + 2]
        if seen not in (ABSENT, HIDDEN, VISIBLE):
            raise ShapeFault("bad_visibility", f"[{i + 2}]")
        place = [0.0, 0.0] if seen == ABSENT else inside(flat[i : i + 2], frame, at=f"[{i}]")
        checked += [*place, int(seen)]
    if not any(checked[2::3]):
        raise ShapeFault("no_points")
    return checked

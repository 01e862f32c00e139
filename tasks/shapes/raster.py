"""Outlines to pixels and pixels to outlines. Without Django.

A pixel belongs to an outline when its centre lies inside by the even-odd rule, so rings of holes need no
orientation, and neighbours that share an edge share no pixel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Ring = Sequence[float]  # x1, y1, x2, y2, ...
Mask = npt.NDArray[np.bool_]


def fill(rings: Iterable[Ring], *, width: int, height: int) -> Mask:
    """(height, width) booleans: the pixels whose centres the rings enclose.

    Each edge flips, in every row it crosses, all pixels to its right; a running parity does that at once.
    """
    flips = np.zeros((height, width + 1), np.bool_)
    for ring in rings:
        points = np.asarray(ring, np.float64).reshape(-1, 2)
        for (x1, y1), (x2, y2) in zip(points, np.roll(points, -1, axis=0), strict=True):
            low, high = (y1, y2) if y1 < y2 else (y2, y1)
            first, end = max(int(np.ceil(low - 0.5)), 0), min(int(np.ceil(high - 0.5)), height)
            if first >= end:
                continue
            rows = np.arange(first, end)
            crossings = x1 + (rows + 0.5 - y1) * (x2 - x1) / (y2 - y1)
            columns = np.clip(np.ceil(crossings - 0.5), 0, width).astype(np.int64)
            flips[rows, columns] ^= True
    return np.logical_xor.accumulate(flips, axis=1)[:, :width]


def trace(mask: Mask) -> list[list[float]]:
    """Rings along the pixel edges of a mask: outer ones clockwise on the screen, holes the other way.

    Where two pixels meet at a corner only, they are parts of different rings.
    """
    turns = _edges(mask)
    rings: list[list[float]] = []
    while turns:
        start, ends = turns.popitem()
        ring, corner, ahead = [start], ends.pop(), None
        if ends:
            turns[start] = ends
        before = start
        while corner != ring[0]:
            ring.append(corner)
            ahead = turns.pop(corner)
            following = _right_turn(before, corner, ahead)
            ahead.remove(following)
            if ahead:
                turns[corner] = ahead
            before, corner = corner, following
        rings.append(_straightened(ring))
    return sorted(rings)


Corner = tuple[int, int]


def _edges(mask: Mask) -> dict[Corner, list[Corner]]:
    """From each corner of the outline the next ones, the inside on the right."""
    wide = np.pad(mask, 1)
    turns: dict[Corner, list[Corner]] = {}
    sides = (
        (wide[1:, 1:-1] & ~wide[:-1, 1:-1], (0, 0), (1, 0)),  # above a pixel: to the right
        (~wide[1:, 1:-1] & wide[:-1, 1:-1], (1, 0), (0, 0)),  # below one: to the left
        (wide[1:-1, 1:] & ~wide[1:-1, :-1], (0, 1), (0, 0)),  # left of one: upwards
        (~wide[1:-1, 1:] & wide[1:-1, :-1], (0, 0), (0, 1)),  # right of one: downwards
    )
    for edges, (fx, fy), (tx, ty) in sides:
        for y, x in np.argwhere(edges).tolist():
            turns.setdefault((x + fx, y + fy), []).append((x + tx, y + ty))
    return turns


def _right_turn(before: Corner, corner: Corner, ahead: Sequence[Corner]) -> Corner:
    """Of two ways on, the one to the right on the screen: so pixels that meet at a corner part."""
    dx, dy = corner[0] - before[0], corner[1] - before[1]
    right = (corner[0] - dy, corner[1] + dx)
    return right if right in ahead else ahead[0]


def _straightened(ring: Sequence[Corner]) -> list[float]:
    """The corners at which the ring turns, as x1, y1, x2, y2, ..."""
    flat: list[float] = []
    for (ax, ay), (bx, by), (cx, cy) in zip([ring[-1], *ring[:-1]], ring, [*ring[1:], ring[0]], strict=True):
        if (bx - ax) * (cy - by) != (by - ay) * (cx - bx):
            flat += [float(bx), float(by)]
    return flat

"""People who draw real objects each in their own way: biased, shaky, inattentive, inventive, confused."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from tasks.shapes.rle import pack_mask
from tests.data import data_folder

Points = np.ndarray


@dataclass(frozen=True)
class Hand:
    """How one person draws, in units of the object's size; chances for each object or image."""

    shake: float = 0.02
    shift: float = 0.01
    misses: float = 0.05
    invents: float = 0.1
    confuses: float = 0.08
    slips: float = 0.03


def crew(people: int, rng: random.Random) -> list[Hand]:
    """Some careful, some less so."""
    hands = []
    for _ in range(people):
        care = rng.uniform(0.5, 2.0)
        hands.append(Hand(0.02 * care, 0.012 * care, 0.05 * care, 0.08 * care, 0.08 * care, 0.03 * care))
    return hands


@dataclass(frozen=True)
class Scene:
    """A real image: its size, and the truth as shapes of a payload."""

    name: str
    size: tuple[int, int]
    shapes: list[dict[str, Any]]


def fruit() -> list[Scene]:
    """polygons_coco: outlines of fruit."""
    folder = data_folder("polygons_coco")
    return _scenes(json.loads((folder / "trainval.json").read_text()), _polygon)


def people() -> list[Scene]:
    """keypoints_coco: persons of 17 points."""
    folder = data_folder("keypoints_coco")
    return _scenes(json.loads((folder / "test_coco.json").read_text()), _skeleton)


def _scenes(coco: dict[str, Any], read: Callable[[dict[str, Any]], dict[str, Any] | None]) -> list[Scene]:
    names = {c["id"]: c["name"].lower().replace(" ", "-") for c in coco["categories"]}
    found = []
    for image in coco["images"]:
        drawn = [(a, read(a)) for a in coco["annotations"] if a["image_id"] == image["id"]]
        shapes = [
            {"id": f"t{i}", "class": names[a["category_id"]], "attributes": {}, **shape}
            for i, (a, shape) in enumerate(drawn)
            if shape is not None
        ]
        if shapes:
            found.append(Scene(image["file_name"], (image["width"], image["height"]), shapes))
    return found


def _polygon(annotation: dict[str, Any]) -> dict[str, Any] | None:
    rings = annotation["segmentation"]
    if not isinstance(rings, list) or len(rings[0]) < 6:
        return None
    return {"type": "polygon", "polygon": [[float(v) for v in max(rings, key=len)]]}


def _skeleton(annotation: dict[str, Any]) -> dict[str, Any] | None:
    return {"type": "skeleton", "skeleton": annotation["keypoints"]} if annotation["num_keypoints"] else None


def extent(points: Points) -> float:
    return float(np.sqrt(np.prod(np.maximum(points.max(axis=0) - points.min(axis=0), 4.0))))


def wobbly(points: Points, hand: Hand, rng: np.random.Generator, *, closed: bool = True) -> Points:
    """The outline drawn again: other vertices, shifted, its border swaying in and out."""
    ends = np.roll(points, -1, axis=0) if closed else points[1:]
    starts = points if closed else points[:-1]
    along = rng.uniform(0.0, 0.5, size=len(starts))[:, None]
    size = extent(points)
    between = starts + along * (ends - starts)
    drawn = np.stack([starts, between], axis=1).reshape(-1, 2) if rng.random() < 0.5 else starts.copy()
    if not closed:
        drawn = np.concatenate([drawn, points[-1:]])
    turn = np.linspace(0.0, 2.0 * np.pi, len(drawn), endpoint=False)
    sway = sum(
        rng.normal(0.0, hand.shake, size=(2, 1)) * np.stack([np.cos(k * turn), np.sin(k * turn)])
        for k in range(1, 6)
    )
    drawn = drawn + size * sway.T / np.sqrt(2.0) + rng.normal(0.0, hand.shift * size, size=2)
    if rng.random() < hand.slips:
        drawn[rng.integers(len(drawn))] += rng.normal(0.0, 0.5 * size, size=2)
    return np.asarray(drawn)


def rle(rings: list[Points], size: tuple[int, int]) -> dict[str, Any]:
    """Polygons as a mask of COCO's compressed run lengths."""
    canvas = Image.new("L", size)
    for ring in rings:
        ImageDraw.Draw(canvas).polygon([tuple(p) for p in ring], fill=1)
    return pack_mask(np.asarray(canvas) > 0)


def look(scene: Scene, hand: Hand, rng: np.random.Generator, classes: list[str]) -> dict[str, Any]:
    """One person's answer to a scene, as a payload."""
    shapes = [s for s in scene.shapes if rng.random() >= hand.misses]
    drawn = [_again(s, scene, hand, rng, classes) for s in shapes]
    if rng.random() < hand.invents:
        other = scene.shapes[rng.integers(len(scene.shapes))]
        away = _again(other, scene, hand, rng, classes)
        drawn.append(_moved(away, rng.uniform(-0.5, 0.5, size=2) * np.array(scene.size)))
    return {"tags": {}, "shapes": [{**s, "id": f"s{i}"} for i, s in enumerate(drawn)]}


def _again(
    shape: dict[str, Any], scene: Scene, hand: Hand, rng: np.random.Generator, classes: list[str]
) -> dict[str, Any]:
    label = classes[rng.integers(len(classes))] if rng.random() < hand.confuses else shape["class"]
    made = {"class": label, "type": shape["type"], "attributes": {}}
    return made | {shape["type"]: DRAW[shape["type"]](shape[shape["type"]], hand, rng, scene.size)}


def draw_polygon(rings: Any, hand: Hand, rng: np.random.Generator, size: Any) -> Any:
    return [wobbly(np.array(ring).reshape(-1, 2), hand, rng).ravel().tolist() for ring in rings]


def draw_mask(rings: Any, hand: Hand, rng: np.random.Generator, size: Any) -> Any:
    return rle([wobbly(np.array(ring).reshape(-1, 2), hand, rng) for ring in rings], size)


def draw_box(box: Any, hand: Hand, rng: np.random.Generator, size: Any) -> Any:
    x, y, w, h = box
    left, right = rng.normal(hand.shift, hand.shake + hand.shift, size=2) * w
    top, bottom = rng.normal(0.0, hand.shake + hand.shift, size=2) * h
    drawn = [x + left, y + top, max(w + right - left, 1.0), max(h + bottom - top, 1.0)]
    return [float(side) for side in drawn]


def draw_turned(values: Any, hand: Hand, rng: np.random.Generator, size: Any, *, quarters: int) -> Any:
    x, y, a, b, angle = values
    reach = float(np.sqrt(a * b))
    x, y = np.array([x, y]) + rng.normal(0.0, hand.shake * reach, size=2)
    a, b = np.array([a, b]) * np.exp(rng.normal(0.0, 2.0 * hand.shake, size=2))
    angle += rng.normal(0.0, 100.0 * hand.shake)
    if rng.random() < 0.3:  # the same box written the other way round
        (a, b), angle = (b, a), angle + 90.0 * (1 + 2 * rng.integers(quarters))
    return [float(x), float(y), float(a), float(b), float(angle % 360.0)]


def draw_polyline(line: Any, hand: Hand, rng: np.random.Generator, size: Any) -> Any:
    drawn = wobbly(np.array(line).reshape(-1, 2), hand, rng, closed=False)
    return (drawn[::-1] if rng.random() < 0.5 else drawn).ravel().tolist()


def draw_point(point: Any, hand: Hand, rng: np.random.Generator, size: Any) -> Any:
    return (np.array(point) + rng.normal(0.0, 0.2 * hand.shake * max(size), size=2)).tolist()


def draw_skeleton(flat: Any, hand: Hand, rng: np.random.Generator, size: Any) -> Any:
    points = np.array(flat, dtype=float).reshape(-1, 3)
    placed = points[:, 2] > 0
    reach = extent(points[placed, :2])
    points[placed, :2] += rng.normal(0.0, hand.shake * reach, size=(int(placed.sum()), 2))
    slips = placed & (rng.random(len(points)) < hand.slips)
    points[slips, :2] += rng.normal(0.0, 0.3 * reach, size=(int(slips.sum()), 2))
    gone = placed & (rng.random(len(points)) < hand.misses)
    points[gone] = 0.0
    return points.ravel().tolist()


DRAW: dict[str, Callable[..., Any]] = {
    "polygon": draw_polygon,
    "box": draw_box,
    "rotated_box": partial(draw_turned, quarters=2),
    "ellipse": partial(draw_turned, quarters=1),
    "polyline": draw_polyline,
    "point": draw_point,
    "skeleton": draw_skeleton,
}


def _moved(shape: dict[str, Any], by: np.ndarray) -> dict[str, Any]:
    """The shape somewhere else: what an inventive person sees there."""
    kind = shape["type"]
    if kind == "polygon":
        value: Any = [(np.array(ring).reshape(-1, 2) + by).ravel().tolist() for ring in shape[kind]]
    elif kind == "skeleton":
        points = np.array(shape[kind], dtype=float).reshape(-1, 3)
        points[:, :2] += by * (points[:, 2:] > 0)
        value = points.ravel().tolist()
    elif kind in ("polyline", "point"):
        value = (np.array(shape[kind]).reshape(-1, 2) + by).ravel().tolist()
    else:
        value = [float(shape[kind][0] + by[0]), float(shape[kind][1] + by[1]), *shape[kind][2:]]
    return {**shape, kind: value}

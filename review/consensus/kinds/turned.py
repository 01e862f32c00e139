"""Rotated boxes and ellipses: a centre, two sides, and an angle in degrees clockwise on the screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from review.consensus.kinds.areas import Outlines, outlines, overlap
from review.consensus.kinds.one_by_one import OneByOne
from review.consensus.kinds.robust import mean
from review.consensus.matching import Floats, Ints
from review.consensus.results import PIXEL_DIGITS

ELLIPSE_POINTS = 48
EXPECTED = 0.08  # of the size: how far people's edges lie apart
TURN = 8.0  # degrees by which people's angles differ


@dataclass(frozen=True, slots=True)
class Turned:
    """`values`: centre x, y, two sides (or radii), angle: n x 5; and their outlines."""

    values: Floats
    shapes: Outlines


class _Kind(OneByOne[Turned]):
    unit: ClassVar[Floats]  # the outline with both sides 1 and no turn: points x 2
    layered = True

    def read(self, geometries: Sequence[Any], *, extent: Floats) -> Turned:
        values = np.array(geometries, dtype=np.float64).reshape(-1, 5)
        axes = directions(values[:, 4])
        points = values[:, None, :2] + (self.unit * values[:, None, 2:4]) @ axes
        return Turned(values, outlines([[outline] for outline in points]))

    def bounds(self, items: Turned) -> Floats:
        reach = np.abs(self.unit).max() * 2.0
        radius = np.hypot(items.values[:, 2], items.values[:, 3])[:, None] * reach / 2.0
        return np.concatenate([items.values[:, :2] - radius, items.values[:, :2] + radius], axis=1)

    def similarity(self, items: Turned, a: Ints, b: Ints) -> Floats:
        return overlap(items.shapes, a, b)

    def pick(self, items: Turned, numbers: Sequence[int]) -> Turned:
        return Turned(items.values[numbers], items.shapes[numbers])

    def join(self, items: Turned, more: Turned) -> Turned:
        return Turned(
            np.concatenate([items.values, more.values]), np.concatenate([items.shapes, more.shapes])
        )

    def write(self, items: Turned) -> list[float]:
        return _written(items.values[0])


class RotatedBoxes(_Kind):
    """The sides of two people's boxes are told apart by their directions, not by their names: of the four
    ways to write a box, each is taken that turns it nearest to the others. The robust mean follows, and
    the quarter turn that most people meant by "up" is put back."""

    name = "rotated_box"
    unit = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])

    def merge(self, items: Turned, *, weight: Floats) -> list[float]:
        values = items.values
        # The direction modulo a quarter turn that all are near to, by the mean of angles times four.
        turned = np.exp(4j * np.radians(values[:, 4]))
        common = np.degrees(np.angle((weight * turned).sum())) / 4.0
        quarters = np.rint((values[:, 4] - common) / 90.0).astype(int)
        sides = np.where(quarters[:, None] % 2 == 1, values[:, [3, 2]], values[:, 2:4])
        angle = values[:, 4] - 90.0 * quarters
        size = float(np.sqrt(np.median(np.prod(sides, axis=1))))
        logs = np.concatenate([values[:, :2] / size, np.log(sides), angle[:, None] / TURN * EXPECTED], axis=1)
        centre = mean(logs, weight=weight, scale=np.full(5, EXPECTED))
        votes = np.bincount(quarters % 4, weights=weight, minlength=4)
        quarter = int(np.argmax(np.round(votes, 9)))
        width, height = np.exp(centre[2:4])
        if quarter % 2:
            width, height = height, width
        turn = centre[4] / EXPECTED * TURN + 90.0 * quarter
        return _written(np.array([*centre[:2] * size, width, height, turn]))


class Ellipses(_Kind):
    """An ellipse is the symmetric matrix that maps the unit circle onto it: R diag(rx, ry) R'. Its mean
    does not care which radius came first, nor about the angle of what is nearly round."""

    name = "ellipse"
    unit = np.stack(
        [np.cos(np.linspace(0, 2 * np.pi, ELLIPSE_POINTS, endpoint=False)),
         np.sin(np.linspace(0, 2 * np.pi, ELLIPSE_POINTS, endpoint=False))], axis=1
    )  # fmt: skip

    def merge(self, items: Turned, *, weight: Floats) -> list[float]:
        values = items.values
        axes = directions(values[:, 4])
        matrices = np.swapaxes(axes, 1, 2) @ (values[:, 2:4, None] * axes)
        size = float(np.sqrt(np.median(np.prod(values[:, 2:4], axis=1))))
        flat = np.stack([matrices[:, 0, 0], matrices[:, 0, 1], matrices[:, 1, 1]], axis=1)
        centre = mean(
            np.concatenate([values[:, :2], flat], axis=1), weight=weight, scale=np.full(5, EXPECTED * size)
        )
        radii, vectors = np.linalg.eigh(np.array([[centre[2], centre[3]], [centre[3], centre[4]]]))
        # The greater radius first, as people draw along the object.
        angle = np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1])) % 180.0
        return _written(np.array([*centre[:2], max(radii[1], 0.5), max(radii[0], 0.5), angle]))


def directions(angle: Floats) -> Floats:
    """The axes of shapes turned by `angle` degrees: n x 2 x 2, the first row along the width."""
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.stack([np.stack([cosine, sine], axis=-1), np.stack([-sine, cosine], axis=-1)], axis=-2)


def _written(values: Floats) -> list[float]:
    *sizes, angle = values.tolist()
    angle = round(angle % 360.0, PIXEL_DIGITS)
    return [*(round(number, PIXEL_DIGITS) for number in sizes), 0.0 if angle >= 360.0 else angle]

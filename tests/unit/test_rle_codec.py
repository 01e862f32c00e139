"""The workbench codes masks bit for bit as pycocotools does, and reads what that has written."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from annotator.embedded.node import node_environment

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def by_the_workbench(masks: list[np.ndarray[Any, Any]]) -> list[dict[str, str]]:
    """What the workbench makes of each mask's pixels, and of pycocotools' string of it."""
    vectors = [
        {
            "width": pixels.shape[1],
            "height": pixels.shape[0],
            "bits": "".join(map(str, pixels.flatten(order="F"))),
            "counts": counts(pixels),
        }
        for pixels in masks
    ]
    done = subprocess.run(
        ["node", str(HERE / "rle_codec.mjs")],
        input=json.dumps(vectors),
        env=node_environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    answers: list[dict[str, str]] = json.loads(done.stdout)
    return answers


def counts(pixels: np.ndarray[Any, Any]) -> str:
    return str(coco_mask.encode(np.asfortranarray(pixels))["counts"], "ascii")


def masks() -> list[np.ndarray[Any, Any]]:
    random = np.random.default_rng(20261122)
    sizes = [(1, 1), (1, 7), (9, 1), (5, 5), (31, 33), (64, 48), (200, 300)]
    noise = [(random.random(size) < share).astype(np.uint8) for size in sizes for share in (0.02, 0.5, 0.98)]
    plain = [np.full(size, value, dtype=np.uint8) for size in sizes for value in (0, 1)]
    # Runs of all lengths up to a megapixel: strings with every number of characters a run.
    y, x = np.mgrid[0:1000, 0:1200]
    discs = [((x - 600) ** 2 + (y - 500) ** 2 < radius**2).astype(np.uint8) for radius in (3, 90, 499, 700)]
    tail = np.zeros((1000, 1200), dtype=np.uint8)
    tail[-1, -1] = 1
    return [*noise, *plain, *discs, tail]


@pytest.fixture(scope="module")
def answers() -> list[dict[str, str]]:
    return by_the_workbench(masks())


def test_the_same_pixels_give_the_same_string(answers: list[dict[str, str]]) -> None:
    assert [answer["coded"] for answer in answers] == [counts(pixels) for pixels in masks()]


def test_a_string_gives_the_same_pixels(answers: list[dict[str, str]]) -> None:
    for answer, pixels in zip(answers, masks(), strict=True):
        assert answer["decoded"] == "".join(map(str, pixels.flatten(order="F")))

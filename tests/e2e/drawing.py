"""The hand that draws at the workbench, wherever the image lies on the screen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.e2e.desk import Desk

Point = tuple[float, float]

# Where the picture lies on the stage, and at what scale.
PLACED = "layer => { const { e, f, a } = new DOMMatrix(layer.style.transform); return [e, f, a]; }"


class Hand:
    """Clicks and drags at places of the image."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.page = desk.page

    def at(self, x: float, y: float) -> Point:
        """Where a place of the image is in the window, at any zoom."""
        frame = self.page.locator("#stage").bounding_box()
        assert frame
        left, top, scale = self.page.locator(".picture-layer").evaluate(PLACED)
        return frame["x"] + left + x * scale, frame["y"] + top + y * scale

    def click(self, x: float, y: float, *, held: Sequence[str] = ()) -> None:
        self.page.mouse.move(*self.at(x, y))
        for key in held:
            self.page.keyboard.down(key)
        self.page.mouse.down()
        self.page.mouse.up()
        for key in held:
            self.page.keyboard.up(key)

    def drag(self, points: Iterable[Point]) -> None:
        first, *rest = points
        self.page.mouse.move(*self.at(*first))
        self.page.mouse.down()
        for point in rest:
            self.page.mouse.move(*self.at(*point))
        self.page.mouse.up()

    def way(self, name: str) -> None:
        """Take the tool by its button."""
        self.page.get_by_role("button", name=re.compile(rf"^{re.escape(name)} \(")).click()

    @property
    def state(self) -> str:
        return self.page.locator("#stage").get_attribute("data-state") or ""


def coco(folder: Path, file: str, image: str) -> tuple[dict[int, str], list[dict[str, Any]]]:
    """Category names, and the annotations of one image, as its publishers drew them."""
    document = json.loads((folder / file).read_text())
    number = next(one["id"] for one in document["images"] if one["file_name"] == image)
    names = {one["id"]: one["name"] for one in document["categories"]}
    return names, [one for one in document["annotations"] if one["image_id"] == number]


def pairs(numbers: Sequence[float]) -> list[Point]:
    return list(zip(numbers[::2], numbers[1::2], strict=True))

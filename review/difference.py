"""What differs between two releases, image by image. Pure: no Django.

Both are read side by side in the order of their tasks, one line of each in memory at a time. Objects that are
alike to the last number are the same; of the others in an image, those that cover each other are one object
that was changed (review/consensus/likeness.py), and what is left was removed or added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from review.consensus import DEFAULT_SKILL, parse_answer
from review.consensus.answers import Shape
from review.consensus.likeness import match_shapes
from review.formats import Settled
from review.formats.jsonl import answer_of

Object = Mapping[str, Any]
# Above so many pairs of objects in one image, none are looked for: what is not the same was removed or added.
MOST_PAIRS = 1_000_000
# An object's own number and how sure it is say nothing of the dataset.
_UNSAID = ("id", "confidence")


def line_of(record: Settled) -> bytes:
    """A record as a release remembers it for later comparison: one line of JSON."""
    answer = answer_of(record.consensus)
    line = {
        "task": record.task,
        "image": record.name,
        "width": record.width,
        "height": record.height,
        "split": record.split,
        **answer,
    }
    return msgspec.json.encode(line) + b"\n"


@dataclass(slots=True)
class Tally:
    """Counts by what happened: same, changed, added, removed; of images, of objects, of objects by class."""

    images: Counter[str] = field(default_factory=Counter)
    objects: Counter[str] = field(default_factory=Counter)
    classes: dict[str, Counter[str]] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)
    renamed: Counter[tuple[str, str]] = field(default_factory=Counter)
    moved_to_split: int = 0

    def summary(self) -> dict[str, Any]:
        """As JSON; docs/client.md names its parts."""
        kinds = ("same", "changed", "added", "removed")
        return {
            "images": {kind: self.images[kind] for kind in kinds},
            "objects": {kind: self.objects[kind] for kind in kinds},
            "classes": [
                {"class": key, **{what: counts[what] for what in ("before", "after", *kinds)}}
                for key, counts in sorted(self.classes.items())
            ],
            "renamed": [
                {"before": before, "after": after, "objects": count}
                for (before, after), count in sorted(self.renamed.items(), key=lambda one: (-one[1], one[0]))
            ],
            "tags": [{"group": key, "images": count} for key, count in sorted(self.tags.items())],
            "moved_to_split": self.moved_to_split,
        }


def compare(older: Iterable[bytes], newer: Iterable[bytes], *, tally: Tally) -> Iterator[dict[str, Any]]:
    """The images that differ, in the order of their tasks; `tally` is complete when the last one is taken."""
    for before, after in _side_by_side(older, newer):
        found = _image(before, after, tally=tally)
        tally.images[found["change"]] += 1
        if found["change"] != "same":
            yield found


def _side_by_side(
    older: Iterable[bytes], newer: Iterable[bytes]
) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """Both releases' lines, joined by task; a line that is the same in both is read once."""
    olds, news = iter(older), iter(newer)
    old, new = next(olds, None), next(news, None)
    while old is not None or new is not None:
        if old == new and old is not None:
            read = msgspec.json.decode(old)
            yield read, read
            old, new = next(olds, None), next(news, None)
            continue
        before = msgspec.json.decode(old) if old is not None else None
        after = msgspec.json.decode(new) if new is not None else None
        if after is None or (before is not None and before["task"] < after["task"]):
            yield before, None
            old = next(olds, None)
        elif before is None or after["task"] < before["task"]:
            yield None, after
            new = next(news, None)
        else:
            yield before, after
            old, new = next(olds, None), next(news, None)


def _image(before: Any, after: Any, *, tally: Tally) -> dict[str, Any]:
    at = after or before
    objects = _objects(before, after, tally=tally)
    tags = _tags(before, after, tally=tally)
    split = [one["split"] if one else None for one in (before, after)]
    is_moved = before is not None and after is not None and split[0] != split[1]
    tally.moved_to_split += is_moved
    change = "same"
    if before is None or after is None:
        change = "removed" if after is None else "added"
    elif objects or tags or is_moved:
        change = "changed"
    return {
        "task": at["task"],
        "image": at["image"],
        "change": change,
        "split": split,
        "tags": tags,
        "objects": objects,
    }


def _tags(before: Any, after: Any, *, tally: Tally) -> list[dict[str, Any]]:
    old, new = (one["tags"] if one else {} for one in (before, after))
    keys = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
    if before is not None and after is not None:
        for key in keys:
            tally.tags[key] = tally.tags.get(key, 0) + 1
    return [{"group": key, "before": old.get(key), "after": new.get(key)} for key in keys]


def _objects(before: Any, after: Any, *, tally: Tally) -> list[dict[str, Any]]:
    old, new = (one["shapes"] if one else [] for one in (before, after))
    for shapes, when in ((old, "before"), (new, "after")):
        for shape in shapes:
            tally.classes.setdefault(shape["class"], Counter())[when] += 1
    if before is after:
        _count(tally, "same", [shape["class"] for shape in new])
        return []
    olds, news = _without_same(old, new, tally=tally)
    pairs = _pairs(olds, news, size=(float((after or before)["width"]), float((after or before)["height"])))
    changed = [_changed(olds[i], news[j]) for i, j in pairs]
    lost = [shape for i, shape in enumerate(olds) if i not in {i for i, _ in pairs}]
    won = [shape for j, shape in enumerate(news) if j not in {j for _, j in pairs}]
    _count(tally, "changed", [one["after"]["class"] for one in changed])
    _count(tally, "removed", [shape["class"] for shape in lost])
    _count(tally, "added", [shape["class"] for shape in won])
    tally.renamed.update(
        (a, b) for one in changed if (a := one["before"]["class"]) != (b := one["after"]["class"])
    )
    return [
        *changed,
        *({"change": "removed", "before": _said(shape), "after": None} for shape in lost),
        *({"change": "added", "before": None, "after": _said(shape)} for shape in won),
    ]


def _count(tally: Tally, what: str, classes: Sequence[str]) -> None:
    tally.objects[what] += len(classes)
    for key in classes:
        tally.classes.setdefault(key, Counter())[what] += 1


def _without_same(
    old: Sequence[Object], new: Sequence[Object], *, tally: Tally
) -> tuple[list[Object], list[Object]]:
    """Both sides without the objects that the other one has just the same, each as often as it has it."""
    there = Counter(_spelled(shape) for shape in old)
    left = []
    for shape in new:
        key = _spelled(shape)
        if there[key]:
            there[key] -= 1
            _count(tally, "same", [shape["class"]])
        else:
            left.append(shape)
    gone = []
    for shape in reversed(old):
        key = _spelled(shape)
        if there[key]:
            there[key] -= 1
            gone.append(shape)
    return gone[::-1], left


def _pairs(
    olds: Sequence[Object], news: Sequence[Object], *, size: tuple[float, float]
) -> list[tuple[int, int]]:
    if not olds or not news or len(olds) * len(news) > MOST_PAIRS:
        return []
    # Whatever it is called, it is the same object if it lies in the same place.
    found = match_shapes(_shapes(olds), _shapes(news), size=size)
    return [(i, j) for i, j, _ in found]


def _shapes(objects: Sequence[Object]) -> list[Shape]:
    payload = {"tags": {}, "shapes": [{**one, "id": str(i)} for i, one in enumerate(objects)]}
    answer = parse_answer(submission="", annotator=0, skill=DEFAULT_SKILL, payload=payload)
    return sorted(answer.shapes, key=lambda shape: int(shape.id))


def _changed(old: Object, new: Object) -> dict[str, Any]:
    before, after = _said(old), _said(new)
    keys = sorted({*before, *after}, key=list({**before, **after}).index)
    what = [key for key in keys if before.get(key) != after.get(key)]
    return {"change": "changed", "what": what, "before": before, "after": after}


def _said(shape: Object) -> dict[str, Any]:
    return {key: value for key, value in shape.items() if key not in _UNSAID}


def _spelled(shape: Object) -> bytes:
    return msgspec.json.encode(_said(shape), order="deterministic")

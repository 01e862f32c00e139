"""Datasets of others, in any format we write, read as predictions or as gold of a batch.

A dataset is read a chunk at a time, and each image of it has an outcome of its own; what was stored before
a fault in the file stays stored, and sending the file again is harmless.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from posixpath import basename
from typing import IO, Any

from django.utils.translation import gettext as _

from annotator.errors import Invalid
from review import gold
from review.formats import FORMATS, Answer, Known, ReadFault, Source
from tasks.models import Batch, GoldTask, Image
from tasks.pointed import MAX_ITEMS, Outcome, Pointed, refused
from tasks.predictions import store_predictions
from workers.models import Person

MOST_REFUSALS = 1000  # told one by one; more are only counted

Store = Callable[[Sequence[Pointed]], list[Outcome]]


@dataclass(slots=True)
class Report:
    """How many images a dataset said something of, and each of the first refusals with its name."""

    stored: int = 0
    refused: int = 0
    refusals: list[tuple[str, Outcome]] = field(default_factory=list)

    def note(self, name: str, outcome: Outcome) -> None:
        if outcome.status == "stored":
            self.stored += 1
            return
        self.refused += 1
        if len(self.refusals) < MOST_REFUSALS:
            self.refusals.append((name, outcome))


def import_predictions(*, batch: Batch, format: str, file: IO[bytes], model: str) -> Report:
    """Keep the dataset as what `model` predicts of the images; raises Invalid when unreadable."""
    return _import(
        batch, format, file, lambda items: store_predictions(batch=batch, model=model, items=items)
    )


def import_gold(
    *, batch: Batch, format: str, file: IO[bytes], kind: GoldTask.Kind, by: Person | None, rng: random.Random
) -> Report:
    """Keep the dataset as known answers; raises Invalid when unreadable."""

    def store(items: Sequence[Pointed]) -> list[Outcome]:
        bare = [Pointed(without_confidence(item.payload), name=item.name) for item in items]
        return gold.supply_gold(batch=batch, kind=kind, items=bare, by=by, rng=rng)

    return _import(batch, format, file, store)


def _import(batch: Batch, format: str, file: IO[bytes], store: Store) -> Report:
    report = Report()
    try:
        answers = FORMATS[format].answers(Source(file), spec=batch.schema.spec, images=Images(batch).find)
        for chunk in _chunks(answers):
            _store_chunk(chunk, store, report)
    except ReadFault as fault:
        error = {"where": fault.where, "code": "unreadable_dataset", "detail": fault.problem}
        words = _("The dataset cannot be read. %(stored)s images of it were stored before the fault.")
        raise Invalid(words % {"stored": report.stored}, errors=[error]) from fault
    return report


def _store_chunk(chunk: Sequence[Answer], store: Store, report: Report) -> None:
    items = []
    for name, payload in chunk:
        if payload is None:
            report.note(name, refused("unknown_image"))
        else:
            items.append(Pointed(payload, name=name))
    for item, outcome in zip(items, store(items) if items else (), strict=True):
        report.note(item.name or "", outcome)


def _chunks(answers: Iterator[Answer]) -> Iterator[list[Answer]]:
    while chunk := list(islice(answers, MAX_ITEMS)):
        yield chunk


def without_confidence(payload: Any) -> dict[str, Any]:
    """A known answer is certain; what a model wrote of its confidence is dropped."""
    shapes = [
        {key: value for key, value in shape.items() if key != "confidence"} for shape in payload["shapes"]
    ]
    return {**payload, "shapes": shapes}


class Images:
    """The batch's images by file name, with folders and without, with extension and without."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._known: dict[str, Known] | None = None

    def find(self, path: str) -> Known | None:
        if self._known is None:
            self._known = self._load()
        return self._known.get(path) or self._known.get(basename(path))

    def _load(self) -> dict[str, Known]:
        ready = Image.objects.filter(batch=self._batch, state=Image.State.READY)
        known: dict[str, Known] = {}
        for name, width, height in ready.values_list("name", "width", "height").iterator():
            image = Known(name, width or 0, height or 0)
            for called in (name, basename(name), name.rpartition(".")[0], basename(name).rpartition(".")[0]):
                known.setdefault(called, image)
        return known

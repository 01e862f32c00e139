"""Datasets of others, in any format we write, read as predictions or as gold of a batch.

A dataset is read by a process of its own, one at a time (review/formats/apart.py), and each image of it has
an outcome of its own; what was stored before a fault in the file stays stored, and sending the file again is
harmless.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from posixpath import basename
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotator.errors import DomainError, Invalid
from review import gold
from review.formats import Answer, Known, ReadFault
from review.formats.apart import read_apart
from tasks.models import Batch, GoldTask, Image
from tasks.pointed import Outcome, Pointed, refused
from tasks.predictions import store_predictions
from workers.models import Person

MOST_REFUSALS = 1000  # told one by one; more are only counted

# Of this process: each may take gigabytes for a while.
_reading = threading.Semaphore(1)
_PATIENCE = 30.0  # seconds

Store = Callable[[Sequence[Pointed]], list[Outcome]]


class DatasetsBusy(DomainError):
    code = "datasets_busy"
    status = 503
    detail = gettext_lazy("Another dataset is being read just now. Send this one again in a minute.")


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
        with _one_at_a_time():
            for chunk in read_apart(format, file, spec=batch.schema.spec, images=Images(batch).find):
                _store_chunk(chunk, store, report)
    except ReadFault as fault:
        error = {"where": fault.where, "code": "unreadable_dataset", "detail": fault.problem}
        words = _("The dataset cannot be read. %(stored)s images of it were stored before the fault.")
        raise Invalid(words % {"stored": report.stored}, errors=[error]) from fault
    return report


def _store_chunk(chunk: Sequence[Answer], store: Store, report: Report) -> None:
    items = []
    for name, payload in chunk:
        if payload is None or "\0" in name:
            report.note(name, refused("unknown_image"))
        else:
            items.append(Pointed(payload, name=name))
    for item, outcome in zip(items, store(items) if items else (), strict=True):
        report.note(item.name or "", outcome)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if not _reading.acquire(timeout=_PATIENCE):
        raise DatasetsBusy
    try:
        yield
    finally:
        _reading.release()


def without_confidence(payload: Any) -> Any:
    """A known answer is certain; what a model wrote of its confidence is dropped. What is none is left so."""
    if not isinstance(payload, dict) or not isinstance(payload.get("shapes"), list):
        return payload
    shapes = [
        {key: value for key, value in shape.items() if key != "confidence"}
        if isinstance(shape, dict)
        else shape
        for shape in payload["shapes"]
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

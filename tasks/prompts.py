"""An annotator at the desk asks the project's model about a place of the image.

A point or a box goes in, shapes come out, which are the annotator's to take, mend or undo. The call holds
one of the server's few threads, so each person asks one thing at a time, few at once ask at all, and a model
that fails again and again is not waited for.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from annotator.errors import DomainError, Invalid, NotVisible
from tasks.doors import AnswerRefused, ModelFailed, ask_model, note_answer, note_failure
from tasks.models import Assignment, ModelDoor, Task
from tasks.veil import unveil
from workers.models import Person

# Of a process's eight threads.
AT_ONCE = 2
# Nobody waits longer at a desk, whatever the door says.
MOST_SECONDS = 15
_places = threading.BoundedSemaphore(AT_ONCE)

Coordinate = Annotated[float, msgspec.Meta(ge=-1e6, le=1e6)]


class Prompt(msgspec.Struct):
    """About a place: points (1: this, 0: not this) or a box [x, y, width, height], in pixels of the image."""

    klass: Annotated[str, msgspec.Meta(max_length=64)] = msgspec.field(name="class")
    kind: Annotated[str, msgspec.Meta(max_length=20)] = ""
    points: Annotated[list[tuple[Coordinate, Coordinate, Literal[0, 1]]], msgspec.Meta(max_length=50)] = []
    box: tuple[Coordinate, Coordinate, Coordinate, Coordinate] | None = None


class Asked(msgspec.Struct):
    task: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    prompt: Prompt


class NoModelHere(NotVisible):
    code = "no_model"
    detail = _("This project has no model to ask.")


class ModelBusy(DomainError):
    code = "model_busy"
    status = 503
    detail = _("The model is busy. Draw by hand, or ask again in a moment.")


def ask_about_place(*, person: Person, asked: Asked, now: datetime) -> dict[str, Any]:
    """The shapes that the model sees there, as {"shapes": [...], "model": name}.

    Raises NotVisible, NoModelHere, Invalid, ModelBusy, ModelFailed or AnswerRefused.
    """
    task = _access_task(person, asked.task)
    prompt = asked.prompt
    if (prompt.box is None) == (not prompt.points):
        raise Invalid(_("Ask about points or about one box."))
    if prompt.klass not in {one["key"] for one in task.schema.spec.get("classes", ())}:
        raise Invalid(_("The schema has no such class."))
    door = ModelDoor.objects.filter(project=task.project_id, is_active=True, answers_prompts=True).first()
    if door is None:
        raise NoModelHere
    if door.resting_until and door.resting_until > now:
        raise ModelBusy
    door.seconds = min(door.seconds, MOST_SECONDS)
    with asking_alone(f"asks-model-{person.id}", seconds=door.seconds, places=_places):
        try:
            said = ask_model(door=door, task=task, kind="prompt", now=now, prompt=msgspec.to_builtins(prompt))
        except ModelFailed as failure:
            note_failure(door=door, failure=failure, now=now)
            raise ModelFailed from failure  # what exactly happened is the client's business
        except AnswerRefused as refusal:
            note_answer(door=door, now=now)
            raise AnswerRefused from refusal
    note_answer(door=door, now=now)
    return {"shapes": said.payload["shapes"], "model": said.model} if said else {"shapes": [], "model": ""}


def _access_task(person: Person, veiled: int) -> Task:
    """A task that this person holds now."""
    held = Assignment.objects.filter(
        task=unveil(veiled), annotator=person, state=Assignment.State.LEASED
    ).values("task")
    task = Task.objects.filter(id__in=held).select_related("image", "schema").first()
    if task is None:
        raise NotVisible
    return task


@contextmanager
def asking_alone(key: str, *, seconds: int, places: threading.Semaphore) -> Iterator[None]:
    """One question a key at a time, and few in all; the cache forgets a key whose server died."""
    if not cache.add(key, 1, timeout=seconds + 5):
        raise ModelBusy
    try:
        if not places.acquire(blocking=False):
            raise ModelBusy
        try:
            yield
        finally:
            places.release()
    finally:
        cache.delete(key)

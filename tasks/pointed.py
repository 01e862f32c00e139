"""Clients' lists of things about images: each item names an image of a batch and says something of it.

What predictions and gold have in common: finding the tasks, and an outcome for each item.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotator.errors import DomainError
from tasks.models import Batch, Image, Task

MAX_ITEMS = 1000

_DETAILS: dict[str, str | Promise] = {
    "unknown_image": _("The batch has no such image."),
    "ambiguous_image": _("Name the image by its id, its name or its SHA-256: by one of them."),
    "image_refused": _("This file was refused, so there is nothing to label; see the batch's report."),
    "image_duplicate": _("The project has these very bytes already; send it for the image that is there."),
    "image_waiting": _("The image is not ingested yet. Send it again in a minute."),
}


@dataclass(frozen=True, slots=True)
class Pointed:
    """One item: an image of the batch, named one way, and what is said of it."""

    payload: object
    image: int | None = None
    name: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one item went; `task` is missing where it was refused, `where` is a path into its payload."""

    status: Literal["stored", "refused"]
    task: int | None = None
    code: str = ""
    detail: str | Promise = ""
    where: str = ""


Found = Task | Outcome


def find_tasks(*, batch: Batch, items: Sequence[Pointed]) -> list[Found]:
    """The task of each item, or why it has none: two queries however many items."""
    ids = {item.image for item in items} - {None}
    names = {item.name for item in items} - {None}
    hashes = {item.sha256.lower() for item in items if item.sha256 is not None}
    named = Q(id__in=ids) | Q(name__in=names) | Q(sha256__in=hashes)
    images = list(Image.objects.filter(named, batch=batch))
    tasks = {task.image_id: task for task in Task.objects.filter(image__in=images)}
    by_hash: dict[str, list[Image]] = defaultdict(list)
    for image in sorted(images, key=lambda image: image.state != Image.State.READY):
        by_hash[image.sha256].append(image)
    by_id, by_name = {image.id: image for image in images}, {image.name: image for image in images}
    found: list[Found] = []
    for item in items:
        if [item.image, item.name, item.sha256].count(None) != 2:
            found.append(refused("ambiguous_image"))
            continue
        one = by_id.get(item.image or 0) or by_name.get(item.name or "")
        one = one or next(iter(by_hash.get((item.sha256 or "").lower(), ())), None)
        found.append(_task_of(one, tasks))
    return found


def refused(code: str) -> Outcome:
    return Outcome("refused", None, code, _DETAILS[code])


def refusal_of(error: DomainError) -> Outcome:
    return Outcome("refused", None, error.code, error.detail, str(error.extra.get("where", "")))


def _task_of(image: Image | None, tasks: Mapping[int, Task]) -> Found:
    if image is None:
        return refused("unknown_image")
    task = tasks.get(image.id)
    if task is not None:
        task.image = image
        return task
    codes = {Image.State.FAILED: "image_refused", Image.State.DUPLICATE: "image_duplicate"}
    return refused(codes.get(Image.State(image.state), "image_waiting"))


def read_pointed(item: Mapping[str, Any]) -> Pointed:
    """An item as a stranger sent it; a name of a wrong kind is no name."""
    image, name, sha256 = item.get("image"), item.get("name"), item.get("sha256")
    return Pointed(
        payload=item.get("payload"),
        image=image if type(image) is int and 0 < image < 2**63 else None,
        name=name if isinstance(name, str) and "\0" not in name else None,
        sha256=sha256 if isinstance(sha256, str) and "\0" not in sha256 else None,
    )

"""Makers of rows for tests: the least that is valid, and whatever the test names."""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

from django.db import transaction

from clients.models import Organization
from tasks.models import Batch, Image, Job, LabelSchema, Project, Task
from tasks.seats import open_seats
from workers.models import Person, Role, Site

PIN = "271828"
PASSWORD = "mill-wheel-turns"
_number = itertools.count(1)

GARMENTS = ["dress", "hat", "longsleeve", "outwear", "pants", "shirt", "shoes", "shorts", "skirt", "t-shirt"]
TAG_SPEC: dict[str, Any] = {
    "classes": [],
    "tags": [
        {
            "key": "garment",
            "names": {"en": "Garment", "zh-hans": "服装"},
            "kind": "single",
            "required": True,
            "options": [{"key": key, "names": {"en": key.capitalize()}} for key in GARMENTS],
        }
    ],
}
BOX_SPEC: dict[str, Any] = {
    "classes": [
        {
            "key": key,
            "names": {"en": name, "zh-hans": chinese},
            "color": color,
            "geometries": ["box"],
            "attributes": [],
        }
        for key, name, chinese, color in [
            ("arduino-nano", "Arduino Nano", "纳诺板", "#d62728"),
            ("esp8266", "ESP8266", "ESP8266 模块", "#1f77b4"),
            ("raspberry-pi-3", "Raspberry Pi 3", "树莓派", "#2ca02c"),
            ("heltec-esp32-lora", "Heltec ESP32 LoRa", "LoRa 模块", "#9467bd"),
        ]
    ],
    "tags": [],
}


def make_organization(**fields: Any) -> Organization:
    n = next(_number)
    return Organization.objects.create(**{"name": f"Organization {n}", "slug": f"organization-{n}", **fields})


def make_site(**fields: Any) -> Site:
    n = next(_number)
    return Site.objects.create(**{"name": f"Site {n}", "code": f"site-{n}", **fields})


def make_person(role: str = Role.ANNOTATOR, **fields: Any) -> Person:
    n = next(_number)
    if role in {Role.ANNOTATOR, Role.SUPERVISOR} and "site" not in fields:
        fields["site"] = make_site()
    secret = fields.pop("password", PIN if role == Role.ANNOTATOR else PASSWORD)
    defaults = {"username": f"{role}-{n}", "display_name": f"{role.capitalize()} {n}", "language": "en"}
    return Person.objects.create_user(password=secret, role=role, **{**defaults, **fields})


def make_project(
    spec: dict[str, Any] | None = None, *, sites: list[Site] | None = None, **fields: Any
) -> Project:
    n = next(_number)
    if "organization" not in fields:
        fields["organization"] = make_organization()
    project = Project.objects.create(**{"name": f"Project {n}", "price": "0.0400", **fields})
    LabelSchema.objects.create(project=project, version=1, spec=spec or BOX_SPEC)
    project.sites.set(sites or [])
    return project


def make_batch(project: Project | None = None, **fields: Any) -> Batch:
    project = project or make_project()
    schema = project.schemas.order_by("-version").first()
    return Batch.objects.create(
        **{"project": project, "schema": schema, "name": f"Batch {next(_number)}", **fields}
    )


def make_tasks(
    batch: Batch, count: int, *, overlap: int | None = None, width: int = 1000, height: int = 750
) -> list[Task]:
    """Ready images in one ingested job, each with its task and open seats."""
    project = batch.project
    overlap = overlap or project.overlap
    job = Job.objects.create(
        batch=batch, number=batch.jobs.count() + 1, state=Job.State.DONE, received=count, ready=count
    )
    names = [f"image-{next(_number):07}.jpg" for _ in range(count)]
    images = Image.objects.bulk_create(
        Image(
            project=project,
            batch=batch,
            job=job,
            name=name,
            sha256=hashlib.sha256(name.encode()).hexdigest(),
            size=1000,
            state=Image.State.READY,
            format="jpeg",
            width=width,
            height=height,
        )
        for name in names
    )
    tasks = Task.objects.bulk_create(
        Task(
            project=project,
            batch=batch,
            job=job,
            image=image,
            schema=batch.schema,
            overlap=overlap,
            max_overlap=max(overlap, project.max_overlap),
        )
        for image in images
    )
    with transaction.atomic():
        open_seats(task_ids=[task.id for task in tasks])
    return tasks


def box(
    x: float, y: float, width: float, height: float, label: str = "esp8266", id: str = "a"
) -> dict[str, Any]:
    return {"id": id, "class": label, "type": "box", "box": [x, y, width, height], "attributes": {}}


def payload(*shapes: dict[str, Any], **tags: Any) -> dict[str, Any]:
    return {"tags": tags, "shapes": list(shapes)}

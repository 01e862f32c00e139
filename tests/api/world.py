"""A world in which Mill & Co. owns one of everything, each thing named so that a leak is seen."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.utils import timezone

from clients.auth import digest, new_secret
from clients.models import ApiKey, Membership, Organization, WebhookDelivery, WebhookEndpoint
from review.models import (
    Appeal,
    Comment,
    Consensus,
    Consequence,
    Dispute,
    Release,
    ReleaseFile,
    SpotCheck,
    Thread,
)
from tasks.delivery import image_url
from tasks.models import GuidePicture, ProblemReport, Project, Submission, Task
from tests.cast import Cast
from tests.factories import box, make_batch, make_tasks, payload
from workers.models import Person, Site

MARK = "millsecret"


@dataclass(frozen=True)
class World:
    arguments: dict[str, Any]  # what stands in the addresses of Mill & Co.'s objects
    callers: dict[str, Client]


def make_world(cast: Cast) -> World:
    for model, row in [(Organization, cast.mill), (Site, cast.guiyang), (Project, cast.project)]:
        model.objects.filter(id=row.id).update(name=f"{MARK} {model.__name__}")  # type: ignore[attr-defined]
    Person.objects.filter(site=cast.guiyang).update(display_name=f"{MARK} person")
    Person.objects.filter(id__in=[cast.ada.id, cast.ben.id]).update(display_name=f"{MARK} client")
    cast.project.refresh_from_db()
    batch = make_batch(cast.project, name=f"{MARK} batch")
    settled, disputed, _open = make_tasks(batch, 3)
    now = timezone.now()
    Consensus.objects.create(
        task=settled, source="machine", payload={"tags": {}, "shapes": [], "confidence": 1.0}, confidence=1.0,
        answers=3,
    )  # fmt: skip
    Task.objects.filter(id=settled.id).update(state="settled", answers=3, settled_at=now, answered_at=now)
    Task.objects.filter(id=disputed.id).update(state="disputed", answers=3, answered_at=now)
    answer = Submission.objects.create(
        id=uuid.uuid4(), task=disputed, annotator=cast.an, payload=payload(box(1, 1, 9, 9))
    )
    consequence = Consequence.objects.create(
        person=cast.an, project=cast.project, action="notify", mean=0.1, below=0.5, over=3
    )
    dispute = Dispute.objects.create(task=disputed, project=cast.project, reason="class")
    endpoint = WebhookEndpoint.objects.create(
        organization=cast.mill, url=f"https://{MARK}.example/", secret="x" * 40
    )
    key = ApiKey.objects.create(organization=cast.mill, name=f"{MARK} key", prefix="lm_x", digest="0" * 64)
    return World(
        arguments={
            "project_id": cast.project.id,
            "batch_id": batch.id,
            "task_id": settled.id,
            "dispute_id": dispute.id,
            "check_id": SpotCheck.objects.create(task=settled, project=cast.project).id,
            "submission_id": answer.id,
            "thread_id": _thread(answer).id,
            "consequence_id": consequence.id,
            "appeal_id": Appeal.objects.create(
                person=cast.an, project=cast.project, consequence=consequence, words=MARK
            ).id,
            "person_id": cast.an.id,
            "report_id": ProblemReport.objects.create(
                task=settled, person=cast.an, kind="tool", note=MARK
            ).id,
            "key_id": key.id,
            "endpoint_id": endpoint.id,
            "delivery_id": WebhookDelivery.objects.create(
                endpoint=endpoint, event="x", payload={"note": MARK}
            ).id,
            "membership_id": Membership.objects.get(person=cast.ben).id,
            **_release(cast),
            "sha256": GuidePicture.objects.create(
                project=cast.project, name=MARK, sha256="0" * 64, width=1, height=1, size=1
            ).sha256,
            "media": image_url(settled.image, "screen"),
        },
        callers={
            "stranger": Client(),
            "rita": _signed_in(cast.rita),
            "rival_key": _with_key(cast.rival),
            "dou": _signed_in(cast.dou),
            "dai": _signed_in(cast.dai),
            "deng": _signed_in(cast.deng),
        },
    )


def _release(cast: Cast) -> dict[str, Any]:
    now = timezone.now()
    release = Release.objects.create(
        project=cast.project, version=1, formats=["coco"], cutoff_at=now, state="ready", ready_at=now,
        digest="0" * 64,
    )  # fmt: skip
    file = ReleaseFile.objects.create(
        release=release, format="coco", name=f"{MARK}.zip", key="none", size=1, sha256="0" * 64
    )
    return {"release_id": release.id, "name": file.name}


def _thread(answer: Submission) -> Thread:
    task = answer.task
    thread = Thread.objects.create(
        submission=answer, task=task, project=task.project, annotator=answer.annotator, waits_for="reviewer"
    )
    Comment.objects.create(
        id=uuid.uuid4(), thread=thread, author=answer.annotator, side="annotator", words=MARK
    )
    return thread


def _signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="workers.sessions.PersonBackend")
    return client


def _with_key(organization: Organization) -> Client:
    secret = new_secret()
    ApiKey.objects.create(organization=organization, name="rival", prefix="lm_r", digest=digest(secret))
    return Client(headers={"Authorization": f"Bearer {secret}"})

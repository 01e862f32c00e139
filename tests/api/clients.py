"""What tests of the clients' API share: a caller with a key, and the worker's part done at once."""

from __future__ import annotations

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from clients.keys import issue_key
from clients.models import ApiKey, Organization
from tasks import archives, ingest
from tasks.batches import finish_forgotten
from tasks.decode.decoder import Decoder
from workers.models import Person


class Caller:
    """Speaks for an organization by an API key."""

    def __init__(self, organization: Organization) -> None:
        self.key, self.secret = make_key(organization)
        self._client = Client(headers={"Authorization": f"Bearer {self.secret}"})

    def get(self, path: str, **query: Any) -> Any:
        return self._client.get(f"/api/v1{path}", query)

    def post(self, path: str, body: object = None) -> Any:
        return self._client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")

    def send(self, batch: int, files: dict[str, bytes], **fields: Any) -> Any:
        uploads = [SimpleUploadedFile(name, data) for name, data in files.items()]
        return self._client.post(f"/api/v1/batches/{batch}/images", {"files": uploads, **fields})

    def send_dataset(self, batch: int, data: bytes, **fields: str) -> Any:
        file = SimpleUploadedFile("dataset.zip", data)
        return self._client.post(f"/api/v1/batches/{batch}/datasets", {"file": file, **fields})

    def send_archive(self, batch: int, name: str, data: bytes) -> Any:
        return self._client.post(
            f"/api/v1/batches/{batch}/archives", {"file": SimpleUploadedFile(name, data)}
        )


def signed_in(person: Person, **options: Any) -> Client:
    """A browser in which this person has signed in."""
    client = Client(**options)
    client.force_login(person, backend="workers.sessions.PersonBackend")
    return client


def make_key(organization: Organization) -> tuple[ApiKey, str]:
    now = timezone.now()
    return issue_key(organization=organization, name="test", expires_at=None, by=None, now=now)


def work(decoder: Decoder) -> None:
    """Expand and ingest all that waits, as workers would."""
    while (archive := archives.take_archive(now=timezone.now())) is not None:
        archives.expand(archive=archive)
    while (job := ingest.take_job(now=timezone.now())) is not None:
        ingest.run_job(job=job, decoder=decoder)
    finish_forgotten(now=timezone.now())

"""Put the demonstration's photographs through the same door as everybody's."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from annotator.demo.photographs import photographs
from tasks import jobs
from tasks.batches import Arrival, close_batch, open_batch, receive
from tasks.models import Project
from tasks.storage import image_key, keep_bytes

BATCH = "First photographs"


def load_photographs(*, project: Project, folder: Path | None, now: datetime) -> int:
    """Upload a first batch where the project has none; returns how many files it received."""
    if project.batches.exists():
        return 0
    arrivals = []
    for name, data in photographs(folder):
        digest = hashlib.sha256(data).hexdigest()
        keep_bytes(data, image_key(project.id, digest, "original"))
        arrivals.append(Arrival(name=name, sha256=digest, size=len(data)))
    if not arrivals:
        return 0
    batch, _is_new = open_batch(project=project, name=BATCH, priority=0)
    receive(batch_id=batch.id, arrivals=arrivals, now=now)
    close_batch(batch=batch, now=now)
    jobs.wake()
    return len(arrivals)

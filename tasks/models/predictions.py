"""Pre-annotations that a client or a model supplied."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from tasks.models.queue import Task


class Prediction(models.Model):
    """What a model says of a task: shown to annotators as a draft, never counted as a vote."""

    task = models.OneToOneField(Task, models.PROTECT, primary_key=True)
    model = models.CharField(max_length=120, help_text="the client's name of what made it")
    payload = models.JSONField(help_text="a submission's payload, shapes with an optional confidence")
    created_at = models.DateTimeField(db_default=Now())

"""Settled tasks that are not done with: an answer went back to its author, or the task waits for a check."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from tasks.models.batches import Batch
from tasks.models.queue import Task
from tasks.models.submissions import Submission


class Return(models.Model):
    """An answer that was rejected and went back to its author, who keeps its seat, or that others replace at
    once: then it has ended from the start. tasks/returns.py."""

    submission = models.OneToOneField(Submission, models.PROTECT, primary_key=True, related_name="returned")
    task = models.ForeignKey(Task, models.PROTECT, related_name="returns", db_index=False)
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    returned_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, help_text="corrected, or given to somebody else")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="an_answer_is_back_once",
                fields=["task", "annotator"],
                condition=Q(ended_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(name="returns_to_end", fields=["returned_at"], condition=Q(ended_at__isnull=True)),
        ]


class Withheld(models.Model):
    """A settled task for which its batch waits before it is complete: somebody has yet to look at it."""

    task = models.OneToOneField(Task, models.PROTECT, primary_key=True)
    batch = models.ForeignKey(Batch, models.PROTECT)

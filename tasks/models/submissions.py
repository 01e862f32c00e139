"""Answers, and annotators' words about tasks."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tasks.models.queue import Assignment, Task


class Submission(models.Model):
    """One immutable answer to a task by one annotator (a trigger refuses changes)."""

    id = models.UUIDField(primary_key=True, help_text="made by the annotator's browser")
    task = models.ForeignKey(Task, models.PROTECT, related_name="submissions")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_index=False)
    # No foreign key in the database: the seat of a complete batch keeps its number and moves to EndedSeat.
    assignment = models.OneToOneField(
        Assignment,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        help_text="the seat it fills; none when it is surplus",
    )
    payload = models.JSONField()
    late = models.BooleanField(default=False, help_text="came after its lease was lost")
    active_ms = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_answer_a_person_a_task", fields=["task", "annotator"]),
        ]
        indexes = [models.Index(name="submissions_of_person", fields=["annotator", "-created_at"])]


class ProblemReport(models.Model):
    """An annotator's word to the supervisor about a task; the task stays with the annotator."""

    class Kind(models.TextChoices):
        GUIDE = "guide", _("The guide is unclear")
        IMAGE = "image", _("Something is wrong with the image")
        TOOL = "tool", _("The tool does not work")
        OTHER = "other", _("Something else")

    task = models.ForeignKey(Task, models.PROTECT, related_name="reports")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    handled_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

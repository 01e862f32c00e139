"""Doors to clients' own models, and which jobs' images wait to be shown to one."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tasks.models.batches import Job
from tasks.models.projects import Project

MOST_SECONDS = 60


class ModelDoor(models.Model):
    """Where a project's model answers, over HTTP; docs/model-door.md says what is asked and answered."""

    project = models.OneToOneField(Project, models.CASCADE, primary_key=True, related_name="door")
    url = models.URLField(_("address"), max_length=500)
    secret = models.CharField(max_length=64, help_text="requests are signed with it")
    seconds = models.PositiveSmallIntegerField(
        _("seconds to wait"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_SECONDS)],
    )
    prelabels_from = models.DateTimeField(
        null=True, help_text="batches made since are shown to the model; none: only those it is asked for"
    )
    answers_prompts = models.BooleanField(default=False, help_text="annotators may ask it about a place")
    is_active = models.BooleanField(default=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="one after the other, until now")
    resting_until = models.DateTimeField(
        null=True, help_text="after failures nobody waits for it for a while"
    )
    last_error = models.CharField(max_length=300, blank=True)
    last_error_at = models.DateTimeField(null=True)
    last_answer_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="door_waits_a_while", condition=Q(seconds__gte=1, seconds__lte=MOST_SECONDS)
            ),
        ]


class Prelabelling(models.Model):
    """One job's images on their way through the project's model: rows that workers pull."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Given up")

    job = models.OneToOneField(Job, models.CASCADE, primary_key=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    position = models.BigIntegerField(
        default=0, help_text="the last task that the model has been asked about"
    )
    stored = models.PositiveIntegerField(default=0)
    silent = models.PositiveIntegerField(default=0, help_text="images it had nothing to say about")
    refused = models.PositiveIntegerField(default=0, help_text="answers that do not fit the label schema")
    last_refusal = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="failures since the last answer")
    next_attempt_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                name="prelabellings_to_do", fields=["next_attempt_at"], condition=Q(state="waiting")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="prelabelling_counts_what_it_asked",
                condition=Q(position__gt=0) | Q(stored=0, silent=0, refused=0),
            ),
        ]

"""What the machine concluded, and what people settled."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Consensus(models.Model):
    """The standing conclusion for a task; replaced only while the task is not settled,
    or by a reviewer's spot check (review/spot_verdicts.py)."""

    class Source(models.TextChoices):
        MACHINE = "machine", _("Machine")
        ADJUDICATION = "adjudication", _("Adjudication")
        CLIENT = "client", _("Known to the client")
        CHECK = "check", _("Spot check")

    BY_REVIEWERS = (Source.ADJUDICATION, Source.CHECK)

    task = models.OneToOneField("tasks.Task", models.PROTECT, primary_key=True)
    source = models.CharField(max_length=12, choices=Source)
    payload = models.JSONField(help_text="annotations with confidence and provenance")
    confidence = models.FloatField(help_text="the least sure of what decides, 0 to 1")
    answers = models.PositiveSmallIntegerField(help_text="submissions it was made of")
    excluded = models.BooleanField(
        default=False, help_text="a reviewer found it cannot be labelled: settled, but in no release"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="confidence_is_a_share", condition=Q(confidence__gte=0, confidence__lte=1)
            ),
        ]


class Skill(models.Model):
    """How often one annotator agrees with what is settled in one project, as a beta posterior."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    project = models.ForeignKey("tasks.Project", models.PROTECT)
    estimate = models.FloatField(help_text="expected accuracy, 0 to 1")
    weight = models.FloatField(default=0, help_text="answers it rests on")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_skill_each", fields=["person", "project"])]


class CrowdEstimate(models.Model):
    """How a project's people see and draw, as the last full pass estimated it; settling starts from it."""

    project = models.OneToOneField("tasks.Project", models.PROTECT, primary_key=True)
    estimate = models.JSONField(help_text="consensus.Crowd as JSON")
    settled = models.PositiveIntegerField(default=0, help_text="tasks settled when it was made")
    updated_at = models.DateTimeField()


class Dispute(models.Model):
    """A task the machine will not settle, waiting for a reviewer."""

    class Reason(models.TextChoices):
        TAGS = "tags", _("They chose differently")
        EXISTENCE = "existence", _("Some saw an object that others did not")
        CLASS = "class", _("They named an object differently")
        ATTRIBUTE = "attribute", _("They described an object differently")
        GEOMETRY = "geometry", _("They drew an object differently")
        SKIPPED = "skipped", _("Nobody could answer it")
        ERROR = "error", _("The machine could not read the answers")

    task = models.ForeignKey("tasks.Task", models.PROTECT, related_name="disputes")
    project = models.ForeignKey("tasks.Project", models.PROTECT, db_index=False)
    reason = models.CharField(max_length=12, choices=Reason)
    where = models.CharField(max_length=120, blank=True, help_text="path into the consensus: shapes[3]")
    value = models.FloatField(default=0, help_text="expected gain by settling it; the queue's order")
    # A courtesy, so that two reviewers do not study the same one; the verdict alone decides who was first.
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    held_until = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_open_dispute_a_task", fields=["task"], condition=Q(resolved_at__isnull=True)
            ),
        ]
        indexes = [
            models.Index(
                name="disputes_to_settle",
                fields=["project", "-value", "id"],
                condition=Q(resolved_at__isnull=True),
            ),
        ]


class Adjudication(models.Model):
    """A reviewer's immutable verdict on a dispute; its id is made by the browser, a replay is one verdict."""

    id = models.UUIDField(primary_key=True)
    dispute = models.OneToOneField(Dispute, models.PROTECT)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    picked = models.ForeignKey(
        "tasks.Submission", models.PROTECT, null=True, help_text="the answer it started from"
    )
    payload = models.JSONField()
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())

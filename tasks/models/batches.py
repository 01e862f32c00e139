"""Batches, the jobs they are sharded into, archives on their way, images."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tasks.models.projects import LabelSchema, Project


class Batch(models.Model):
    """One upload of images into a project."""

    class State(models.TextChoices):
        OPEN = "open", _("Open for upload")
        INGESTING = "ingesting", _("Ingesting")
        LABELLING = "labelling", _("Labelling")
        REVIEWING = "reviewing", _("Reviewing")
        COMPLETE = "complete", _("Complete")

    project = models.ForeignKey(Project, models.PROTECT, related_name="batches")
    schema = models.ForeignKey(LabelSchema, models.PROTECT)
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    priority = models.SmallIntegerField(_("priority"), default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, help_text="no more uploads")
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="batch_name_in_project", fields=["project", "name"]),
            models.CheckConstraint(
                name="open_batch_is_not_closed",
                condition=Q(state="open", closed_at__isnull=True)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="complete_batch_has_its_time",
                condition=Q(state="complete", completed_at__isnull=False)
                | (~Q(state="complete") & Q(completed_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Job(models.Model):
    """One shard of a batch: what a worker ingests and what progress is counted in."""

    class State(models.TextChoices):
        FILLING = "filling", _("Receiving")
        PENDING = "pending", _("Waiting")
        RUNNING = "running", _("Ingesting")
        DONE = "done", _("Ingested")

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="jobs")
    number = models.PositiveIntegerField()
    # Written by tasks/reserve.py, which moves the job's open seats to that site's lanes.
    site = models.ForeignKey(
        "workers.Site", models.PROTECT, null=True, db_index=False, help_text="reserved for it"
    )
    state = models.CharField(max_length=8, choices=State, default=State.FILLING)
    token = models.UUIDField(null=True, help_text="fences the worker that runs it")
    running_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    touched_at = models.DateTimeField(db_default=Now(), help_text="when a file was last added")
    # Progress: files received, then how each ended, then how far labelling is.
    received = models.PositiveIntegerField(default=0)
    ready = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0, help_text="tasks that have had all their answers")
    settled = models.PositiveIntegerField(default=0)
    disputed = models.PositiveIntegerField(default=0, help_text="tasks in dispute now")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="job_number_in_batch", fields=["batch", "number"]),
            models.CheckConstraint(
                name="running_job_is_fenced",
                condition=Q(state="running", token__isnull=False, running_until__isnull=False)
                | (~Q(state="running") & Q(token__isnull=True, running_until__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                name="jobs_to_run", fields=["id"], condition=Q(state__in=["filling", "pending", "running"])
            ),
        ]


class Archive(models.Model):
    """A zip or tar of images, as received; a worker expands it into the jobs of its batch."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        RUNNING = "running", _("Expanding")
        DONE = "done", _("Expanded")
        REFUSED = "refused", _("Refused")

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="archives")
    name = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="bytes")
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    token = models.UUIDField(null=True, help_text="fences the worker that expands it")
    running_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    files = models.PositiveIntegerField(default=0, help_text="files found in it so far")
    reason = models.CharField(max_length=40, blank=True, help_text="code of why it was refused")
    detail = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="archive_once_in_batch", fields=["batch", "sha256"]),
            models.CheckConstraint(
                name="running_archive_is_fenced",
                condition=Q(state="running", token__isnull=False, running_until__isnull=False)
                | (~Q(state="running") & Q(token__isnull=True, running_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="refused_archive_has_a_reason",
                condition=Q(state="refused", reason__gt="") | (~Q(state="refused") & Q(reason="")),
            ),
        ]
        indexes = [
            models.Index(
                name="archives_to_expand", fields=["id"], condition=Q(state__in=["pending", "running"])
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Image(models.Model):
    """One uploaded file and what became of it. The bytes are addressed by their SHA-256 in storage."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        READY = "ready", _("Ready")
        DUPLICATE = "duplicate", _("Duplicate")
        FAILED = "failed", _("Refused")

    project = models.ForeignKey(Project, models.PROTECT, db_index=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="images")
    job = models.ForeignKey(Job, models.PROTECT, related_name="images")
    name = models.CharField(max_length=300, help_text="the client's file name or path")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="bytes of the original")
    state = models.CharField(max_length=9, choices=State, default=State.RECEIVED)
    format = models.CharField(max_length=8, blank=True, help_text="format of the original: jpeg, png ...")
    width = models.PositiveIntegerField(null=True, help_text="pixels, upright")
    height = models.PositiveIntegerField(null=True, help_text="pixels, upright")
    reason = models.CharField(max_length=40, blank=True, help_text="code of why it was refused")
    detail = models.CharField(max_length=200, blank=True, help_text="what the decoder said, in English")
    duplicate_of = models.ForeignKey("self", models.PROTECT, null=True, db_index=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="image_name_in_batch", fields=["batch", "name"]),
            models.UniqueConstraint(
                name="same_bytes_in_a_project_are_one_image",
                fields=["project", "sha256"],
                condition=Q(state="ready"),
            ),
            models.CheckConstraint(
                name="ready_image_has_a_size",
                condition=~Q(state="ready") | Q(width__gte=1, height__gte=1),
            ),
            models.CheckConstraint(
                name="failed_image_has_a_reason", condition=~Q(state="failed") | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="duplicate_names_its_image",
                condition=Q(state="duplicate", duplicate_of__isnull=False)
                | (~Q(state="duplicate") & Q(duplicate_of__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                name="images_in_report",
                fields=["batch", "id"],
                condition=Q(state__in=["failed", "duplicate"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

"""The datasets made of what is settled."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Release(models.Model):
    """An immutable, versioned dataset made of settled tasks."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        BUILDING = "building", _("Building")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    project = models.ForeignKey("tasks.Project", models.PROTECT, related_name="releases")
    batch = models.ForeignKey("tasks.Batch", models.PROTECT, null=True, help_text="none: the whole project")
    version = models.PositiveIntegerField()
    formats = models.JSONField()
    options = models.JSONField(default=dict, blank=True, help_text="splits, confidence, raw answers, images")
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    token = models.UUIDField(null=True, help_text="fences the worker that builds it")
    building_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    cutoff_at = models.DateTimeField(help_text="tasks settled until then")
    total = models.PositiveIntegerField(default=0, help_text="tasks it will hold")
    done = models.PositiveIntegerField(default=0, help_text="tasks written so far, summed over formats")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 over the manifest")
    contents = models.CharField(
        max_length=300, blank=True, help_text="key of what it says, to compare releases by (difference.py)"
    )
    error = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="release_version_in_project", fields=["project", "version"]),
            models.CheckConstraint(
                name="building_release_is_fenced",
                condition=Q(state="building", token__isnull=False, building_until__isnull=False)
                | (~Q(state="building") & Q(token__isnull=True, building_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="ready_release_has_a_digest",
                condition=Q(state="ready", ready_at__isnull=False, digest__gt="")
                | (~Q(state="ready") & Q(ready_at__isnull=True, digest="")),
            ),
        ]


class ReleaseFile(models.Model):
    """One archive of a release, in one format, in storage."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="files")
    format = models.CharField(max_length=16)
    name = models.CharField(max_length=120)
    key = models.CharField(max_length=300)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_file_a_format", fields=["release", "format"])]


class Difference(models.Model):
    """What differs between two releases of a project: asked for once, worked out by a worker."""

    older = models.ForeignKey(Release, models.PROTECT, related_name="+", db_index=False)
    newer = models.ForeignKey(Release, models.PROTECT, related_name="differences")
    summary = models.JSONField(null=True, help_text="counts by class; null until it is worked out")
    key = models.CharField(
        max_length=300, blank=True, help_text="the images that differ: JSON lines, gzipped"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_difference_of_two", fields=["older", "newer"]),
            models.CheckConstraint(
                name="difference_has_its_images",
                condition=Q(summary__isnull=True, key="") | (Q(summary__isnull=False) & ~Q(key="")),
            ),
        ]
        indexes = [
            models.Index(name="differences_to_find", fields=["id"], condition=Q(summary__isnull=True)),
        ]

"""What a site's supervisors say about the order of work. Reserved jobs: `Job.site`."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tasks.models.batches import Batch
from tasks.models.projects import Project

LOWEST, HIGHEST = -100, 100


class ProjectPause(models.Model):
    """A project that one site does not work on for now; the other sites go on."""

    site = models.ForeignKey("workers.Site", models.CASCADE, db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, db_index=False)
    paused_at = models.DateTimeField(db_default=Now())
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_pause_a_site_a_project", fields=["site", "project"]),
        ]


class BatchRank(models.Model):
    """A batch's priority at one site, in place of the client's."""

    site = models.ForeignKey("workers.Site", models.CASCADE, db_index=False)
    batch = models.ForeignKey(Batch, models.CASCADE, db_index=False, related_name="ranks")
    priority = models.SmallIntegerField(
        _("priority"), validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_rank_a_batch_a_site", fields=["batch", "site"]),
            models.CheckConstraint(
                name="rank_in_range", condition=models.Q(priority__gte=LOWEST, priority__lte=HIGHEST)
            ),
        ]


class SiteRevision(models.Model):
    """Counts the changes of what ranks a site's projects; triggers write it (routing.sql)."""

    site = models.OneToOneField(
        "workers.Site", models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )
    revision = models.BigIntegerField()


class Route(models.Model):
    """The projects somebody is served from, in order, and what this order was made of (routing.sql)."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    site = models.ForeignKey(
        "workers.Site", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    skills = ArrayField(models.CharField(max_length=40))
    language = models.CharField(max_length=8)
    half_hour = models.BigIntegerField()
    revision = models.BigIntegerField()
    projects = ArrayField(models.BigIntegerField())

"""What a site's supervisors say about the order of work. Reserved jobs: `Job.site`."""

from __future__ import annotations

from django.conf import settings
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

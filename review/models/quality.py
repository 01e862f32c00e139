"""The quality that a project asks for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Quality(models.Model):
    """What a project wants of its dataset beyond the confidence to settle; no row: nothing beyond it.

    With a wanted accuracy or IoU the overlap is the least number of answers and the maximum overlap the most:
    each task gets as few as reach it (review/adaptive.py).
    """

    project = models.OneToOneField("tasks.Project", models.PROTECT, primary_key=True)
    accuracy = models.FloatField(null=True, help_text="confidence wanted of each task, 0 to 1")
    iou = models.FloatField(null=True, help_text="expected IoU wanted of each shape, 0 to 1")
    trusts_predictions = models.BooleanField(
        db_default=False,
        help_text="one answer suffices where a trusted annotator agrees with a confident prediction",
    )
    gold_seen_by = models.PositiveIntegerField(
        db_default=100, help_text="a gold task that so many people have had is retired as leaked"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="wanted_quality_is_a_share",
                condition=(Q(accuracy__isnull=True) | Q(accuracy__gt=0, accuracy__lt=1))
                & (Q(iou__isnull=True) | Q(iou__gt=0, iou__lt=1)),
            ),
        ]

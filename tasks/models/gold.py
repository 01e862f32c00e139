"""Tasks with a known answer, and how far people are with them. tasks/gold.py writes both."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tasks.models.projects import Project
from tasks.models.queue import Task


class GoldTask(models.Model):
    """A settled task whose answer is known. Each person gets a seat of their own at it, once."""

    class Kind(models.TextChoices):
        MEASURE = "measure", _("To measure")
        PRACTICE = "practice", _("To practise")

    class Origin(models.TextChoices):
        CLIENT = "client", _("From the client")
        REVIEW = "review", _("From a reviewer")

    task = models.OneToOneField(Task, models.PROTECT, primary_key=True, related_name="gold")
    project = models.ForeignKey(Project, models.PROTECT, db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    payload = models.JSONField(help_text="the known answer, as a submission's payload")
    origin = models.CharField(max_length=6, choices=Origin)
    place = models.BigIntegerField(
        help_text="where it lies in its project's ring; people start anywhere in it"
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True, help_text="given to nobody any more")
    retired_why = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                name="gold_to_give", fields=["project", "kind", "place"], condition=Q(retired_at__isnull=True)
            ),
        ]


class Entrance(models.Model):
    """One person in one project: through practice or not, and how much gold they have been given."""

    class State(models.TextChoices):
        PRACTISING = "practising", _("Practising")
        PASSED = "passed", _("Passed")
        SENT_BACK = "sent_back", _("Practising again")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="entrances")
    project = models.ForeignKey(Project, models.CASCADE, db_index=False)
    state = models.CharField(
        max_length=10, choices=State, default=State.PRACTISING, db_default=State.PRACTISING
    )
    changed_at = models.DateTimeField(db_default=Now())
    reason = models.CharField(max_length=300, blank=True, db_default="", help_text="as the person is told")
    # Written by the claim (gold.sql). None is indexed, so that the row stays on its page.
    given = models.PositiveIntegerField(db_default=0, help_text="seats given while the project mixed gold in")
    measure_place = models.BigIntegerField(null=True, help_text="the last place in the ring; none: not begun")
    practice_place = models.BigIntegerField(db_default=-1)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_entrance_a_person_a_project", fields=["person", "project"]),
        ]

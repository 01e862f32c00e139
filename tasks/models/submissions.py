"""Answers, and annotators' words about tasks."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tasks.models.queue import Assignment, Task


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def current(self) -> SubmissionQuerySet:
        """The newest version of each answer: those that no correction has taken the place of."""
        newer = Submission.objects.filter(supersedes=models.OuterRef("id"))
        return self.filter(~models.Exists(newer))


class Submission(models.Model):
    """One immutable answer to a task by one annotator (a trigger refuses changes).

    A correction (tasks/corrections.py) is a new version that supersedes the last one and fills the same seat.
    """

    id = models.UUIDField(primary_key=True, help_text="made by the annotator's browser")
    task = models.ForeignKey(Task, models.PROTECT, related_name="submissions", db_index=False)
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_index=False)
    # No foreign key in the database: the seat of a complete batch keeps its number and moves to EndedSeat.
    assignment = models.ForeignKey(
        Assignment,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        help_text="the seat it fills; none when it is surplus",
    )
    version = models.PositiveSmallIntegerField(db_default=1)
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, db_index=False, help_text="the version that this one corrects"
    )
    purpose = models.CharField(
        max_length=8,
        choices=Assignment.Purpose,
        default=Assignment.Purpose.WORK,
        db_default=Assignment.Purpose.WORK,
        help_text="an answer to gold fills no seat and counts nowhere",
    )
    payload = models.JSONField()
    late = models.BooleanField(default=False, help_text="came after its lease was lost")
    active_ms = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_answer_a_person_a_task", fields=["task", "annotator", "version"]
            ),
            models.UniqueConstraint(name="one_answer_a_seat", fields=["assignment", "version"]),
            models.UniqueConstraint(
                name="a_version_is_corrected_once",
                fields=["supersedes"],
                condition=models.Q(supersedes__isnull=False),
            ),
            models.CheckConstraint(
                name="a_correction_names_what_it_corrects",
                condition=models.Q(version=1, supersedes__isnull=True)
                | models.Q(version__gt=1, supersedes__isnull=False),
            ),
            models.CheckConstraint(
                name="an_answer_to_gold_fills_no_seat",
                condition=models.Q(purpose="work") | models.Q(assignment__isnull=True),
            ),
        ]
        indexes = [
            models.Index(name="submissions_of_person", fields=["annotator", "-created_at"]),
            models.Index(
                name="answers_to_mark", fields=["created_at"], condition=models.Q(purpose="measure")
            ),
        ]


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

    class Meta:
        constraints = [
            # Sent twice at the same moment it is one report.
            models.UniqueConstraint(
                fields=["task", "person", "kind", "note"],
                condition=models.Q(handled_at=None),
                name="report_open_once",
            )
        ]

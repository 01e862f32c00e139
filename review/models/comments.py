"""What reviewers and the author of an answer say to each other, pinned on a place of the answer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Thread(models.Model):
    """A talk about one answer: about an object of it, a place in the image, or the whole of it.

    Its annotator and the reviewers of the project see it, nobody else; neither learns the other's name.
    """

    class Side(models.TextChoices):
        REVIEWER = "reviewer", _("Waits for a reviewer")
        ANNOTATOR = "annotator", _("Waits for the annotator")

    submission = models.ForeignKey(
        "tasks.Submission", models.PROTECT, related_name="threads", help_text="the version it was opened on"
    )
    task = models.ForeignKey("tasks.Task", models.PROTECT, related_name="threads", db_index=False)
    project = models.ForeignKey("tasks.Project", models.PROTECT, db_index=False)
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="threads")
    shape = models.CharField(max_length=40, blank=True, help_text="id of an object of the answer")
    x = models.FloatField(null=True, help_text="a place, in pixels of the upright image")
    y = models.FloatField(null=True)
    said = models.PositiveSmallIntegerField(default=0, help_text="comments so far")
    waits_for = models.CharField(max_length=9, choices=Side, help_text="who did not speak last")
    opened_at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_thread_is_pinned_on_one_thing",
                condition=Q(x__isnull=True, y__isnull=True) | Q(shape="", x__isnull=False, y__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="threads_of_answer", fields=["task", "annotator"]),
            models.Index(
                name="threads_to_answer",
                fields=["project", "id"],
                condition=Q(resolved_at__isnull=True, waits_for="reviewer"),
            ),
        ]


class Comment(models.Model):
    """One remark, never changed; its id is made by the page, so that sending it twice is saying it once."""

    id = models.UUIDField(primary_key=True)
    thread = models.ForeignKey(Thread, models.PROTECT, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    side = models.CharField(max_length=9, choices=[("reviewer", "reviewer"), ("annotator", "annotator")])
    words = models.CharField(max_length=1000)
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_comment_says_something", condition=~Q(words="")),
        ]

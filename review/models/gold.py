"""How people do on tasks whose answer is known, what follows from it, and what they say against that."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class GoldScore(models.Model):
    """How near one answer to gold comes to the known one; written once, by review/marking.py."""

    submission = models.OneToOneField("tasks.Submission", models.PROTECT, primary_key=True)
    task = models.ForeignKey("tasks.GoldTask", models.PROTECT)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_index=False)
    project = models.ForeignKey("tasks.Project", models.PROTECT, db_index=False)
    is_practice = models.BooleanField()
    score = models.FloatField(help_text="agreement as the consensus measures it, 0 to 1")
    answered_at = models.DateTimeField(help_text="when the answer came")

    class Meta:
        constraints = [
            models.CheckConstraint(name="gold_score_is_a_share", condition=Q(score__gte=0, score__lte=1)),
        ]
        indexes = [
            models.Index(
                name="gold_scores_of_person", fields=["project", "person", "is_practice", "-answered_at"]
            ),
            models.Index(name="last_marked", fields=["answered_at"], condition=Q(is_practice=False)),
        ]


class GoldRule(models.Model):
    """What follows in a project when a person's mean over their last gold answers is too low."""

    class Action(models.TextChoices):
        NOTIFY = "notify", _("Tell the supervisor")
        PRACTICE = "practice", _("Back to practice")
        PAUSE = "pause", _("Pause the person")

    project = models.ForeignKey("tasks.Project", models.CASCADE, related_name="gold_rules")
    action = models.CharField(_("action"), max_length=8, choices=Action)
    below = models.FloatField(
        _("mean below"), validators=[MinValueValidator(0.01), MaxValueValidator(1.0)], help_text="0 to 1"
    )
    over = models.PositiveSmallIntegerField(
        _("over the last"), validators=[MinValueValidator(1), MaxValueValidator(200)]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_rule_an_action", fields=["project", "action"]),
            models.CheckConstraint(
                name="gold_rule_in_range", condition=Q(below__gt=0, below__lte=1, over__gte=1, over__lte=200)
            ),
        ]


class Consequence(models.Model):
    """A rule that came into effect for a person, with its terms as they were. Never deleted; an appeal that
    is granted lifts it. Until then the answers before it count for no other consequence of the kind."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="consequences")
    project = models.ForeignKey("tasks.Project", models.PROTECT)
    action = models.CharField(max_length=8, choices=GoldRule.Action)
    mean = models.FloatField()
    below = models.FloatField()
    over = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(name="consequences_of_person", fields=["person", "-made_at"])]


class Appeal(models.Model):
    """An annotator's word against a consequence or against their answer's being rejected; one each."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="appeals")
    project = models.ForeignKey("tasks.Project", models.PROTECT)
    consequence = models.OneToOneField(Consequence, models.PROTECT, null=True)
    submission = models.OneToOneField("tasks.Submission", models.PROTECT, null=True)
    words = models.CharField(max_length=500)
    made_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    granted = models.BooleanField(null=True)
    answer = models.CharField(max_length=500, blank=True, help_text="the reviewer's word to the annotator")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_appeal_is_against_one_thing",
                condition=Q(consequence__isnull=True, submission__isnull=False)
                | Q(consequence__isnull=False, submission__isnull=True),
            ),
            models.CheckConstraint(
                name="decided_appeal_has_a_verdict",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, granted__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, granted__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="appeals_to_decide", fields=["project", "id"], condition=Q(decided_at__isnull=True)
            ),
        ]

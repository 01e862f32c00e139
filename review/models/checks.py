"""Spot checks: settled tasks drawn by chance, and what a reviewer found of each answer."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class CheckPolicy(models.Model):
    """How a project's settled tasks are checked, and what follows for a rejected answer; no row: nothing."""

    class Pay(models.TextChoices):
        KEEP = "keep", _("Keep the pay")
        DEDUCT = "deduct", _("Take the pay off again")

    class Again(models.TextChoices):
        OTHERS = "others", _("Somebody else is asked")
        SAME = "same", _("It goes back to who gave it")

    project = models.OneToOneField("tasks.Project", models.PROTECT, primary_key=True)
    rate = models.FloatField(
        _("share to check"),
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text=_("0.05: one task in twenty that the machine settles is drawn."),
    )
    seed = models.BigIntegerField(_("seed"), help_text=_("The same seed draws the same tasks."))
    pay = models.CharField(_("pay of rejected answers"), max_length=6, choices=Pay, default=Pay.KEEP)
    again = models.CharField(
        _("rejected work to be done again"), max_length=6, choices=Again, default=Again.OTHERS
    )
    holds = models.BooleanField(
        _("wait for open checks"),
        default=False,
        help_text=_("A batch is complete, and a release holds a task, only when its check is judged."),
    )

    class Meta:
        verbose_name = _("spot checks of a project")
        verbose_name_plural = _("spot checks of projects")
        constraints = [
            models.CheckConstraint(name="check_rate_is_a_share", condition=Q(rate__gte=0, rate__lte=1)),
        ]

    def __str__(self) -> str:
        return str(self.project)


class SpotCheck(models.Model):
    """A settled task that was drawn; a task that was sent to others and settles anew may be drawn anew."""

    class Outcome(models.TextChoices):
        STANDS = "stands", _("It stands")
        FIXED = "fixed", _("The reviewer put it right")
        SENT_ON = "sent_on", _("Sent to somebody else")
        RETURNED = "returned", _("Sent back to who answered")

    task = models.ForeignKey("tasks.Task", models.PROTECT, related_name="checks")
    project = models.ForeignKey("tasks.Project", models.PROTECT, db_index=False)
    drawn_at = models.DateTimeField(db_default=Now())
    holds = models.BooleanField(db_default=False, help_text="its batch and releases wait for it")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    fix = models.UUIDField(null=True, unique=True, help_text="made by the browser: a replay is one fix")
    judged_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_open_check_a_task", fields=["task"], condition=Q(judged_at__isnull=True)
            ),
            models.CheckConstraint(
                name="judged_check_has_its_outcome",
                condition=Q(judged_at__isnull=True, outcome="")
                | (Q(judged_at__isnull=False, reviewer__isnull=False) & ~Q(outcome="")),
            ),
        ]
        indexes = [
            models.Index(
                name="checks_to_judge", fields=["project", "id"], condition=Q(judged_at__isnull=True)
            ),
        ]


class CheckedAnswer(models.Model):
    """What a reviewer found of one answer. A rejected one counts no more in any conclusion, unless an appeal
    against it is granted."""

    class Reason(models.TextChoices):
        MISSED = "missed", _("Something was missed")
        INVENTED = "invented", _("Something is marked that is not there")
        CLASS = "class", _("Something has the wrong name")
        GEOMETRY = "geometry", _("Something is drawn inexactly")
        GUIDE = "guide", _("It does not follow the guide")
        OTHER = "other", _("Another reason")

    check_made = models.ForeignKey(SpotCheck, models.PROTECT, related_name="answers")
    submission = models.ForeignKey("tasks.Submission", models.PROTECT, related_name="checked")
    rejected = models.BooleanField()
    reason = models.CharField(max_length=8, choices=Reason, blank=True)
    note = models.CharField(max_length=500, blank=True)
    lifted_at = models.DateTimeField(null=True, help_text="an appeal against it was granted")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="an_answer_once_a_check", fields=["check_made", "submission"]),
            models.UniqueConstraint(
                name="one_rejection_an_answer",
                fields=["submission"],
                condition=Q(rejected=True, lifted_at__isnull=True),
            ),
            models.CheckConstraint(
                name="rejection_has_its_reason", condition=Q(rejected=False) | ~Q(reason="")
            ),
        ]

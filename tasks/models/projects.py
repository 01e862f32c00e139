"""Projects and their label schemas."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from workers.models import LANGUAGES, SKILL_LENGTH, skill_rule

MAX_SEATS = 25
VERIFICATION_RULE = _("To verify, ask for one answer to each image, and for two or more at most.")
MAX_HELD = 500


class Project(models.Model):
    """What is asked of annotators, and under which terms."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        PAUSED = "paused", _("Paused")
        CLOSED = "closed", _("Closed")

    organization = models.ForeignKey("clients.Organization", models.PROTECT, related_name="projects")
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    guide = models.JSONField(_("guide"), default=dict, blank=True, help_text="Markdown by language code")
    sites = models.ManyToManyField("workers.Site", blank=True, related_name="projects")
    skills = ArrayField(
        models.CharField(max_length=SKILL_LENGTH, validators=[skill_rule]),
        verbose_name=_("skills needed"),
        db_default=Value([], output_field=ArrayField(models.CharField(max_length=SKILL_LENGTH))),
        default=list,
        blank=True,
    )
    language = models.CharField(
        _("language needed"), max_length=8, choices=LANGUAGES, blank=True, default="", db_default=""
    )
    overlap = models.PositiveSmallIntegerField(
        _("overlap"), default=3, validators=[MinValueValidator(1), MaxValueValidator(MAX_SEATS)]
    )
    max_overlap = models.PositiveSmallIntegerField(
        _("maximum overlap"), default=5, validators=[MinValueValidator(1), MaxValueValidator(MAX_SEATS)]
    )
    lease_seconds = models.PositiveIntegerField(
        _("lease, seconds"), default=900, validators=[MinValueValidator(30), MaxValueValidator(7 * 86400)]
    )
    settle_threshold = models.FloatField(
        _("confidence to settle"), default=0.7, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    hold_limit = models.PositiveSmallIntegerField(
        _("seats held at once"),
        default=60,
        db_default=60,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_HELD)],
        help_text=_("Who holds so many, of any project, is given none of this one until some are answered."),
    )
    gold_rate = models.FloatField(
        _("share of gold"),
        default=0.0,
        db_default=0.0,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text=_("0.05: one task in twenty has a known answer."),
    )
    practice_pass_mark = models.FloatField(
        _("mark to pass practice"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text=_("Mean score of a newcomer's practice tasks, 0 to 1. Empty: nobody has to practise."),
    )
    verifies = models.BooleanField(
        _("later people verify"),
        default=False,
        db_default=False,
        help_text=_("The second person judges the first one's answer: right, wrong, or put right."),
    )
    price = models.DecimalField(
        _("price a task"), max_digits=10, decimal_places=4, default=0, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    priority = models.SmallIntegerField(_("priority"), default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="overlap_within_maximum",
                condition=Q(overlap__gte=1, overlap__lte=F("max_overlap"), max_overlap__lte=MAX_SEATS),
            ),
            models.CheckConstraint(
                name="threshold_is_a_share", condition=Q(settle_threshold__gte=0, settle_threshold__lte=1)
            ),
            models.CheckConstraint(
                name="gold_rate_is_a_share", condition=Q(gold_rate__gte=0, gold_rate__lte=1)
            ),
            models.CheckConstraint(
                name="pass_mark_is_a_share",
                condition=Q(practice_pass_mark__isnull=True)
                | Q(practice_pass_mark__gte=0, practice_pass_mark__lte=1),
            ),
            models.CheckConstraint(
                name="hold_limit_in_range", condition=Q(hold_limit__gte=1, hold_limit__lte=MAX_HELD)
            ),
            models.CheckConstraint(
                name="verification_begins_with_one_answer",
                condition=Q(verifies=False) | Q(overlap=1, max_overlap__gte=2),
            ),
            models.CheckConstraint(name="price_not_negative", condition=Q(price__gte=0)),
            models.UniqueConstraint(name="project_name_in_organization", fields=["organization", "name"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_seconds)


class GuidePicture(models.Model):
    """A picture of a project's guide; its bytes are in storage, made small (guide_pictures.py)."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="guide_pictures")
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64, help_text="of the file as it was sent")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField(help_text="bytes of what annotators fetch")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="guide_picture_once", fields=["project", "sha256"])]

    @property
    def address(self) -> str:
        """What stands for the picture in the guide's Markdown."""
        return f"guide:{self.sha256[:16]}"


class LabelSchema(models.Model):
    """One immutable version of what may be answered (a trigger refuses changes)."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="schemas")
    version = models.PositiveIntegerField()
    spec = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="schema_version", fields=["project", "version"])]

"""People, sites, presence, throughput and the earnings ledger."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]

username_rule = RegexValidator(
    r"^[a-z0-9][a-z0-9._@+-]{1,63}$",
    _("Use 2 to 64 lower-case letters, digits and . _ @ + -, starting with a letter or digit."),
)
# A skill is a word that operators and supervisors agree on: "garments", "medical-2".
SKILL_LENGTH = 40
skill_rule = RegexValidator(
    r"^[a-z0-9][a-z0-9-]*\Z", _("A skill is written with lower-case letters, digits and dashes.")
)


class Site(models.Model):
    """A data factory's location."""

    code = models.SlugField(max_length=32, unique=True)
    name = models.CharField(max_length=100)
    timezone = models.CharField(max_length=64, default="Asia/Shanghai")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> Person:
        person = Person(username=username.strip().lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, username: str, password: str | None = None, **fields: object) -> Person:
        fields = {"role": Role.OPERATOR, "is_staff": True, "is_superuser": True, **fields}
        return self.create_user(username, password, **fields)

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(username=(username or "").strip().lower())


class Role(models.TextChoices):
    ANNOTATOR = "annotator", _("Annotator")
    REVIEWER = "reviewer", _("Reviewer")
    SUPERVISOR = "supervisor", _("Supervisor")
    CLIENT = "client", _("Client")
    OPERATOR = "operator", _("Operator")


class Person(AbstractBaseUser, PermissionsMixin):
    """Anybody who signs in. One role each; annotators and supervisors belong to a site."""

    username = models.CharField(_("login name"), max_length=64, unique=True, validators=[username_rule])
    display_name = models.CharField(_("name"), max_length=100)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGES, default="zh-hans")
    theme = models.CharField(
        _("theme"),
        max_length=5,
        default="auto",
        choices=[("auto", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    role = models.CharField(_("role"), max_length=16, choices=Role)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="people")
    skills = ArrayField(
        models.CharField(max_length=SKILL_LENGTH, validators=[skill_rule]),
        verbose_name=_("skills"),
        db_default=models.Value([], output_field=ArrayField(models.CharField(max_length=SKILL_LENGTH))),
        default=list,
        blank=True,
    )
    paused_at = models.DateTimeField(_("paused since"), null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    objects = PersonManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="person_of_a_site_has_a_site",
                condition=~models.Q(role__in=["annotator", "supervisor"]) | models.Q(site__isnull=False),
            ),
            models.CheckConstraint(
                name="client_has_no_site",
                condition=~models.Q(role="client") | models.Q(site__isnull=True),
            ),
            models.CheckConstraint(
                name="only_operators_are_staff",
                condition=models.Q(is_staff=False, is_superuser=False) | models.Q(role="operator"),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None


class Guesses(models.Model):
    """Failed sign-ins of one place that still count, as of `at`; they come back with time (guesses.py)."""

    place = models.CharField(max_length=64, primary_key=True)
    failures = models.FloatField()
    at = models.DateTimeField()


class Presence(models.Model):
    """What the workbench last said of an annotator: one narrow row a person, overwritten in place."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True)
    project = models.ForeignKey("tasks.Project", models.SET_NULL, null=True, db_index=False)
    # None of the times is indexed, so that an update stays on its page (HOT).
    started_at = models.DateTimeField(help_text="first sync of this stretch of work")
    seen_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    held = models.PositiveSmallIntegerField(default=0)
    unsent = models.PositiveIntegerField(default=0)


class Throughput(models.Model):
    """Work of one person in one project in one hour (UTC), written by submit, skip and settle."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_index=False)
    project = models.ForeignKey("tasks.Project", models.PROTECT)
    hour = models.DateTimeField()
    submissions = models.PositiveIntegerField(default=0)
    skips = models.PositiveIntegerField(default=0)
    annotations = models.PositiveIntegerField(default=0)
    active_ms = models.PositiveBigIntegerField(default=0)
    agreement_sum = models.FloatField(default=0.0, help_text="sum of agreement scores, 0 to 1 each")
    agreement_count = models.PositiveIntegerField(default=0)
    earned = models.DecimalField(max_digits=14, decimal_places=4, db_default=0, help_text="as in the ledger")
    currency = models.CharField(max_length=3, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_row_a_person_project_hour", fields=["person", "project", "hour"]
            ),
        ]
        indexes = [models.Index(name="throughput_by_hour", fields=["hour", "person"])]


class Earning(models.Model):
    """One row of the append-only ledger of pay; a correction is another row (a trigger refuses changes)."""

    class Kind(models.TextChoices):
        PIECE = "piece", _("Piece")
        CORRECTION = "correction", _("Correction")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_index=False)
    project = models.ForeignKey("tasks.Project", models.PROTECT)
    kind = models.CharField(max_length=16, choices=Kind)
    submission = models.UUIDField(null=True, help_text="the submission paid for")
    amount = models.DecimalField(max_digits=12, decimal_places=4)
    currency = models.CharField(max_length=3)
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_submission_is_paid_once", fields=["submission"], condition=models.Q(kind="piece")
            ),
            models.CheckConstraint(
                name="piece_names_its_submission",
                condition=~models.Q(kind="piece") | models.Q(submission__isnull=False),
            ),
        ]
        indexes = [models.Index(name="earning_by_person", fields=["person", "created_at"])]


class Notice(models.Model):
    """A word that waits until its person reads it; workers/notices.py has the sentences."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False
    )
    kind = models.CharField(max_length=20)
    about = models.JSONField(default=dict, help_text="what fills the sentence")
    link = models.CharField(max_length=200, blank=True, help_text="a path of ours")
    made_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                name="notices_to_read",
                fields=["person", "-id"],
                condition=models.Q(read_at__isnull=True),
            ),
        ]

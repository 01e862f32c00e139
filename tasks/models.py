"""Projects, label schemas, batches, jobs, images, tasks, seats and submissions."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

MAX_SEATS = 25


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
            models.CheckConstraint(name="price_not_negative", condition=Q(price__gte=0)),
            models.UniqueConstraint(name="project_name_in_organization", fields=["organization", "name"]),
        ]

    def __str__(self) -> str:
        return self.name


class LabelSchema(models.Model):
    """One immutable version of what may be answered (a trigger refuses changes)."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="schemas")
    version = models.PositiveIntegerField()
    spec = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="schema_version", fields=["project", "version"])]


class Batch(models.Model):
    """One upload of images into a project."""

    class State(models.TextChoices):
        OPEN = "open", _("Open for upload")
        INGESTING = "ingesting", _("Ingesting")
        LABELLING = "labelling", _("Labelling")
        REVIEWING = "reviewing", _("Reviewing")
        COMPLETE = "complete", _("Complete")

    project = models.ForeignKey(Project, models.PROTECT, related_name="batches")
    schema = models.ForeignKey(LabelSchema, models.PROTECT)
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    priority = models.SmallIntegerField(_("priority"), default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, help_text="no more uploads")
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="batch_name_in_project", fields=["project", "name"]),
            models.CheckConstraint(
                name="open_batch_is_not_closed",
                condition=Q(state="open", closed_at__isnull=True)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="complete_batch_has_its_time",
                condition=Q(state="complete", completed_at__isnull=False)
                | (~Q(state="complete") & Q(completed_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Job(models.Model):
    """One shard of a batch: what a worker ingests and what progress is counted in."""

    class State(models.TextChoices):
        FILLING = "filling", _("Receiving")
        PENDING = "pending", _("Waiting")
        RUNNING = "running", _("Ingesting")
        DONE = "done", _("Ingested")

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="jobs")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.FILLING)
    token = models.UUIDField(null=True, help_text="fences the worker that runs it")
    running_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    touched_at = models.DateTimeField(db_default=Now(), help_text="when a file was last added")
    # Progress: files received, then how each ended, then how far labelling is.
    received = models.PositiveIntegerField(default=0)
    ready = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0, help_text="tasks that have had all their answers")
    settled = models.PositiveIntegerField(default=0)
    disputed = models.PositiveIntegerField(default=0, help_text="tasks in dispute now")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="job_number_in_batch", fields=["batch", "number"]),
            models.CheckConstraint(
                name="running_job_is_fenced",
                condition=Q(state="running", token__isnull=False, running_until__isnull=False)
                | (~Q(state="running") & Q(token__isnull=True, running_until__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                name="jobs_to_run", fields=["id"], condition=Q(state__in=["filling", "pending", "running"])
            ),
        ]


class Archive(models.Model):
    """A zip or tar of images, as received; a worker expands it into the jobs of its batch."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        RUNNING = "running", _("Expanding")
        DONE = "done", _("Expanded")
        REFUSED = "refused", _("Refused")

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="archives")
    name = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="bytes")
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    token = models.UUIDField(null=True, help_text="fences the worker that expands it")
    running_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    files = models.PositiveIntegerField(default=0, help_text="files found in it so far")
    reason = models.CharField(max_length=40, blank=True, help_text="code of why it was refused")
    detail = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="archive_once_in_batch", fields=["batch", "sha256"]),
            models.CheckConstraint(
                name="running_archive_is_fenced",
                condition=Q(state="running", token__isnull=False, running_until__isnull=False)
                | (~Q(state="running") & Q(token__isnull=True, running_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="refused_archive_has_a_reason",
                condition=Q(state="refused", reason__gt="") | (~Q(state="refused") & Q(reason="")),
            ),
        ]
        indexes = [
            models.Index(
                name="archives_to_expand", fields=["id"], condition=Q(state__in=["pending", "running"])
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Image(models.Model):
    """One uploaded file and what became of it. The bytes are addressed by their SHA-256 in storage."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        READY = "ready", _("Ready")
        DUPLICATE = "duplicate", _("Duplicate")
        FAILED = "failed", _("Refused")

    project = models.ForeignKey(Project, models.PROTECT, db_index=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="images")
    job = models.ForeignKey(Job, models.PROTECT, related_name="images")
    name = models.CharField(max_length=300, help_text="the client's file name or path")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="bytes of the original")
    state = models.CharField(max_length=9, choices=State, default=State.RECEIVED)
    format = models.CharField(max_length=8, blank=True, help_text="format of the original: jpeg, png ...")
    width = models.PositiveIntegerField(null=True, help_text="pixels, upright")
    height = models.PositiveIntegerField(null=True, help_text="pixels, upright")
    reason = models.CharField(max_length=40, blank=True, help_text="code of why it was refused")
    detail = models.CharField(max_length=200, blank=True, help_text="what the decoder said, in English")
    duplicate_of = models.ForeignKey("self", models.PROTECT, null=True, db_index=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="image_name_in_batch", fields=["batch", "name"]),
            models.UniqueConstraint(
                name="same_bytes_in_a_project_are_one_image",
                fields=["project", "sha256"],
                condition=Q(state="ready"),
            ),
            models.CheckConstraint(
                name="ready_image_has_a_size",
                condition=~Q(state="ready") | Q(width__gte=1, height__gte=1),
            ),
            models.CheckConstraint(
                name="failed_image_has_a_reason", condition=~Q(state="failed") | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="duplicate_names_its_image",
                condition=Q(state="duplicate", duplicate_of__isnull=False)
                | (~Q(state="duplicate") & Q(duplicate_of__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                name="images_in_report",
                fields=["batch", "id"],
                condition=Q(state__in=["failed", "duplicate"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Task(models.Model):
    """One image to be answered by `overlap` distinct annotators. docs/state-machine.md draws its states."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        DISPUTED = "disputed", _("Disputed")
        SETTLED = "settled", _("Settled")

    project = models.ForeignKey(Project, models.PROTECT, db_index=False)
    batch = models.ForeignKey(Batch, models.PROTECT, db_index=False)
    job = models.ForeignKey(Job, models.PROTECT)
    image = models.OneToOneField(Image, models.PROTECT)
    schema = models.ForeignKey(LabelSchema, models.PROTECT, db_index=False)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    overlap = models.PositiveSmallIntegerField(help_text="answers wanted now")
    max_overlap = models.PositiveSmallIntegerField(help_text="answers it may ever have")
    answers = models.PositiveSmallIntegerField(default=0, help_text="answers counted so far")
    answered_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    stuck_at = models.DateTimeField(null=True, help_text="too many people skipped it")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="answers_within_overlap",
                condition=Q(
                    answers__lte=F("overlap"), overlap__lte=F("max_overlap"), max_overlap__lte=MAX_SEATS
                ),
            ),
            models.CheckConstraint(
                name="open_task_wants_answers", condition=~Q(state="open") | Q(answers__lt=F("overlap"))
            ),
            models.CheckConstraint(
                name="answered_task_has_all_answers",
                condition=~Q(state="answered") | Q(answers=F("overlap"), answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="settled_task_has_its_time",
                condition=Q(state="settled", settled_at__isnull=False)
                | (~Q(state="settled") & Q(settled_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(name="tasks_to_settle", fields=["answered_at", "id"], condition=Q(state="answered")),
            models.Index(
                name="tasks_stuck", fields=["id"], condition=Q(state="open", stuck_at__isnull=False)
            ),
            models.Index(name="tasks_of_batch", fields=["batch", "id"]),
            models.Index(name="tasks_of_project", fields=["project", "id"]),
        ]


class Lane(models.Model):
    """A line of open seats in which positions only grow, so that each annotator needs one cursor in it.

    A batch has a fresh lane, and a returned lane for seats that open later: extra answers, expired leases,
    skipped tasks. Returned seats go first. Priority is the project's and the batch's, so changing it
    touches no seat.
    """

    project = models.ForeignKey(Project, models.PROTECT, db_index=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="lanes")
    returned = models.BooleanField()
    head = models.BigIntegerField(default=0, help_text="no seat is open at or before it; raised by the sweep")

    class Meta:
        constraints = [models.UniqueConstraint(name="one_lane_of_each_kind", fields=["batch", "returned"])]
        indexes = [models.Index(name="lanes_of_project", fields=["project"])]


class QueueCursor(models.Model):
    """How far one annotator is in one lane: every open seat up to here is at a task this person has had."""

    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    lane = models.ForeignKey(Lane, models.CASCADE, db_index=False)
    position = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_cursor_a_person_a_lane", fields=["annotator", "lane"]),
        ]


class Assignment(models.Model):
    """One seat at a task. Only tasks/queue.py writes `state`; docs/state-machine.md draws it."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        LEASED = "leased", _("Leased")
        SUBMITTED = "submitted", _("Submitted")
        SKIPPED = "skipped", _("Skipped")

    class SkipReason(models.TextChoices):
        UNCLEAR = "unclear", _("I cannot tell")
        BROKEN = "broken", _("The image is broken")
        NOT_IN_SCHEMA = "not_in_schema", _("No class fits")
        OTHER = "other", _("Something else")

    task = models.ForeignKey(Task, models.PROTECT, related_name="assignments", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="seat number at its task, from 1")
    project = models.ForeignKey(Project, models.PROTECT, db_index=False)
    lane = models.ForeignKey(Lane, models.PROTECT, db_index=False)
    position = models.BigIntegerField(help_text="place in its lane; a seat that opens again gets a new one")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, db_index=False)
    lease_token = models.UUIDField(null=True)
    leased_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    skip_reason = models.CharField(max_length=16, choices=SkipReason, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_seat_a_person_a_task",
                fields=["task", "annotator"],
                condition=Q(annotator__isnull=False),
            ),
            # A skipped seat stays as the record of who skipped; its number is given to a fresh open seat.
            models.UniqueConstraint(
                name="seat_number_in_task", fields=["task", "number"], condition=~Q(state="skipped")
            ),
            models.CheckConstraint(
                name="seat_number_in_range", condition=Q(number__gte=1, number__lte=MAX_SEATS)
            ),
            models.CheckConstraint(
                name="open_seat_is_nobodys",
                condition=~Q(state="open")
                | Q(
                    annotator__isnull=True,
                    lease_token__isnull=True,
                    leased_at__isnull=True,
                    leased_until__isnull=True,
                    ended_at__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="leased_seat_is_fenced",
                condition=~Q(state="leased")
                | Q(
                    annotator__isnull=False,
                    lease_token__isnull=False,
                    leased_at__isnull=False,
                    leased_until__isnull=False,
                    ended_at__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="ended_seat_has_who_and_when",
                condition=~Q(state__in=["submitted", "skipped"])
                | Q(annotator__isnull=False, ended_at__isnull=False, leased_until__isnull=True),
            ),
            models.CheckConstraint(
                name="skipped_seat_has_a_reason",
                condition=Q(state="skipped", skip_reason__gt="") | (~Q(state="skipped") & Q(skip_reason="")),
            ),
        ]
        indexes = [
            models.Index(name="seats_to_claim", fields=["lane", "position"], condition=Q(state="open")),
            models.Index(name="leases_to_expire", fields=["leased_until"], condition=Q(state="leased")),
            models.Index(name="leases_of_person", fields=["annotator"], condition=Q(state="leased")),
        ]


class LostLease(models.Model):
    """A lease that ended without an answer. Its token proves that a late answer comes from its holder."""

    class Cause(models.TextChoices):
        EXPIRED = "expired", _("Expired")
        RELEASED = "released", _("Given back")
        TAKEN_BACK = "taken_back", _("Taken back")

    token = models.UUIDField(primary_key=True)
    task = models.ForeignKey(Task, models.PROTECT, db_index=False)
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_index=False)
    project = models.ForeignKey(Project, models.PROTECT, db_index=False)
    cause = models.CharField(max_length=10, choices=Cause)
    leased_at = models.DateTimeField()
    lost_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="leases_lost_lately", fields=["lost_at"])]


class Submission(models.Model):
    """One immutable answer to a task by one annotator (a trigger refuses changes)."""

    id = models.UUIDField(primary_key=True, help_text="made by the annotator's browser")
    task = models.ForeignKey(Task, models.PROTECT, related_name="submissions")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_index=False)
    assignment = models.OneToOneField(
        Assignment, models.PROTECT, null=True, help_text="the seat it fills; none when it is surplus"
    )
    payload = models.JSONField()
    late = models.BooleanField(default=False, help_text="came after its lease was lost")
    active_ms = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_answer_a_person_a_task", fields=["task", "annotator"]),
        ]
        indexes = [models.Index(name="submissions_of_person", fields=["annotator", "-created_at"])]


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

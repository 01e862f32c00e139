"""Tasks, their seats, and how far along its lanes each annotator is."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tasks.models.batches import Batch, Image, Job
from tasks.models.projects import MAX_SEATS, LabelSchema, Project


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
    skipped tasks. Returned seats go first. Seats of jobs reserved for a site lie in two lanes of its own.
    Priority is the project's and the batch's, so changing it touches no seat.
    """

    project = models.ForeignKey(Project, models.PROTECT, db_index=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="lanes")
    returned = models.BooleanField()
    site = models.ForeignKey(
        "workers.Site", models.PROTECT, null=True, db_index=False, help_text="its seats are reserved for it"
    )
    head = models.BigIntegerField(default=0, help_text="no seat is open at or before it; raised by claims")
    tail = models.BigIntegerField(db_default=0, help_text="no seat is open beyond it; raised with new seats")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_lane_of_each_kind", fields=["batch", "returned", "site"], nulls_distinct=False
            ),
        ]
        indexes = [
            models.Index(name="lanes_of_project", fields=["project"]),
            models.Index(name="lanes_of_site", fields=["site"], condition=Q(site__isnull=False)),
        ]


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

    class Purpose(models.TextChoices):
        """Why somebody is asked. Only answers of work count at their task; docs/decisions/gold-seats.md."""

        WORK = "work", _("Work")
        MEASURE = "measure", _("To measure")
        PRACTICE = "practice", _("To practise")

    class SkipReason(models.TextChoices):
        UNCLEAR = "unclear", _("I cannot tell")
        BROKEN = "broken", _("The image is broken")
        NOT_IN_SCHEMA = "not_in_schema", _("No class fits")
        OTHER = "other", _("Something else")

    task = models.ForeignKey(Task, models.PROTECT, related_name="assignments", db_index=False)
    number = models.PositiveSmallIntegerField(null=True, help_text="seat number at its task, from 1")
    purpose = models.CharField(max_length=8, choices=Purpose, default=Purpose.WORK, db_default=Purpose.WORK)
    project = models.ForeignKey(Project, models.PROTECT, db_index=False)
    lane = models.ForeignKey(Lane, models.PROTECT, null=True, db_index=False)
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
            # A seat at gold is made for one person, so it lies in no lane and is never open.
            models.CheckConstraint(
                name="seat_of_work_lies_in_a_lane",
                condition=Q(purpose="work", number__isnull=False, lane__isnull=False)
                | (~Q(purpose="work") & ~Q(state="open") & Q(number__isnull=True, lane__isnull=True)),
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
            # By the end of the lease, so that what ran out long ago is not read, vacuumed or not. Its
            # condition is not that of leases_to_expire: a plan for the one can never take the other.
            models.Index(
                name="leases_of_person",
                fields=["annotator", "leased_until"],
                condition=Q(leased_until__isnull=False),
            ),
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
    purpose = models.CharField(
        max_length=8, choices=Assignment.Purpose, default=Assignment.Purpose.WORK, db_default="work"
    )
    leased_at = models.DateTimeField()
    lost_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="leases_lost_lately", fields=["lost_at"])]


class EndedSeat(models.Model):
    """A seat of a complete batch, moved out of the queue (tasks/retire.py) with the number it had there."""

    id = models.BigIntegerField(primary_key=True)
    task = models.ForeignKey(Task, models.PROTECT, related_name="ended_seats", db_index=False)
    number = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=9, choices=Assignment.State)
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_index=False)
    lease_token = models.UUIDField(null=True)
    leased_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField()
    skip_reason = models.CharField(max_length=16, choices=Assignment.SkipReason, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_ended_seat_a_person_a_task", fields=["task", "annotator"]),
            models.CheckConstraint(
                name="ended_seat_has_ended", condition=Q(state__in=["submitted", "skipped"])
            ),
        ]

"""How a project's people answer each question of choice; settling starts from it."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Question(models.Model):
    """One tag group of a project, as the last full pass found its people answering it."""

    project = models.ForeignKey("tasks.Project", models.PROTECT, db_index=False)
    key = models.CharField(max_length=140, help_text="tags.scene, or tags.flags.dark of one of several")
    options = models.JSONField(help_text="the answers that can be given; an empty one is left open")
    prior = models.JSONField(help_text="how often each option is true")
    crowd = models.JSONField(help_text="chance of each answer where an option is true, by option")
    rho = models.FloatField(help_text="how far people err together, 0 for not at all")
    ease = models.JSONField(default=list, help_text="share of the tasks of each ease, the hardest first")
    answers = models.PositiveIntegerField(help_text="answers it rests on")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_question_a_project", fields=["project", "key"])]


class Habit(models.Model):
    """How one annotator answers it: expected chances, leaning on the crowd's where there were few answers."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="habits")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    rows = models.JSONField(help_text="chance of each answer where an option is true, by option")
    answers = models.PositiveIntegerField(help_text="answers it rests on")

    class Meta:
        constraints = [models.UniqueConstraint(name="one_habit_each", fields=["question", "person"])]

"""Spot checks: which settled tasks are drawn, and which of them a reviewer may judge.

A task is drawn in the transaction that settles it, by its number and the project's seed alone: whoever knows
the seed can draw again and finds the same tasks, and nobody else can tell which will be looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from annotator.errors import NotVisible
from review.models import CheckPolicy, SpotCheck
from tasks.access import site_projects
from tasks.models import Project, Submission, Task, Withheld
from workers.models import Person


def policy_of(project: Project) -> CheckPolicy:
    """The project's; of one without, a policy that draws nothing, not saved."""
    found = CheckPolicy.objects.filter(project=project).first()
    return found or CheckPolicy(project=project, rate=0.0, seed=0)


def set_policy(*, project: Project, seed: int, **terms: Any) -> CheckPolicy:
    """Change the named terms (rate, again, holds); `seed` is for a project that had no policy yet. What was
    drawn stays drawn."""
    policy, _new = CheckPolicy.objects.update_or_create(
        project=project, defaults=terms, create_defaults={"rate": 0.0, **terms, "seed": seed}
    )
    return policy


def is_drawn(*, task: int, seed: int, rate: float) -> bool:
    """True for the share `rate` (0 to 1) of tasks; a task that is drawn stays so at any higher rate."""
    digest = hashlib.sha256(f"{seed}:{task}".encode()).digest()
    return int.from_bytes(digest[:8]) < rate * 2.0**64


def draw_checks(*, settled: Iterable[tuple[int, int]], now: datetime) -> int:
    """Draw from what was just settled, (task, project) each; returns how many. One query, two if any, four if
    their batches wait for them."""
    tasks = list(settled)
    policies = CheckPolicy.objects.filter(rate__gt=0).in_bulk({project for _, project in tasks})
    drawn = [
        SpotCheck(task_id=task, project_id=project, drawn_at=now, holds=policy.holds)
        for task, project in tasks
        if (policy := policies.get(project)) and is_drawn(task=task, seed=policy.seed, rate=policy.rate)
    ]
    if drawn:
        SpotCheck.objects.bulk_create(drawn)
    held = [check.task_id for check in drawn if check.holds]
    if held:
        batches = Task.objects.filter(id__in=held).values_list("id", "batch")
        Withheld.objects.bulk_create(Withheld(task_id=task, batch_id=batch) for task, batch in batches)
    return len(drawn)


def open_checks_of(person: Person) -> QuerySet[SpotCheck]:
    """Checks the reviewer may judge, the longest waiting first: never of a task they answered themselves."""
    own = Submission.objects.filter(task=OuterRef("task"), annotator=person)
    waiting = SpotCheck.objects.filter(~Exists(own), project__in=site_projects(person), judged_at=None)
    return waiting.order_by("id")


def access_spot_check(person: Person, check_id: int, *, lock: bool = False) -> SpotCheck:
    """A check of a project the reviewer sees, judged or not; with `lock`, held until the transaction ends."""
    visible = SpotCheck.objects.filter(project__in=site_projects(person), id=check_id)
    if lock:
        visible = visible.select_for_update(of=("self", "task"), no_key=True)
    found = visible.select_related("task__project", "task__schema", "task__image", "task__batch").first()
    if found is None:
        raise NotVisible
    return found

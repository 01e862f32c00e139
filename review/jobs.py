"""Celery entry points of review: each works off the rows it finds and may run any number of times."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.utils import timezone

from annotator.wake import wake
from review import builder, consequences, differences, marking, settle, skills, spot_verdicts

log = structlog.get_logger()
# A run ends after so many chunks, so that one long backlog does not keep a worker from everything else.
CHUNKS = 50


@shared_task
def settle_answered() -> None:
    settle.dispute_skipped()
    for _ in range(CHUNKS):
        if settle.settle_answered().taken < settle.CHUNK:
            return
    wake(settle_answered)


@shared_task
def estimate_skills() -> None:
    for project_id in skills.projects_to_estimate():
        try:
            skills.estimate_project(project_id=project_id, now=timezone.now())
        except Exception:
            # One project's odd history must not keep the others from their estimates.
            log.exception("skills not estimated", project=project_id)


@shared_task
def mark_gold() -> None:
    for _ in range(CHUNKS):
        scores = marking.mark_measured(now=timezone.now())
        consequences.apply_rules(scores=scores, now=timezone.now())
        if len(scores) < marking.CHUNK:
            return


@shared_task
def build_releases() -> None:
    while builder.build_next():
        pass
    while differences.find_next():
        pass


@shared_task
def advance_forgotten() -> None:
    spot_verdicts.end_overdue(now=timezone.now())
    settle.advance_forgotten(now=timezone.now())

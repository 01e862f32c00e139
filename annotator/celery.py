"""The Celery application. A message only wakes a worker; the rows it works on are found in PostgreSQL."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotator.settings")

app = Celery("labelmill")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")

# The sweeps that find what no message announced; each runs within a second when there is nothing to do.
app.conf.beat_schedule = {
    "run pending ingest jobs": {
        "task": "tasks.jobs.ingest_pending",
        "schedule": 5.0,
        "options": {"expires": 15},  # busy workers wake each other; stale calls would only pile up
    },
    "show images to models": {
        "task": "tasks.jobs.prelabel_pending",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "clear half-received uploads": {"task": "tasks.jobs.clear_incoming", "schedule": 3600.0},
    "expire leases": {"task": "tasks.jobs.expire_leases", "schedule": 20.0},
    "retire batches": {"task": "tasks.jobs.retire_batches", "schedule": 3600.0},
    "settle answered tasks": {"task": "review.jobs.settle_answered", "schedule": 5.0},
    "estimate skills": {"task": "review.jobs.estimate_skills", "schedule": 60.0},
    "mark gold": {"task": "review.jobs.mark_gold", "schedule": 60.0},
    "advance forgotten batches": {"task": "review.jobs.advance_forgotten", "schedule": 60.0},
    "build releases": {"task": "review.jobs.build_releases", "schedule": 10.0},
    "forget old sign-ins": {"task": "workers.jobs.forget_old_sign_ins", "schedule": 3600.0},
    "deliver webhooks": {"task": "clients.jobs.deliver_webhooks", "schedule": 10.0},
    "forget old webhooks": {"task": "clients.jobs.forget_old_webhooks", "schedule": 3600.0},
}

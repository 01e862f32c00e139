"""The Django project. Its Celery application is made on import, so that web processes wake the same workers."""

from annotator.celery import app as celery_app

__all__ = ["celery_app"]

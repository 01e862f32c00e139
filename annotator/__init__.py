"""The Django project. Importing it makes the Celery application: web processes wake workers too."""

from annotator.celery import app as celery_app

__all__ = ["celery_app"]

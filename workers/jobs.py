"""Celery entry points of people."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from workers import auth, letters


@shared_task
def forget_old_sign_ins() -> None:
    auth.forget_old(now=timezone.now())


@shared_task
def write_resets(email: str) -> None:
    letters.send_resets(email=email)

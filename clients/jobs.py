"""Celery entry points of the clients' side."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from clients import invitations, webhooks


@shared_task
def deliver_webhooks() -> None:
    """Send what is due, round after round, as long as full rounds come."""
    while webhooks.deliver_due(now=timezone.now()) >= webhooks.ROUND:
        pass


@shared_task
def forget_old_webhooks() -> None:
    webhooks.forget_old(now=timezone.now())


@shared_task
def write_invitation(membership: int, inviter: str) -> None:
    invitations.send_invitation(membership_id=membership, inviter=inviter)

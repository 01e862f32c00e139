"""The ledger of pay: append-only. Submitting writes a piece in its own statement (tasks/queue.sql), and
what today has brought is a function in desk.sql."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction

from workers.models import Earning

_TODAY = "SELECT * FROM earned_today(%s)"
_CORRECT = """
INSERT INTO workers_throughput AS w (person_id, project_id, hour, submissions, skips, annotations, active_ms,
                                     agreement_sum, agreement_count, earned, currency)
VALUES (%s, %s, date_trunc('hour', now(), 'UTC'), 0, 0, 0, 0, 0, 0, %s, %s)
ON CONFLICT (person_id, project_id, hour) DO UPDATE SET
    earned = w.earned + EXCLUDED.earned, currency = EXCLUDED.currency
"""


@dataclass(frozen=True, slots=True)
class Today:
    submitted: int
    earned: Decimal
    currency: str


def today(*, person_id: int) -> Today:
    """What a person has done and earned since midnight at their site; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_TODAY, [person_id])
        return Today(*cursor.fetchone())


def correct(
    *,
    person_id: int,
    project_id: int,
    amount: Decimal,
    currency: str,
    note: str,
    submission: uuid.UUID | None = None,
) -> Earning:
    """Add a correction (negative: a deduction) and let the rollup follow; rows of the ledger never change."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_CORRECT, [person_id, project_id, amount, currency])
        return Earning.objects.create(
            person_id=person_id,
            project_id=project_id,
            kind=Earning.Kind.CORRECTION,
            amount=amount,
            currency=currency,
            note=note,
            submission=submission,
        )

"""The ledger of pay: append-only. Submitting writes a piece in its own statement (tasks/queue.sql)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction

from workers.models import Earning

# The day begins at the site's midnight, to the full hour. Money of another currency than the latest row's
# is on the page of one's own work.
_TODAY = """
SELECT COALESCE(sum(t.submissions), 0),
       COALESCE(sum(t.earned) FILTER (WHERE t.currency = latest.currency), 0),
       COALESCE(max(latest.currency), 'CNY')
FROM (
    SELECT date_trunc('day', now(), COALESCE(s.timezone, 'UTC')) AS begins
    FROM workers_person w LEFT JOIN workers_site s ON s.id = w.site_id WHERE w.id = %(person)s
) AS day
LEFT JOIN workers_throughput t ON t.person_id = %(person)s AND t.hour >= day.begins
LEFT JOIN LATERAL (
    SELECT e.currency FROM workers_earning e WHERE e.person_id = %(person)s
    ORDER BY e.created_at DESC LIMIT 1
) AS latest ON true
"""
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
        cursor.execute(_TODAY, {"person": person_id})
        submitted, earned, currency = cursor.fetchone()
    return Today(submitted=submitted, earned=earned, currency=currency)


def correct(*, person_id: int, project_id: int, amount: Decimal, currency: str, note: str) -> Earning:
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
        )

"""Which answers count: the newest version of each that has a seat, and that no spot check has rejected.

review/answered.py asks the same in SQL.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, QuerySet

from review.models import CheckedAnswer
from tasks.models import Submission


def counted_answers(task_ids: Collection[int]) -> QuerySet[Submission]:
    """Of these tasks; a surplus answer is kept and paid, but has no seat."""
    rejected = CheckedAnswer.objects.filter(submission=OuterRef("id"), rejected=True, lifted_at__isnull=True)
    counted = Submission.objects.current().filter(task__in=task_ids, assignment__isnull=False)
    return counted.filter(~Exists(rejected))

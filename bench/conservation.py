"""What must be true after a shift: seats, answers and pay are those that people remember."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from bench.shift import Shift
from tasks.models import Project, Submission
from workers.models import Earning

# What there may be none of at the end.
CONSERVED = {
    "tasks whose seats are not those their state allows": """
        SELECT count(*) FROM tasks_task t JOIN (
            SELECT task_id, count(*) FILTER (WHERE state = 'submitted') AS submitted,
                   count(*) FILTER (WHERE state = 'leased') AS leased,
                   count(*) FILTER (WHERE state = 'open') AS open
            FROM tasks_assignment GROUP BY task_id
        ) AS seats ON seats.task_id = t.id
        WHERE seats.submitted <> t.answers OR seats.leased > 0 OR t.answers > t.max_overlap
           OR seats.open <> CASE WHEN t.state = 'open' AND t.stuck_at IS NULL THEN t.overlap - t.answers
                                 ELSE 0 END""",
    "people with two seats or two answers at one task": """
        SELECT (SELECT count(*) FROM (SELECT FROM tasks_assignment WHERE annotator_id IS NOT NULL
                                      GROUP BY task_id, annotator_id HAVING count(*) > 1) AS seats)
             + (SELECT count(*) FROM (SELECT FROM tasks_submission
                                      WHERE version = 1
                                      GROUP BY task_id, annotator_id HAVING count(*) > 1) AS answers)""",
    "counted answers without their seat, or seats without their answer": """
        SELECT count(*) FROM (SELECT id FROM tasks_assignment WHERE state = 'submitted') AS seat
        FULL JOIN (SELECT assignment_id FROM tasks_submission WHERE assignment_id IS NOT NULL) AS answer
            ON answer.assignment_id = seat.id
        WHERE answer.assignment_id IS NULL OR seat.id IS NULL""",
    "jobs whose counters are not their tasks": """
        SELECT count(*) FROM tasks_job j JOIN (
            SELECT job_id, count(*) FILTER (WHERE state <> 'open') AS answered,
                   count(*) FILTER (WHERE state = 'settled') AS settled,
                   count(*) FILTER (WHERE state = 'disputed') AS disputed
            FROM tasks_task GROUP BY job_id
        ) AS t ON t.job_id = j.id
        WHERE (j.answered, j.settled, j.disputed) <> (t.answered, t.settled, t.disputed)""",
    "people whose rollups are not their answers and pay": """
        SELECT count(*) FROM (
            SELECT person_id, sum(submissions) AS submissions, sum(earned) AS earned
            FROM workers_throughput GROUP BY person_id
        ) AS rollup
        FULL JOIN (SELECT annotator_id, count(*) AS answers FROM tasks_submission GROUP BY 1) AS sent
            ON sent.annotator_id = rollup.person_id
        FULL JOIN (SELECT person_id, sum(amount) AS paid FROM workers_earning GROUP BY 1) AS ledger
            ON ledger.person_id = rollup.person_id
        WHERE COALESCE(rollup.submissions, 0) <> COALESCE(sent.answers, 0)
           OR COALESCE(rollup.earned, 0) <> COALESCE(ledger.paid, 0)""",
}


def differences(shift: Shift) -> list[str]:
    """What the tables say that the people would deny, or that cannot be; nothing when all is conserved."""
    found = []
    for sentence, statement in CONSERVED.items():
        with connection.cursor() as cursor:
            cursor.execute(statement)
            (wrong,) = cursor.fetchone()
        if wrong:
            found.append(f"{wrong} {sentence}")
    stored = set(Submission.objects.values_list("id", flat=True))
    if stored != shift.made:
        found.append(f"{len(shift.made - stored)} answers lost, {len(stored - shift.made)} from nowhere")
    counted = sum(shift.counts[status] for status in ("accepted", "late"))
    if Submission.objects.filter(assignment__isnull=False).count() != counted:
        found.append("the counted answers are not those that people were told to be counted")
    pay = Earning.objects.aggregate(paid=Sum("amount"))["paid"] or Decimal()
    price = Project.objects.values_list("price", flat=True)[0]
    if pay != price * len(stored):
        found.append(f"{pay} paid for {len(stored)} answers at {price}")
    return found

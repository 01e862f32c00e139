"""The hot statements read what they need from indexes and nothing else, however large the tables are."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tasks import queue, queue_sql
from tasks.models import Assignment, Batch
from tests.cast import Cast
from tests.factories import make_batch, make_tasks
from tests.unit.test_queue import claim, submit

TASKS, DONE = 3000, 1500
# Small tables of which every row is needed are read whole, whatever there is in the large ones.
LARGE = {"tasks_assignment", "tasks_task", "tasks_submission", "tasks_image"}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def explain(statement: str, **values: object) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values)
        (document,) = cursor.fetchone()
    plan = document if isinstance(document, list) else json.loads(document)
    return list(nodes(plan[0]["Plan"]))


def check(plan: list[dict[str, Any]], *, rows: int) -> None:
    """Index scans only, and so many rows read at most, those filtered out included."""
    scans = [node for node in plan if node.get("Relation Name") in LARGE and "Scan" in node["Node Type"]]
    assert scans
    assert not [node for node in scans if node["Node Type"] == "Seq Scan"]
    for node in scans:
        read = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        assert read <= rows, node


# An and Bo have answered the first half of all tasks; Deng holds the next ones.
HISTORY = """
UPDATE tasks_assignment a
SET state = 'submitted', annotator_id = p.id, ended_at = now()
FROM (VALUES (1, %(an)s), (2, %(bo)s)) AS p (number, id)
WHERE a.number = p.number AND a.task_id IN (SELECT id FROM tasks_task ORDER BY id LIMIT %(done)s);
UPDATE tasks_assignment
SET state = 'leased', annotator_id = %(deng)s, lease_token = gen_random_uuid(), leased_at = now(),
    leased_until = now() + interval '10 minutes'
WHERE number = 3 AND task_id IN (SELECT id FROM tasks_task ORDER BY id OFFSET %(done)s LIMIT 500);
INSERT INTO tasks_submission (id, task_id, annotator_id, assignment_id, payload, late, active_ms)
SELECT gen_random_uuid(), task_id, annotator_id, id, '{}', false, 1
FROM tasks_assignment WHERE state = 'submitted';
ANALYZE tasks_assignment, tasks_task, tasks_submission, tasks_image, tasks_lane;
"""


@pytest.fixture
def batch(cast: Cast) -> Batch:
    """Half done, and measured as autovacuum would."""
    batch = make_batch(cast.project)
    make_tasks(batch, TASKS)
    with connection.cursor() as cursor:
        people = {"an": cast.an.id, "bo": cast.bo.id, "deng": cast.deng.id}
        cursor.execute(HISTORY, {**people, "done": DONE})
    last = Assignment.objects.filter(state="submitted", annotator=cast.an).order_by("-position")[0]
    queue._move_cursors([(last.lane_id, 0, last.position)], annotator_id=cast.an.id)
    return batch


def lanes(cast: Cast, annotator: int) -> dict[str, list[int]]:
    rows = queue._rows(queue_sql.LANES, annotator=annotator, project=cast.project.id)
    ids, after, leases = (list(column) for column in zip(*rows, strict=True))
    return {"lanes": ids, "after": after, "leases": leases}


@pytest.mark.parametrize("who", ["an", "chen"])
@pytest.mark.parametrize("count", [1, 10])
def test_a_claim_reads_its_seats_and_hardly_more(cast: Cast, batch: Batch, who: str, count: int) -> None:
    person = getattr(cast, who)
    statement = queue_sql.CLAIM_ONE if count == 1 else queue_sql.CLAIM_SEVERAL
    plan = explain(statement, annotator=person.id, count=count, **lanes(cast, person.id))
    assert "seats_to_claim" in {node.get("Index Name") for node in plan}
    check(plan, rows=3 * count + 2 * queue.CURSOR_SLACK)


def test_asking_in_vain_reads_nothing(cast: Cast, batch: Batch) -> None:
    while claim(cast.an, 50):
        pass
    mine = lanes(cast, cast.an.id)
    check(explain(queue_sql.CLAIM_SEVERAL, annotator=cast.an.id, count=4, **mine), rows=0)
    upto = [None] * len(mine["lanes"])
    values = {"lanes": mine["lanes"], "after": mine["after"], "upto": upto}
    check(explain(queue_sql.ADVANCE, annotator=cast.an.id, **values), rows=2)


def test_a_submission_touches_its_own_rows(cast: Cast, batch: Batch) -> None:
    (seat,) = claim(cast.an)
    plan = explain(
        queue_sql.SUBMIT,
        id=uuid.uuid4(),
        annotator=cast.an.id,
        assignment=seat.assignment,
        token=seat.token,
        task=seat.task,
        payload='{"tags": {}, "shapes": []}',
        annotations=0,
        active_ms=1,
        late=False,
    )
    check(plan, rows=2)


def test_heartbeats_and_the_sweep_read_leases_only(cast: Cast, batch: Batch) -> None:
    held = claim(cast.an, 4)
    ids, tokens = [seat.assignment for seat in held], [seat.token for seat in held]
    check(explain(queue_sql.EXTEND, annotator=cast.an.id, ids=ids, tokens=tokens), rows=4)
    check(explain(queue_sql.EXPIRED, limit=100), rows=0)
    assert submit(cast.an, held[0]) == "accepted"

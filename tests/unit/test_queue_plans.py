"""What the database functions of the queue really run reads its rows from indexes, however large the tables.

auto_explain reports the plan of each statement inside the functions, as it was executed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from tasks import queue, queue_sql
from tasks.models import Assignment, Batch, Lane, Project
from tasks.seats import add_seats, make_lanes, open_seats
from tests.cast import Cast
from tests.factories import make_batch, make_tasks
from tests.unit.test_queue import answer_to, claim, submit

TASKS, DONE = 3000, 1500
# Small tables of which every row is needed are read whole, whatever there is in the large ones.
LARGE = {"tasks_assignment", "tasks_task", "tasks_submission", "tasks_image", "tasks_queuecursor"}
TOLD = """
LOAD 'auto_explain';
SET LOCAL auto_explain.log_min_duration = 0;
SET LOCAL auto_explain.log_nested_statements = on;
SET LOCAL auto_explain.log_analyze = on;
SET LOCAL auto_explain.log_format = 'json';
SET LOCAL auto_explain.log_level = 'notice';
"""


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def plans_of(work: Callable[[], object]) -> list[dict[str, Any]]:
    """The nodes of all plans that `work` executed, those of statements inside functions included."""
    with connection.cursor() as cursor:
        cursor.execute(TOLD)
        connection.connection.notices.clear()
        work()
        cursor.execute("SET LOCAL auto_explain.log_min_duration = -1")
    found = [re.search(r"plan:\s*(\{.*\})", notice, re.DOTALL) for notice in connection.connection.notices]
    documents = [json.loads(match[1]) for match in found if match]
    assert documents, "no plan was reported"
    return [node for document in documents for node in nodes(document["Plan"])]


def check(plan: list[dict[str, Any]], *, rows: int) -> None:
    """Index scans only, and so many rows read at most by each, those filtered out included."""
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
        cursor.execute(
            "SELECT queue_move_cursor(%s, %s, 0, %s)",
            [cast.an.id, last.lane_id, last.position],
        )
    return batch


@pytest.mark.parametrize("who", ["an", "chen"])
@pytest.mark.parametrize("count", [1, 10])
def test_a_claim_reads_its_seats_and_hardly_more(cast: Cast, batch: Batch, who: str, count: int) -> None:
    plan = plans_of(lambda: claim(getattr(cast, who), count))
    assert "seats_to_claim" in {node.get("Index Name") for node in plan}
    check(plan, rows=3 * count + 2 * queue.CURSOR_SLACK)


def test_the_fifth_and_the_sixth_claim_read_no_more_than_the_first(cast: Cast, batch: Batch) -> None:
    """PostgreSQL may plan anew for the first five calls and then keep one plan for all: ours is kept."""
    for _ in range(7):
        check(plans_of(lambda: claim(cast.an, 10)), rows=30 + 2 * queue.CURSOR_SLACK)


def test_a_plan_made_while_all_was_small_serves_when_it_is_large(cast: Cast) -> None:
    """An's first claim, of a new connection in a new mill, makes plans that are kept as An's work grows."""
    batch = make_batch(cast.project)
    make_tasks(batch, 1)
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")
    (seat,) = claim(cast.an)
    submit(cast.an, seat)
    make_tasks(batch, 600, overlap=1)
    for _ in range(10):
        given = claim(cast.an, 50)
        queue.submit_several(annotator_id=cast.an.id, answers=[answer_to(seat) for seat in given])
    given: list[queue.Seat] = []
    plan = plans_of(lambda: given.extend(claim(cast.an)))
    assert "leases_of_person" in {node.get("Index Name") for node in plan}
    check(plan, rows=2 * queue.CURSOR_SLACK)
    answers = [answer_to(seat) for seat in given]
    check(plans_of(lambda: queue.submit_several(annotator_id=cast.an.id, answers=answers)), rows=1)
    seats = [node for node in plan if node.get("Relation Name") == "tasks_assignment"]
    asked = [node["Index Cond"] for node in seats if "annotator_id" in node.get("Index Cond", "")]
    assert asked
    assert all("task_id" in condition or "leased_until" in condition for condition in asked), asked


def test_asking_in_vain_reads_no_seat(cast: Cast, batch: Batch) -> None:
    while given := claim(cast.an, 50):
        queue.submit_several(annotator_id=cast.an.id, answers=[answer_to(seat) for seat in given])
    plan = plans_of(lambda: claim(cast.an, 4))
    seats = [node for node in plan if node.get("Relation Name") == "tasks_assignment"]
    read = {node.get("Index Name") for node in plan if "Index" in node["Node Type"] and node["Actual Loops"]}
    assert "leases_to_expire" in read, "whether a lease ran out"
    assert not read & {"seats_to_claim", "leases_of_person"}
    assert sum(node["Actual Rows"] * node["Actual Loops"] for node in seats) == 0


@pytest.mark.parametrize("count", [1, 10])
def test_submissions_touch_their_own_rows(cast: Cast, batch: Batch, count: int) -> None:
    answers = [answer_to(seat) for seat in claim(cast.an, count)]
    plan = plans_of(lambda: queue.submit_several(annotator_id=cast.an.id, answers=answers))
    check(plan, rows=count)


def test_heartbeats_and_the_sweep_read_leases_only(cast: Cast, batch: Batch) -> None:
    held = claim(cast.an, 4)
    pairs = [(seat.assignment, seat.token) for seat in held]
    check(plans_of(lambda: queue.extend(annotator_id=cast.an.id, held=pairs)), rows=4)
    check(plans_of(lambda: queue._rows(queue_sql.EXPIRED, limit=100)), rows=0)
    tasks = [(seat.task, seat.token) for seat in held]
    check(plans_of(lambda: queue.facts_of(annotator_id=cast.an.id, tasks=tasks)), rows=4)
    assert submit(cast.an, held[0]) == "accepted"


@pytest.mark.parametrize("act", [open_seats, add_seats])
def test_new_seats_read_each_task_once_however_many_jobs_there_are(
    cast: Cast, act: Callable[..., int]
) -> None:
    for _ in range(30):
        make_tasks(make_batch(cast.project), 1)
    batch = make_batch(cast.project)
    make_lanes(batch_ids=[batch.id])
    tasks = [task.id for task in make_tasks(batch, 300)]
    Assignment.objects.filter(task__in=tasks).delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tasks_task, tasks_job, tasks_lane")
    plan = plans_of(lambda: act(task_ids=tasks))
    scans = [node for node in plan if node.get("Relation Name") == "tasks_task"]
    assert sum(node["Actual Rows"] * node["Actual Loops"] for node in scans) <= 4 * len(tasks)
    assert Assignment.objects.filter(task__in=tasks).count() >= len(tasks)


def test_control_a_statement_that_reads_the_table_is_noticed(cast: Cast, batch: Batch) -> None:
    with pytest.raises(AssertionError):
        check(plans_of(lambda: Assignment.objects.filter(note="x").first()), rows=1000)


# Many projects


def open_projects(cast: Cast, count: int) -> None:
    """Projects that the site works on, each with a batch and a lane that may have something in it."""
    projects = Project.objects.bulk_create(
        Project(organization=cast.mill, name=f"One of many {n}") for n in range(count)
    )
    Project.sites.through.objects.bulk_create(
        Project.sites.through(project=project, site=cast.guiyang) for project in projects
    )
    schema = cast.project.schemas.get()
    batches = Batch.objects.bulk_create(
        Batch(project=project, schema=schema, name="Images") for project in projects
    )
    Lane.objects.bulk_create(
        Lane(project_id=batch.project_id, batch=batch, returned=False, tail=5) for batch in batches
    )


@pytest.mark.parametrize("count", [1, 10])
def test_a_claim_reads_as_much_with_a_thousand_projects_open_as_with_one(
    cast: Cast, batch: Batch, count: int
) -> None:
    Project.objects.filter(id=cast.project.id).update(priority=1)
    claim(cast.an, 1)
    alone = rows_read(plans_of(lambda: claim(cast.an, count)))
    open_projects(cast, 1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tasks_project, tasks_project_sites, tasks_batch, tasks_lane")
    ranking = rows_read(plans_of(lambda: claim(cast.an, count)))
    assert ranking > 1000, "this one ranks them, for half an hour"
    crowded = rows_read(plans_of(lambda: claim(cast.an, count)))
    assert crowded < alone + 100, "what they hold meanwhile is counted too"


def rows_read(plan: list[dict[str, Any]]) -> float:
    """By all scans of tables together, those filtered out included."""
    scans = [node for node in plan if "Relation Name" in node and "Scan" in node["Node Type"]]
    read = [(n["Actual Rows"] + n.get("Rows Removed by Filter", 0)) * n["Actual Loops"] for n in scans]
    return float(sum(read))

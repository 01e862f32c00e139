"""A web worker killed between any two writes of a submission: sent again, nothing is lost or doubled.

A trigger on one table after the other stops the worker at an advisory lock that the test holds, so the kill
falls exactly there. The database then goes on without a client: a lone statement commits although nobody was
told, a transaction rolls back. Both must end the same.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tasks import queue
from tasks.models import Assignment, Job, Submission, Task
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.installation import until
from tests.webserver import Browser, WebServer, web_server
from workers.models import Earning, Throughput

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(600)]

LOCK = 4711
# Every table that a submission writes, and the heartbeat that is written after its commit.
PLACES = [
    ("tasks_assignment", "UPDATE"),
    ("tasks_task", "UPDATE"),
    ("tasks_job", "UPDATE"),
    ("tasks_submission", "INSERT"),
    ("workers_throughput", "INSERT"),
    ("workers_earning", "INSERT"),
    ("workers_presence", "INSERT"),
]
STOP = """
CREATE FUNCTION stop_here() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock_shared({lock}); RETURN NEW; END $$;
CREATE TRIGGER stop_here {when} {event} ON {table} FOR EACH ROW EXECUTE FUNCTION stop_here()
"""
GO_ON = "DROP TRIGGER stop_here ON {table}; DROP FUNCTION stop_here()"
STOPPED = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
STILL_WORKING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'"
)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def server(transactional_db: None) -> Iterator[WebServer]:
    with web_server() as one:
        yield one


def run(statement: str, *values: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return int(cursor.fetchone()[0] or 0) if cursor.description else 0


def answered(reply: dict[str, Any] | None) -> dict[str, Any]:
    assert reply is not None
    return reply


@pytest.mark.parametrize("when", ["BEFORE", "AFTER"])
@pytest.mark.parametrize("late", [False, True], ids=["in time", "late"])
@pytest.mark.parametrize("place", PLACES, ids=[table for table, _event in PLACES])
def test_killed_while_submitting(
    cast: Cast, server: WebServer, place: tuple[str, str], late: bool, when: str
) -> None:
    make_tasks(make_batch(cast.project), 1, overlap=1)
    browser = Browser(server, cast.an)
    (task,) = answered(browser.sync(want=1))["tasks"]
    if late:
        queue.release_person(annotator_id=cast.an.id)
    answer = {key: task[key] for key in ("assignment", "token", "task")}
    answer |= {"id": str(uuid.uuid4()), "payload": payload(box(5, 5, 50, 50)), "active_ms": 900}
    table, event = place
    event = "INSERT OR UPDATE" if table.startswith("workers_") else event
    run(STOP.format(lock=LOCK, when=when, event=event, table=table))
    run(f"SELECT 1 FROM (SELECT pg_advisory_lock({LOCK})) AS held")
    replies: list[dict[str, Any] | None] = []
    sending = threading.Thread(target=lambda: replies.append(browser.sync(submissions=[answer])))
    sending.start()
    assert until(lambda: run(STOPPED, LOCK) == 1, seconds=60), "the worker never came to this place"
    server.kill()
    sending.join(timeout=60)
    assert replies == [None], "the browser must not have been told anything"
    run(f"SELECT pg_advisory_unlock({LOCK})::int")
    assert until(lambda: run(STILL_WORKING) == 1, seconds=60)
    run(GO_ON.format(table=table))

    server.start()
    (told,) = answered(browser.sync(submissions=[answer]))["submissions"]
    assert told["status"] in ({"late", "replayed"} if late else {"accepted", "replayed"})
    assert Submission.objects.get().id == uuid.UUID(answer["id"])
    assert Earning.objects.get().submission == uuid.UUID(answer["id"])
    assert Throughput.objects.get().submissions == 1
    assert Assignment.objects.get().state == "submitted"
    task_row = Task.objects.get()
    assert (task_row.answers, task_row.state, Job.objects.get().answered) == (1, "answered", 1)

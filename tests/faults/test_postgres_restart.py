"""PostgreSQL restarted, and killed, while people label: no submission is lost or doubled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from annotator.embedded import EmbeddedPostgres
from tests.servers import session_folder

ROOT = Path(__file__).resolve().parents[2]
TASKS, OVERLAP, PEOPLE = 150, 3, 6

SEED = f"""
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.factories import *
site = make_site()
project = make_project(sites=[site], overlap={OVERLAP}, max_overlap={OVERLAP})
make_tasks(make_batch(project), {TASKS})
print([make_person(site=site).id for _ in range({PEOPLE})])
"""
# What a browser does: it keeps an answer until the server has said what became of it, and sends it again
# after every error. Each person says at the end which answers were confirmed to them.
LABELLER = """
import json, sys, threading, time, uuid
import django; django.setup()
from django.db import close_old_connections, connection
from django.test import Client
from workers.models import Person
from tests.factories import box, payload
confirmed, errors = [], []

def label(number):
    outbox, held, dry = [], [], 0
    client = None
    while dry < 5 or outbox:
        try:
            if client is None:
                person = Person.objects.get(id=number)
                client = Client(raise_request_exception=False)
                client.force_login(person, backend="workers.sessions.PersonBackend")
            body = {"want": 3, "resume": True, "submissions": outbox}
            response = client.post("/desk/sync", json.dumps(body), content_type="application/json")
        except django.db.Error as error:
            response = None
        if response is None or response.status_code != 200:
            errors.append(1)
            client = None if response is None or response.status_code == 401 else client
            connection.close()
            time.sleep(0.05)
            continue
        answer = response.json()
        for result in answer["submissions"]:
            assert result["status"] in {"accepted", "replayed", "late"}, result
            confirmed.append(result["id"])
        dry = 0 if answer["tasks"] else dry + 1
        outbox = [
            {"id": str(uuid.uuid4()), "assignment": t["assignment"], "token": t["token"], "task": t["task"],
             "payload": payload(box(5, 5, 50, 50)), "active_ms": 900}
            for t in answer["tasks"]
        ]
    connection.close()

people = [threading.Thread(target=label, args=(number,)) for number in json.loads(sys.argv[1])]
[person.start() for person in people]
[person.join() for person in people]
print(json.dumps({"confirmed": confirmed, "errors": len(errors)}))
"""


@pytest.fixture
def postgres() -> Iterator[EmbeddedPostgres]:
    """A server as durable as a real one."""
    server = EmbeddedPostgres(session_folder() / "postgres")
    server.start()
    yield server
    server.stop()


def program(text: str, postgres: EmbeddedPostgres, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"DATABASE_URL": postgres.url, "DJANGO_SETTINGS_MODULE": "annotator.settings"}
    command = [sys.executable, "-c", text, *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def count(postgres: EmbeddedPostgres, what: str) -> int:
    database = psycopg2.connect(postgres.url)
    with database, database.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {what}")
        (number,) = cursor.fetchone()
    database.close()
    return int(number)


def wait_for_submissions(postgres: EmbeddedPostgres, least: int, labelling: subprocess.Popen[str]) -> None:
    while count(postgres, "tasks_submission") < least:
        assert labelling.poll() is None, "the labelling ended before the server was restarted"
        time.sleep(0.01)


@pytest.mark.timeout(600)
def test_restarts_while_labelling_lose_and_double_nothing(postgres: EmbeddedPostgres) -> None:
    seeding = program(SEED, postgres)
    people, _ = seeding.communicate()
    assert seeding.returncode == 0
    labelling = program(LABELLER, postgres, people.strip())
    wait_for_submissions(postgres, 60, labelling)
    postgres.stop()
    postgres.start()
    wait_for_submissions(postgres, 200, labelling)
    postgres.kill()
    postgres.start()
    output, _ = labelling.communicate()
    assert labelling.returncode == 0
    told = json.loads(output)

    assert told["errors"] > 0, "nobody noticed the restarts: this test proves nothing"
    wanted = TASKS * OVERLAP
    assert len(told["confirmed"]) == len(set(told["confirmed"])) == wanted
    assert count(postgres, "tasks_submission") == wanted
    assert count(postgres, "workers_earning") == wanted
    assert count(postgres, "tasks_assignment WHERE state = 'submitted'") == wanted
    assert count(postgres, "tasks_task WHERE state = 'answered' AND answers = overlap") == TASKS
    assert count(postgres, f"tasks_job WHERE answered = {TASKS}") == 1
    rollup = f"(SELECT 1 FROM workers_throughput HAVING sum(submissions) = {wanted}) AS whole"
    assert count(postgres, rollup) == 1

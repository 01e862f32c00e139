"""Claim and submit cycles a second through the real web server, against the same in bare SQL, in one run.

HTTP: granian with two workers, people who signed in with their PIN; each request of theirs brings the last
answer (five boxes) and takes the next task. Then the same in tens. SQL: as many connections that take a
seat, insert the same answer and close the seat, with no rules, sessions, roll-ups or pay.

    python -m bench.http_cycle [--seconds 10] [--people 4]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2

from bench.servers import running_servers

TASKS = 40_000
CSRF = "c" * 32
CLAIM = """
UPDATE tasks_assignment
SET state = 'leased', annotator_id = %s, lease_token = gen_random_uuid(), leased_at = now(),
    leased_until = now() + interval '15 minutes'
WHERE id = (SELECT id FROM tasks_assignment WHERE lane_id = %s AND state = 'open'
            ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, task_id
"""
ANSWER = """
INSERT INTO tasks_submission (id, task_id, annotator_id, assignment_id, payload, late, active_ms)
VALUES (%s, %s, %s, %s, %s, false, 0)
"""
CLOSE = """
UPDATE tasks_assignment SET state = 'submitted', ended_at = now(), leased_until = NULL
WHERE id = %s AND state = 'leased'
"""


def payload() -> dict[str, Any]:
    shapes = [
        {
            "id": f"s{n}",
            "class": "esp8266",
            "type": "box",
            "box": [40.5 + 180 * n, 60.25, 120.75, 90.5],
            "attributes": {},
        }
        for n in range(5)
    ]
    return {"tags": {}, "shapes": shapes}


def seed(people: int) -> tuple[list[str], list[int], int, int]:
    """Two batches of tasks, one for each side. Login names, person ids, and the lane for bare SQL."""
    from bench.crowd import fill, settle_down
    from tests.factories import make_batch, make_person, make_project, make_site

    site = make_site()
    project = make_project(sites=[site], overlap=1, max_overlap=1)
    bare = make_batch(make_project(overlap=1, max_overlap=1))
    for batch in (make_batch(project), bare):
        fill(batch, TASKS)
    settle_down()
    crew = [make_person(site=site) for _ in range(people)]
    return [p.username for p in crew], [p.id for p in crew], project.id, bare.lanes.get(returned=False).id


@contextmanager
def web_server() -> Iterator[int]:
    (Path(os.environ["LABELMILL_HOME"]) / "static").mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    granian = Path(sys.executable).parent / "granian"
    options = "--interface wsgi --no-ws --workers 2 --blocking-threads 8 --host 127.0.0.1 --log-level warning"
    command = [str(granian), *options.split(), "--port", str(port), "annotator.wsgi:application"]
    server = subprocess.Popen(command, env=os.environ)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


class Browser:
    """One connection, one session."""

    def __init__(self, port: int, username: str, pin: str) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        body = f"username={username}&password={pin}"
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
        }
        self.line.request("POST", "/sign-in", body, headers)
        response = self.line.getresponse()
        response.read()
        assert response.status == 302, f"not signed in: {response.status}"
        cookies = [value.split(";")[0] for name, value in response.getheaders() if name == "set-cookie"]
        token = next(cookie.split("=")[1] for cookie in cookies if cookie.startswith("csrftoken="))
        self.headers = {
            "Content-Type": "application/json",
            "Cookie": "; ".join(cookies),
            "X-CSRFToken": token,
        }
        self.known: list[list[Any]] = []

    def sync(self, **fields: Any) -> dict[str, Any]:
        self.line.request("POST", "/desk/sync", json.dumps(fields), self.headers)
        response = self.line.getresponse()
        text = response.read()
        assert response.status == 200, text
        answer: dict[str, Any] = json.loads(text)
        return answer

    def label(self, count: int, until: float, project: int) -> int:
        """Cycles until the time: each request brings `count` answers and takes as many tasks."""
        done, tasks = 0, []
        while time.monotonic() < until:
            sent = [
                {"id": str(uuid.uuid4()), "payload": payload(), "active_ms": 5000}
                | {key: task[key] for key in ("assignment", "token", "task")}
                for task in tasks
            ]
            answer = self.sync(project=project, want=count, known=self.known, submissions=sent, held=[])
            assert all(result["status"] == "accepted" for result in answer["submissions"])
            done += len(sent)
            tasks = answer["tasks"]
            assert len(tasks) == count, "the benchmark ran out of tasks"
            self.known += [[int(schema), told["digest"]] for schema, told in answer["schemas"].items()]
        return done


def bare_cycles(url: str, person: int, lane: int, until: float) -> int:
    text, done = json.dumps(payload()), 0
    database = psycopg2.connect(url)
    with database.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(CLAIM, [person, lane])
            seat, task = cursor.fetchone()
            database.commit()
            cursor.execute(ANSWER, [str(uuid.uuid4()), task, person, seat, text])
            cursor.execute(CLOSE, [seat])
            database.commit()
            done += 1
    database.close()
    return done


def rate(work: Callable[[int, float], int], people: int, seconds: float) -> float:
    """What everybody does together, a second."""
    counts = [0] * people
    until = time.monotonic() + seconds

    def one(number: int) -> None:
        counts[number] = work(number, until)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--people", type=int, default=4)
    options = parser.parse_args()
    with running_servers():
        from tests.factories import PIN

        names, ids, project, lane = seed(options.people)
        with web_server() as port:
            browsers = [Browser(port, name, PIN) for name in names]
            rate(lambda n, until: browsers[n].label(1, until, project), options.people, 2)  # warm
            one = rate(lambda n, until: browsers[n].label(1, until, project), options.people, options.seconds)
            ten = rate(
                lambda n, until: browsers[n].label(10, until, project), options.people, options.seconds
            )
        url = os.environ["DATABASE_URL"]
        sql = rate(lambda n, until: bare_cycles(url, ids[n], lane, until), options.people, options.seconds)
        client = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    print(f"{options.people} people, {os.cpu_count()} cores, one after the other in one run")
    print(f"{'HTTP, one answer and one task a request':45}{one:10.0f} tasks/s")
    print(f"{'HTTP, ten answers and ten tasks a request':45}{ten:10.0f} tasks/s")
    print(f"{'bare SQL':45}{sql:10.0f} tasks/s")
    print(f"{'CPU of this client in all':45}{client:10.1f} s")
    print(
        f"RESULT http_cycles_per_s={one:.0f} http_vs_sql={one / sql:.3f} "
        f"http_tens_per_s={ten:.0f} http_tens_vs_sql={ten / sql:.3f}"
    )


if __name__ == "__main__":
    main()

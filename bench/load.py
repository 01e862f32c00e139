"""A thousand annotators at the real web server at once: no answer lost, none doubled, and how long they wait.

granian with two workers, a session and a CSRF token each. As the workbench does it, a request carries ten
answers and asks for the next ten tasks; then the person labels for ten times the pace. One request in fifty
is sent twice, as after a line that dropped. Sessions are opened in the database (a thousand password hashes
would measure nothing else); everything after that is HTTP.

    python -m bench.load [--annotators 1000] [--seconds 120] [--pace 4]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from bench.http_cycle import CSRF, payload, web_server
from bench.servers import running_servers

BATCH = 10
RESENT = 0.02


@dataclass
class Log:
    """Seconds a request took, by kind; what the server confirmed; bytes with their headers."""

    claims: list[float] = field(default_factory=list)
    exchanges: list[float] = field(default_factory=list)
    submits: list[float] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    refused: int = 0
    sent: int = 0
    received: int = 0


class Browser:
    """One browser; the server closes a connection that is idle while ten images are labelled."""

    def __init__(self, port: int, session: str, log: Log) -> None:
        self.port, self.log = port, log
        self.head = (
            "POST /desk/sync HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Cookie: sessionid={session}; csrftoken={CSRF}\r\nX-CSRFToken: {CSRF}\r\nConnection: close\r\n"
        )

    async def sync(self, times: list[float], **fields: Any) -> dict[str, Any]:
        body = json.dumps(fields).encode()
        begun = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        request = f"{self.head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        text = await reader.readexactly(length)
        writer.close()
        self.log.sent += len(request)
        self.log.received += len(head) + length
        times.append(time.perf_counter() - begun)
        assert head.startswith("http/1.1 200"), head + text.decode()
        answer: dict[str, Any] = json.loads(text)
        return answer


async def label(line: Browser, log: Log, *, until: float, pace: float, start: float) -> None:
    """One person: claim ten, label them, exchange them for the next ten; at the end send and give back."""
    await asyncio.sleep(random.uniform(0, start))
    first = await line.sync(log.claims, want=BATCH)
    tasks = first["tasks"]
    known = [[int(schema), told["digest"]] for schema, told in first["schemas"].items()]
    while True:
        await asyncio.sleep(pace * len(tasks) * random.uniform(0.7, 1.3))
        answers = [
            {"id": str(uuid.uuid4()), "payload": payload(), "active_ms": 4000}
            | {key: task[key] for key in ("assignment", "token", "task")}
            for task in tasks
        ]
        over = time.monotonic() >= until
        fields: dict[str, Any] = {"submissions": answers} | ({} if over else {"want": BATCH, "known": known})
        reply = await line.sync(log.submits if over else log.exchanges, **fields)
        note(reply, log)
        if random.random() < RESENT:
            again = await line.sync([], submissions=answers)
            assert {result["status"] for result in again["submissions"]} == {"replayed"}
        if over:
            return
        tasks = reply["tasks"]
        assert tasks, "the benchmark ran out of tasks"


def note(reply: dict[str, Any], log: Log) -> None:
    for result in reply["submissions"]:
        if result["error"] is None:
            log.confirmed.append(result["id"])
        else:
            log.refused += 1


def seed(annotators: int, tasks: int) -> list[str]:
    """Session keys of people who share one site, with tasks enough for all."""
    from django.db import transaction
    from django.test import Client

    from tests.factories import make_batch, make_person, make_project, make_site, make_tasks
    from workers.models import Person, Role

    site = make_site()
    batch = make_batch(make_project(sites=[site], overlap=2, max_overlap=2))
    for _ in range(0, tasks, 5000):
        make_tasks(batch, 5000)
    known = make_person(site=site).password
    crew = Person.objects.bulk_create(
        Person(username=f"load-{n}", display_name=str(n), role=Role.ANNOTATOR, site=site, password=known)
        for n in range(annotators)
    )
    keys = []
    with transaction.atomic():  # one wait for the disk instead of thousands
        for person in crew:
            client = Client()
            client.force_login(person, backend="workers.sessions.PersonBackend")
            keys.append(client.cookies["sessionid"].value)
    return keys


def doubles_and_losses(log: Log) -> tuple[int, int, list[str]]:
    from django.db import connection

    from bench.conservation import CONSERVED
    from tasks.models import Submission

    stored = [str(id_) for id_ in Submission.objects.values_list("id", flat=True)]
    wrong = []
    for sentence, statement in CONSERVED.items():
        with connection.cursor() as cursor:
            cursor.execute(statement)
            (count,) = cursor.fetchone()
        wrong += [f"{count} {sentence}"] if count else []
    doubles = len(log.confirmed) - len(set(log.confirmed)) + max(0, len(stored) - len(log.confirmed))
    return doubles, len(set(log.confirmed) - set(stored)) + log.refused, wrong


def quantile(times: list[float], share: float) -> float:
    """Milliseconds."""
    return 1000 * sorted(times)[int(share * (len(times) - 1))] if times else float("nan")


async def everybody(port: int, keys: list[str], *, seconds: float, pace: float) -> tuple[Log, float]:
    # A worker's first request loads the whole site; that is not what is measured here.
    await asyncio.gather(*(Browser(port, keys[0], Log()).sync([]) for _ in range(20)))
    log, begun = Log(), time.monotonic()
    # Arrivals are spread over one batch's labelling, as they are after the first minutes of a shift.
    start = min(seconds / 2, pace * BATCH)
    people = [
        label(Browser(port, key, log), log, until=begun + seconds, pace=pace, start=start) for key in keys
    ]
    await asyncio.gather(*people)
    return log, time.monotonic() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--annotators", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--pace", type=float, default=4, help="seconds an image")
    options = parser.parse_args()
    with running_servers():
        wanted = options.annotators * (options.seconds / max(options.pace, 0.5) + 3 * BATCH) / 2
        keys = seed(options.annotators, int(wanted))
        with web_server() as port:
            work = everybody(port, keys, seconds=options.seconds, pace=options.pace)
            log, took = asyncio.run(work)
        doubles, losses, wrong = doubles_and_losses(log)
    print(
        f"{options.annotators} annotators, {options.pace:g} s an image, {took:.0f} s, {os.cpu_count()} cores"
    )
    for name, times in (
        ("claim of ten", log.claims),
        ("ten answers and ten tasks", log.exchanges),
        ("last answers", log.submits),
    ):
        middle, high = quantile(times, 0.5), quantile(times, 0.95)
        print(f"{name:28}{len(times):8} requests  p50 {middle:7.0f} ms  p95 {high:7.0f} ms")
    per = max(1, len(log.confirmed))
    print(f"bytes a task, not compressed     sent {log.sent / per:.0f}, received {log.received / per:.0f}")
    for sentence in wrong:
        print(f"NOT CONSERVED: {sentence}")
    print(
        f"RESULT load_p95_ms={quantile(log.exchanges, 0.95):.0f} "
        f"load_tasks_per_s={len(log.confirmed) / took:.0f} doubles={doubles} losses={losses}"
    )
    return int(bool(doubles or losses or wrong))


if __name__ == "__main__":
    sys.exit(main())

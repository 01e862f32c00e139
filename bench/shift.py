"""A shift at a data factory as discrete events, carried out by the real queue on a real database.

Time is simulated: nobody waits. Leases run by the database's clock, so the passing of a minute is written
into the database: every lease moves a minute into the past before the sweeps run.

Figures of people: 10 to 15 seconds a box image, a break of ten minutes an hour, and lines that drop out.
"""

from __future__ import annotations

import heapq
import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from review.settle import settle_answered
from tasks import queue
from tasks.models import Assignment, Batch, Project
from tasks.queue import Answer, Seat
from tests.factories import make_batch, make_person, make_project, make_site, make_tasks
from workers.models import Person

MINUTE, HOUR = 60.0, 3600.0
BUFFER, REFILL_BELOW = 10, 4
SKIPS, REPLAYS, MISTAKES = 0.01, 0.03, 0.04
# Per person and hour.
CRASHES, DROPOUTS = 0.15, 0.4
AGE = """
UPDATE tasks_assignment
SET leased_at = leased_at - make_interval(secs => %(s)s),
    leased_until = leased_until - make_interval(secs => %(s)s)
WHERE state = 'leased'
"""
AGE_LOST = "UPDATE tasks_lostlease SET leased_at = leased_at - make_interval(secs => %(s)s)"


@dataclass
class Annotator:
    """What the person's browser knows; a crash forgets `seats`, the outbox is on its disk."""

    id: int
    pace: float
    seats: list[Seat] = field(default_factory=list)
    outbox: list[Answer] = field(default_factory=list)
    offline_until: float = 0.0
    next_break: float = HOUR


class Shift:
    """Everybody's events in order of simulated time, which `now` says in seconds since the start."""

    def __init__(self, *, people: list[Person], projects: list[Project], seed: int) -> None:
        self.random = random.Random(seed)
        self.now = 0.0
        self.counts: Counter[str] = Counter()
        self.made: set[uuid.UUID] = set()
        self.people = [Annotator(p.pk, 12.0 * self.random.lognormvariate(0, 0.35)) for p in people]
        self.projects = projects
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0

    def run(self, *, hours: float) -> None:
        """The shift; then everybody comes back, sends what they have, and what is still leased runs out."""
        for person in self.people:
            person.next_break = self.random.uniform(0.5, 1.0) * HOUR
            self._in(self.random.uniform(0, MINUTE), partial(self._work, person))
            self._in(self.random.expovariate(CRASHES) * HOUR, partial(self._crash, person))
            self._in(self.random.expovariate(DROPOUTS) * HOUR, partial(self._drop_out, person))
        self._in(MINUTE, self._minute)
        self._in(10 * MINUTE, self._supervise)
        end = hours * HOUR
        while self._events[0][0] < end:
            self.now, _number, event = heapq.heappop(self._events)
            event()
            self.counts["events"] += 1
        self._close()

    def _in(self, seconds: float, event: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._events, (self.now + seconds, self._number, event))

    def _work(self, person: Annotator) -> None:
        """Finish the image on the screen, send it or keep it, fill the buffer, look at the next."""
        if person.seats:
            self._finish(person, person.seats.pop(0))
        if self.now >= person.offline_until:
            self._exchange(person)
        pause = person.pace * self.random.lognormvariate(0, 0.4) if person.seats else 30.0
        if self.now > person.next_break:
            person.next_break = self.now + HOUR
            pause += 10 * MINUTE
            self.counts["breaks"] += 1
        self._in(pause, lambda: self._work(person))

    def _finish(self, person: Annotator, seat: Seat) -> None:
        online = self.now >= person.offline_until
        if online and self.random.random() < SKIPS:
            reason = self.random.choice([Assignment.SkipReason.UNCLEAR, Assignment.SkipReason.BROKEN])
            done = queue.skip(
                annotator_id=person.id,
                assignment_id=seat.assignment,
                token=seat.token,
                reason=reason,
                note="",
            )
            self.counts["skipped" if done else "skip came too late"] += 1
            return
        answer = Answer(uuid.uuid4(), seat.assignment, seat.token, seat.task, self._payload(seat), 9000)
        self.made.add(answer.id)
        person.outbox.append(answer)

    def _payload(self, seat: Seat) -> dict[str, Any]:
        """Boxes at the same place for everybody, a little off; now and then one is missing."""
        drawn = random.Random(seat.task)
        shapes = [
            {
                "id": f"s{n}",
                "class": "esp8266",
                "type": "box",
                "box": [150.0 * n + drawn.random() * 20 + self.random.random() * 4, 60.0, 100.0, 90.0],
                "attributes": {},
            }
            for n in range(drawn.randint(1, 5))
        ]
        return {"tags": {}, "shapes": shapes[1:] if self.random.random() < MISTAKES else shapes}

    def _exchange(self, person: Annotator) -> None:
        for answer in person.outbox:
            status = queue.submit(annotator_id=person.id, answer=answer)
            self.counts[status] += 1
            if self.random.random() < REPLAYS:
                assert queue.submit(annotator_id=person.id, answer=answer) == "replayed"
                self.counts["replayed"] += 1
        person.outbox.clear()
        if len(person.seats) >= REFILL_BELOW:
            return
        held = [(seat.assignment, seat.token) for seat in person.seats]
        kept = queue.extend(annotator_id=person.id, held=held)
        person.seats = [seat for seat in person.seats if seat.assignment in kept]
        got = queue.claim(annotator_id=person.id, project_id=None, count=BUFFER - len(person.seats))
        person.seats += got
        self.counts["claims"] += 1
        self.counts["claimed"] += len(got)

    def _crash(self, person: Annotator) -> None:
        self.counts["crashes"] += 1
        person.seats.clear()
        person.offline_until = max(person.offline_until, self.now + 5 * MINUTE)
        self._in(self.random.expovariate(CRASHES) * HOUR, lambda: self._crash(person))

    def _drop_out(self, person: Annotator) -> None:
        """The line is gone for a while; the person goes on with what is in the buffer."""
        self.counts["drop-outs"] += 1
        person.offline_until = max(person.offline_until, self.now + self.random.uniform(2, 60) * MINUTE)
        self._in(self.random.expovariate(DROPOUTS) * HOUR, lambda: self._drop_out(person))

    def _minute(self) -> None:
        self._let_pass(MINUTE)
        self.counts["expired"] += queue.expire_leases()
        queue.raise_heads()
        self.counts["settled"] += settle_answered().settled
        self._in(MINUTE, self._minute)

    def _let_pass(self, seconds: float) -> None:
        with connection.cursor() as cursor:
            cursor.execute(AGE, {"s": seconds})
            cursor.execute(AGE_LOST, {"s": seconds})

    def _supervise(self) -> None:
        """Pause or open a project, take somebody's seats back, pause a person, change a priority."""
        project = self.random.choice(self.projects)
        person = self.random.choice(self.people)
        act = self.random.choice(["project", "take back", "person", "priority"])
        if act == "project":
            self._pause_project(project)
        elif act == "take back":
            self.counts["taken back"] += queue.release_person(annotator_id=person.id)
        elif act == "person":
            self._pause_person(person)
        else:
            Project.objects.filter(id=project.pk).update(priority=self.random.randint(0, 3))
            Batch.objects.filter(project=project.pk).update(priority=self.random.randint(0, 3))
        self.counts[f"supervisor: {act}"] += 1
        self._in(5 * MINUTE, self._supervise)

    def _pause_project(self, project: Project) -> None:
        rows = Project.objects.filter(id=project.pk)
        rows.update(state=Project.State.PAUSED)
        self._in(5 * MINUTE, lambda: void(rows.update(state=Project.State.OPEN)))

    def _pause_person(self, person: Annotator) -> None:
        rows = Person.objects.filter(id=person.id)
        rows.update(paused_at=Now())
        self._in(10 * MINUTE, lambda: void(rows.update(paused_at=None)))

    def _close(self) -> None:
        for person in self.people:
            for answer in person.outbox:
                self.counts[queue.submit(annotator_id=person.id, answer=answer)] += 1
        self._let_pass(24 * HOUR)
        while expired := queue.expire_leases():
            self.counts["expired"] += expired
        while settle_answered().taken:
            pass


def void(_changed: int) -> None:
    """An event returns nothing."""


def prepare(*, annotators: int, hours: float) -> tuple[list[Person], list[Project]]:
    """Two projects of two batches each, with as many tasks as the people can do in the time."""
    answers = int(annotators * hours * HOUR / 12.0)
    site = make_site()
    people = [make_person(site=site) for _ in range(annotators)]
    projects = [make_project(sites=[site], overlap=2, max_overlap=4, lease_seconds=1200) for _ in range(2)]
    for project in projects:
        for _ in range(2):
            make_tasks(make_batch(project), max(1, answers // 8))
    return people, projects

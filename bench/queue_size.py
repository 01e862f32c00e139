"""What claim and submit cost at 10,000 and at millions of tasks, at the first and the 50,000th of a person.

Two databases in one server, one connection each, in turns; the median time of a call. Commits do not wait for
the disk here, which would add the same to both sides. Also printed: nearly all done, nothing left for
somebody who asks again, one person alone at tasks that want three answers (behind them two open seats a task
that they have had), gold mixed in, 1,000 projects open at once.

    python -m bench.queue_size [--tasks 5000000] [--calls 150] [--rounds 8] [--history 50000]
                              [--projects 1000]
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
import uuid
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from bench.crowd import JOB, Crowd, fill, settle_down, spread, tell
from bench.http_cycle import payload
from bench.servers import running_servers

SMALL = 10_000
# Tasks of three seats, of which one person works through half first; tasks of gold.
ALONE, GOLD = 20_000, 500
Scene = dict[str, tuple[int, int | None]]


def prepare(tasks: int, crowded: bool, projects: int, history: int) -> Scene:
    """Tables of that many tasks, and who is to be measured where: {case: (person, project or None)}."""
    from tests.factories import make_batch, make_person, make_project, make_site

    site = make_site()
    # A tenth of all lies in a project that is nearly done; the rest comes last, its indexes built once.
    done = tasks // 10 if crowded else 0
    makers = {"99 % done": (done, 0.99), "fresh": (tasks - done, 0.0)} if crowded else {"fresh": (tasks, 0.0)}
    scene: Scene = {}
    done_by = make_person(site=site).id
    for case, (count, share) in makers.items():
        project = make_project(sites=[site], overlap=1, max_overlap=1)
        fill(make_batch(project), count, done=round(count * share), person=done_by)
        scene[case] = (make_person(site=site).id, project.id)
    if crowded:
        alone = make_project(sites=[site], overlap=1, max_overlap=1)
        fill(make_batch(alone), history + 10_000)
        scene["history"] = (make_person(site=site).id, alone.id)
        scene["newcomer"] = (make_person(site=site).id, alone.id)
        empty = make_project(sites=[site], overlap=1, max_overlap=1)
        fill(make_batch(empty), 10)
        scene["nothing left"] = (make_person(site=site).id, empty.id)
        three = make_project(sites=[site], overlap=3, max_overlap=3)
        want_three(make_batch(three), ALONE)
        scene["alone"] = (make_person(site=site).id, three.id)
        golden = make_project(sites=[site], overlap=1, max_overlap=1, gold_rate=0.05)
        fill(make_batch(golden), SMALL)
        add_gold(golden, GOLD)
        scene["gold"] = (make_person(site=site).id, golden.id)
        busy = make_site()
        open_projects(busy, projects)
        scene["many projects"] = (make_person(site=busy).id, None)
    tell(f"{tasks} tasks and {projects} projects made; vacuum and analysis follow")
    settle_down()
    tell("ready")
    return scene


def want_three(batch: Any, count: int) -> None:
    """So many tasks of three seats each."""
    from django.db import transaction

    from tasks.models import Assignment, Task
    from tasks.seats import open_seats

    fill(batch, count)
    Assignment.objects.filter(task__batch=batch).delete()
    Task.objects.filter(batch=batch).update(overlap=3, max_overlap=3)
    ids = list(Task.objects.filter(batch=batch).order_by("id").values_list("id", flat=True))
    for first in range(0, count, JOB):
        with transaction.atomic():
            open_seats(task_ids=ids[first : first + JOB])


def add_gold(project: Any, count: int) -> None:
    """So many tasks of the project with a known answer, to measure by."""
    from django.utils import timezone

    from tasks import gold, states
    from tasks.models import GoldTask
    from tests.factories import make_batch, make_tasks

    ids = [task.id for task in make_tasks(make_batch(project), count, overlap=1)]
    states.settle_known(task_ids=ids, now=timezone.now())
    gold.make_gold(
        answers=dict.fromkeys(ids, payload()),
        kind=GoldTask.Kind.MEASURE,
        origin=GoldTask.Origin.CLIENT,
        by=None,
        rng=random.Random(1),
    )


def open_projects(site: Any, count: int) -> None:
    """So many projects of twenty tasks each, that people of the site work on."""
    from django.db import connection, transaction

    from tasks.models import Batch, Image, Job, LabelSchema, Project, Task
    from tasks.seats import open_seats
    from tests.factories import BOX_SPEC, make_organization

    mill, size = make_organization(), {"width": 1000, "height": 750}
    projects = Project.objects.bulk_create(
        Project(organization=mill, name=f"Project {n} of many", price="0.0400", overlap=1, max_overlap=1)
        for n in range(count)
    )
    Project.sites.through.objects.bulk_create(
        Project.sites.through(project=project, site=site) for project in projects
    )
    schemas = LabelSchema.objects.bulk_create(
        LabelSchema(project=project, version=1, spec=BOX_SPEC) for project in projects
    )
    batches = Batch.objects.bulk_create(
        Batch(project=schema.project, schema=schema, name="Images") for schema in schemas
    )
    jobs = Job.objects.bulk_create(
        Job(batch=batch, number=1, state=Job.State.DONE, received=20, ready=20) for batch in batches
    )
    images = Image.objects.bulk_create(
        Image(project_id=job.batch.project_id, batch=job.batch, job=job, name=f"{n}.jpg", size=1000,
              state="ready", sha256=f"{job.id:032}{n:032}", format="jpeg", **size)
        for job in jobs for n in range(20)
    )  # fmt: skip
    tasks = Task.objects.bulk_create(
        Task(project_id=image.project_id, batch=image.batch, job=image.job, image=image,
             schema_id=image.batch.schema_id, overlap=1, max_overlap=1)
        for image in images
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for first in range(0, len(tasks), JOB):
        with transaction.atomic():
            open_seats(task_ids=[task.id for task in tasks[first : first + JOB]])


def measure(person: int, project: int | None, calls: int) -> tuple[float, float]:
    """Median seconds of a claim of one, and of claim and submit together."""
    from django.db import connection

    from tasks import queue

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    claims, both = [], []
    for _ in range(calls):
        start = time.perf_counter()
        seats = queue.claim(annotator_id=person, project_id=project, count=1)
        claims.append(time.perf_counter() - start)
        answers = [queue.Answer(uuid.uuid4(), s.assignment, s.token, s.task, payload(), 1) for s in seats]
        queue.submit_several(annotator_id=person, answers=answers)
        both.append(time.perf_counter() - start)
    return statistics.median(claims), statistics.median(both)


def work_through(person: int, project: int, count: int) -> None:
    """So many answers, as many at a time as there can be."""
    from tasks import queue

    for _ in range(count // queue.MAX_CLAIM):
        seats = queue.claim(annotator_id=person, project_id=project, count=queue.MAX_CLAIM)
        answers = [queue.Answer(uuid.uuid4(), s.assignment, s.token, s.task, payload(), 1) for s in seats]
        assert len(seats) == queue.MAX_CLAIM
        queue.submit_several(annotator_id=person, answers=answers)


def second_database(url: str) -> str:
    parts = urlsplit(url)
    database = psycopg2.connect(url)
    database.autocommit = True
    database.cursor().execute(f'CREATE DATABASE large TEMPLATE "{parts.path.strip("/")}"')
    database.close()
    return urlunsplit(parts._replace(path="/large"))


def name_of(case: str, options: argparse.Namespace) -> str:
    names = {"fresh": f"{options.tasks} tasks", "history": f"after {options.history} of theirs"}
    names["alone"] = f"alone, {ALONE // 2} behind"
    names["gold"] = "1 of 20 is gold"
    names["newcomer"] = "first ones, same project"
    names["many projects"] = f"{options.projects} projects open"
    return names.get(case, case)


Times = tuple[float, float]


def show(times: dict[str, list[Times]], options: argparse.Namespace) -> None:
    """The table, and the ratios, whose names say the sizes."""
    middle = {
        case: tuple(statistics.median(column) for column in zip(*rows, strict=True))
        for case, rows in times.items()
    }
    print(f"{'':24}{'claim':>10}{'':7}{'claim and submit':>18}")
    for case, (claim, both) in middle.items():
        noise = [spread(column) for column in zip(*times[case], strict=True)]
        print(
            f"{name_of(case, options):24}{claim * 1e3:9.3f}ms {noise[0]:>5}{both * 1e3:17.3f}ms {noise[1]:>5}"
        )
    small_claim, small_both = middle[f"{SMALL} tasks"]
    size = "5m" if options.tasks == 5_000_000 else options.tasks
    ratios = {
        f"cost_{size}_over_10k": middle["fresh"][1] / small_both,
        f"cost_{options.history}th_over_first": middle["history"][1] / middle["newcomer"][1],
        "cost_99_done_over_10k": middle["99 % done"][1] / small_both,
        "cost_alone_over_10k": middle["alone"][1] / small_both,
        "cost_gold_over_10k": middle["gold"][1] / small_both,
        "vain_poll_over_claim": middle["nothing left"][0] / small_claim,
        f"claim_{options.projects}_projects_over_1": middle["many projects"][0] / small_claim,
    }
    print("RESULT " + " ".join(f"{name}={ratio:.3f}" for name, ratio in ratios.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=5_000_000)
    parser.add_argument("--calls", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--history", type=int, default=50_000)
    parser.add_argument("--projects", type=int, default=1000)
    options = parser.parse_args()
    times: dict[str, list[Times]] = {}
    with running_servers():
        from django.db import connections

        url = os.environ["DATABASE_URL"]
        connections.close_all()
        large = Crowd(1, second_database(url))
        small = Crowd(1, url)
        there = small.one(prepare, SMALL, False, 0, 0)
        here = large.one(prepare, options.tasks, True, options.projects, options.history)
        large.one(measure, *here["nothing left"], 20)  # takes all there is
        large.one(work_through, *here["history"], options.history)
        large.one(work_through, *here["alone"], ALONE // 2)
        tell(f"{options.history} answers of one person, {ALONE // 2} of another")
        for number in range(options.rounds):
            times.setdefault(f"{SMALL} tasks", []).append(small.one(measure, *there["fresh"], options.calls))
            for case, who in here.items():
                times.setdefault(case, []).append(large.one(measure, *who, options.calls))
            tell(f"round {number + 1} of {options.rounds}")
        large.close()
        small.close()
    show(times, options)


if __name__ == "__main__":
    main()

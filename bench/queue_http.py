"""CPU of the web server and of the database for each task that is answered and replaced, over real HTTP.

Granian with two workers, people signed in with their PIN, five boxes an answer; one task a request, then ten,
in turns. CPU is what the processes of the server and of PostgreSQL used, by /proc; the client's is not in it.

    python -m bench.queue_http [--seconds 8] [--rounds 3] [--people 4]
"""

from __future__ import annotations

import argparse
import os
import statistics
from pathlib import Path

from bench.crowd import fill, settle_down, spread
from bench.http_cycle import Browser, rate, web_server
from bench.servers import running_servers

TASKS = 200_000


def cpu_seconds(name: str) -> float:
    """User and system time so far of our descendants whose tree's top is called `name`."""
    parents, used, tops = {}, {}, set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            _head, fields = (folder / "stat").read_text().rsplit(")", 1)
            line = (folder / "cmdline").read_bytes().decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid, values = int(folder.name), fields.split()
        parents[pid] = int(values[1])
        used[pid] = sum(map(int, values[11:15]))
        if any(name in word for word in line.split("\0")[:2]):  # a script's name comes after Python's
            tops.add(pid)

    def below(pid: int) -> bool:
        chain = []
        while pid:
            chain.append(pid)
            pid = parents.get(pid, 0)
        return os.getpid() in chain and bool(tops & set(chain))

    return sum(used[pid] for pid in used if below(pid)) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--people", type=int, default=4)
    options = parser.parse_args()
    with running_servers():
        from tests.factories import PIN, make_batch, make_person, make_project, make_site

        site = make_site()
        project = make_project(sites=[site], overlap=1, max_overlap=1)
        fill(make_batch(project), TASKS)
        settle_down()
        names = [make_person(site=site).username for _ in range(options.people)]
        rates: dict[int, list[float]] = {1: [], 10: []}
        web: dict[int, list[float]] = {1: [], 10: []}
        database: dict[int, list[float]] = {1: [], 10: []}
        with web_server() as port:
            browsers = [Browser(port, name, PIN) for name in names]
            rate(lambda n, until: browsers[n].label(1, until, project.id), options.people, 2)  # warm
            for _ in range(options.rounds):
                for count in (1, 10):
                    before = cpu_seconds("granian"), cpu_seconds("postgres")
                    per_second = rate(
                        lambda n, until, count=count: browsers[n].label(count, until, project.id),
                        options.people,
                        options.seconds,
                    )
                    tasks = per_second * options.seconds
                    rates[count].append(per_second)
                    web[count].append((cpu_seconds("granian") - before[0]) / tasks * 1000)
                    database[count].append((cpu_seconds("postgres") - before[1]) / tasks * 1000)
    middle = statistics.median
    cpu = {count: middle(web[count]) + middle(database[count]) for count in rates}
    print(f"{options.people} people, {os.cpu_count()} cores, {options.rounds} rounds in turns")
    for count in rates:
        print(
            f"{count:3} a request {middle(rates[count]):7.0f} tasks/s {spread(rates[count]):>6}   CPU: "
            f"web {middle(web[count]):.2f} ms {spread(web[count])}, "
            f"database {middle(database[count]):.2f} ms {spread(database[count])}"
        )
    print(
        f"RESULT http_cpu_ms_single={cpu[1]:.2f} http_cpu_ms_batch10={cpu[10]:.2f} "
        f"batch10_over_single={middle(rates[10]) / middle(rates[1]):.2f}"
    )


if __name__ == "__main__":
    main()

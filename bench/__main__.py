"""`python -m bench [group or name ...]`: each benchmark in a process of its own; group `mill` by default."""

from __future__ import annotations

import subprocess
import sys

# A group is what one `make bench...` runs, in this order.
GROUPS = {
    "mill": ["ingest", "http_cycle", "first_visit"],
    "queue": ["queue_rates", "queue_http", "queue_size", "queue_seed", "queue_snapshot"],
    "floor": ["load", "simulate"],
    "workbench": ["workbench"],
    "export": ["export"],
    "consensus": ["consensus", "consensus_shapes", "settle"],
}


def main(names: list[str]) -> int:
    known = [name for group in GROUPS.values() for name in group]
    chosen = [name for word in names or ["mill"] for name in GROUPS.get(word, [word])]
    unknown = sorted(set(chosen) - set(known))
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join([*GROUPS, *known])}.")
        return 2
    failed = []
    for name in chosen:
        print(f"\n== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode != 0:
            failed.append(name)
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

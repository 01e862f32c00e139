"""A shift of simulated annotators through the real queue code at speed; then everything is counted.

Paces, breaks, drop-outs, crashes, late answers, replays, skips and supervisors' actions come from a seeded
generator; claims, answers, leases, consensus and pay are the real ones, on PostgreSQL. At the end seats,
answers and pay are compared with what the simulated people remember to have done.

    python -m bench.simulate [--annotators 60] [--hours 2] [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
import time

from bench.servers import running_servers


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--annotators", type=int, default=60)
    parser.add_argument("--hours", type=float, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with running_servers():
        from bench.conservation import differences
        from bench.shift import Shift, prepare

        people, projects = prepare(annotators=options.annotators, hours=options.hours)
        shift = Shift(people=people, projects=projects, seed=options.seed)
        begun = time.monotonic()
        shift.run(hours=options.hours)
        seconds = time.monotonic() - begun
        wrong = differences(shift)
    print(f"{options.annotators} annotators, {options.hours:g} h in {seconds:.0f} s, seed {options.seed}")
    for name, count in sorted(shift.counts.items()):
        print(f"{name:32}{count:10}")
    for sentence in wrong:
        print(f"NOT CONSERVED: {sentence}")
    print(
        f"RESULT sim_events_per_s={shift.counts['events'] / seconds:.0f} "
        f"sim_answers_per_s={len(shift.made) / seconds:.0f} conserved={int(not wrong)}"
    )
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())

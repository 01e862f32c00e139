"""Aggregating class answers: speed, memory and posteriors beside crowd-kit, and accuracy on real votes.

Each method runs alone in a process with one thread, ours and the peer's on the same answers. The peers live
in an environment of their own (`make bench-consensus` makes it); without it their columns are left out.

    python -m bench.consensus [--quick] [--peers .venv/peers/bin/python]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.crowds import SETS, Answers, plant, read_votes, votes_folder
from review.consensus import classes

HERE = Path(__file__).parent
THREADS = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]
# People are right in three of five answers: EM has rounds to go, as on real crowds.
SIZES: dict[str, Any] = {
    "s": {"tasks": 10_000, "each": 3, "classes": 4, "people": 100, "right": 1.5},
    "m": {"tasks": 100_000, "each": 5, "classes": 10, "people": 500, "right": 1.5},
    "l": {"tasks": 1_000_000, "each": 3, "classes": 4, "people": 1_000, "right": 1.5},
}
# All of crowd-kit's that take more than two classes and need no gold.
PEERS = ["MajorityVote", "Wawa", "ZeroBasedSkill", "OneCoinDawidSkene", "DawidSkene", "GLAD", "MMSR", "MACE"]
SLOW = ("GLAD", "MMSR", "MACE")  # minutes on the real sets
OURS = ["majority", "one_coin", "dawid_skene", "map_dawid_skene", "glad", "mace", "ebcc", "ensemble"]
GOLD_SHARE = 0.2
DRAWS = 5


@dataclass(frozen=True)
class Run:
    """`took` in seconds of CPU, on one thread, `extra` in MiB more than before the call."""

    took: float
    extra: float
    posterior: Any


class Bench:
    """The folder the answers are handed over in, and the peers' interpreter where there is one."""

    def __init__(self, folder: Path, peers: str | None) -> None:
        self.folder, self.peers = folder, peers
        self.results: dict[str, float] = {}

    def run(self, method: str, answers: Answers) -> Run | None:
        is_ours = method.startswith("ours:") or method == "alpha:ours"
        python = sys.executable if is_ours else self.peers
        if python is None:
            return None
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        source, target = folder / "answers.npz", folder / "result.npz"
        np.savez(source, **asdict(answers))
        command = ["-m", "bench.consensus_run"] if is_ours else [str(HERE / "consensus_run.py")]
        done = subprocess.run(
            [python, "-W", "ignore", *command, method, str(source), str(target)],
            env=os.environ | dict.fromkeys(THREADS, "1"),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(f"{method} failed: {done.stderr.strip().splitlines()[-1]}")
            return None
        with np.load(target) as file:
            return Run(float(file["took"]), float(file["extra"]), file["posterior"])

    def in_turns(self, methods: Sequence[str], answers: Answers, times: int) -> list[Run | None]:
        """The quickest of several runs of each, in turns: other work on the machine only slows."""
        runs = [[self.run(method, answers) for method in methods] for _ in range(times)]
        return [
            min((run for run in column if run), key=lambda run: run.took, default=None)
            for column in zip(*runs, strict=True)
        ]

    def note(self, name: str, value: float) -> None:
        self.results[name] = value


def accuracy(posterior: Any, truth: Any) -> float:
    """Per cent of the tasks with a known truth (-1: unknown) named right, a tie counting as its share."""
    known = truth >= 0
    best = posterior[known] >= posterior[known].max(axis=1, keepdims=True) - 1e-9
    right = best[np.arange(known.sum()), truth[known]] / best.sum(axis=1)
    return 100.0 * float(right.mean())


def compare(bench: Bench, name: str, answers: Answers, *, ours: str, peer: str, times: int) -> None:
    mine, theirs = bench.in_turns([f"ours:{ours}", f"crowdkit:{peer}"], answers, times)
    assert mine
    line = f"{name:6} {ours:12} {mine.took:8.3f} s {mine.extra:6.0f} MiB"
    if theirs:
        gap = float(np.abs(mine.posterior - theirs.posterior).max())
        line += f"   crowd-kit {peer} {theirs.took:8.2f} s {theirs.extra:6.0f} MiB"
        line += f"   {theirs.took / mine.took:6.0f} x   largest difference {gap:.1e}"
        bench.note(f"{name}_x", theirs.took / mine.took)
        if ours == "dawid_skene":
            bench.note("ds_maxdiff", max(gap, bench.results.get("ds_maxdiff", 0.0)))
    if ours == "dawid_skene":
        bench.note("ds_extra_mib", max(mine.extra, bench.results.get("ds_extra_mib", 0.0)))
    right = accuracy(mine.posterior, answers.truth)
    print(f"{line}   {right:.1f} % right", flush=True)


def speeds(bench: Bench, *, quick: bool) -> None:
    for size, times in ({"s": 5} if quick else {"s": 5, "m": 5, "l": 2}).items():
        compare(bench, f"ds_{size}", plant(**SIZES[size]), ours="dawid_skene", peer="DawidSkene", times=times)
    small = plant(**(SIZES["s"] | {"tasks": 1_000} if quick else SIZES["s"]))
    compare(bench, "glad", small, ours="glad", peer="GLAD", times=2)
    # crowd-kit makes ten starts of fifty rounds: as many rounds of ours, though one start is enough for it.
    compare(bench, "mace", small, ours="mace_500", peer="MACE", times=2)


def online(bench: Bench) -> None:
    """A batch of tasks as settling meets it: from codes to posteriors, by what is known of the people."""
    known = plant(tasks=5_000, each=5, classes=10, people=50)
    found = classes.map_dawid_skene(
        classes.tabulate(task=known.task, annotator=known.annotator, label=known.label)
    )
    batch = plant(tasks=1_000, each=5, classes=10, people=50, seed=7)
    rounds = []
    for _ in range(30):
        started = time.perf_counter()
        table = classes.tabulate(
            task=batch.task, annotator=batch.annotator, label=batch.label, classes=10, annotators=50
        )
        classes.online(table, prior=found.prior, confusion=found.confusion)
        rounds.append(time.perf_counter() - started)
    bench.note("online_us", float(np.median(rounds)) / 1_000 * 1e6)
    print(f"online: {bench.results['online_us']:.1f} microseconds a task, in batches of 1,000")


def real_votes(bench: Bench, *, quick: bool) -> None:
    folder = votes_folder()
    if folder is None:
        print("votes: the folder of real votes is missing (LABELMILL_DATA), so its rows are left out")
        return
    sets = {name: read_votes(folder / name) for name in SETS}
    print(f"{'per cent right':20}" + "".join(f"{name:>10}" for name in sets) + f"{'mean':>10}")
    means = {}
    peers = [f"crowdkit:{peer}" for peer in PEERS if bench.peers and not (quick and peer in SLOW)]
    for method in peers + [f"ours:{name}" for name in OURS]:
        # Nothing is timed here, so they may share the machine.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            runs = list(pool.map(partial(bench.run, method), sets.values()))
        if not all(runs):
            continue
        right = [accuracy(r.posterior, a.truth) for r, a in zip(runs, sets.values(), strict=True) if r]
        means[method] = float(np.mean(right))
        print(f"{method:20.20}" + "".join(f"{r:10.1f}" for r in right) + f"{means[method]:10.2f}", flush=True)
    bench.note("votes_mean", means["ours:ensemble"])
    theirs = [mean for method, mean in means.items() if method in peers]
    if theirs:
        bench.note("votes_best_single", max(theirs))
    calibration(bench, sets)


def calibration(bench: Bench, sets: dict[str, Answers]) -> None:
    """A fifth of the tasks is gold: how far is the stated confidence from the truth on the others?"""
    gaps, errors, raw, alone = [], [], [], []
    for answers in sets.values():
        table = classes.tabulate(task=answers.task, annotator=answers.annotator, label=answers.label)
        posterior, count = classes.ensemble(table).posterior, np.bincount(answers.task)
        known = np.flatnonzero(answers.truth >= 0)
        for draw in range(DRAWS):
            order = np.random.default_rng(draw).permutation(known)
            gold, rest = np.split(order, [int(GOLD_SHARE * len(order))])
            rho = classes.fit_rho(posterior[gold], answers=count[gold], truth=answers.truth[gold])
            chances = classes.temper(posterior[rest], answers=count[rest], rho=rho)
            right = (chances.argmax(axis=1) == answers.truth[rest]).astype(float)
            gaps.append(abs(chances.max(axis=1).mean() - right.mean()))
            errors.append(classes.calibration_error(chances.max(axis=1), right))
            raw.append(abs(posterior[rest].max(axis=1).mean() - right.mean()))
        everybody = classes.temper(posterior[known], answers=count[known].astype(np.float64))
        right = (everybody.argmax(axis=1) == answers.truth[known]).astype(float)
        alone.append(float(everybody.max(axis=1).mean() - right.mean()))
    bench.note("calibration_error", 100.0 * float(np.mean(gaps)))
    bench.note("calibration_error_no_gold", 100.0 * float(np.mean(np.abs(alone))))
    print("without gold, points above: " + ", ".join(f"{100 * gap:+.1f}" for gap in alone))
    print(
        f"stated confidence is {bench.results['calibration_error']:.1f} points from the share that is right "
        f"with a fifth of the tasks as gold ({100 * np.mean(raw):.1f} before calibration); "
        f"expected calibration error {100 * np.mean(errors):.1f} points"
    )


def alphas(bench: Bench, *, quick: bool) -> None:
    answers = plant(tasks=100_000 if quick else 1_000_000, each=3, classes=5, people=1_000)
    mine, theirs = bench.in_turns(["alpha:ours", "alpha:nominal"], answers, 3)
    assert mine
    line = f"alpha, {len(answers.truth):,} x 3: {mine.took:.3f} s, {mine.extra:.0f} MiB"
    if theirs:
        line += f"   krippendorff {theirs.took:.2f} s, {theirs.extra:.0f} MiB"
        line += f"   difference {abs(float(mine.posterior[0] - theirs.posterior[0])):.1e}"
    print(line, flush=True)
    if not quick:
        bench.note("alpha_l_s", mine.took)


def peers_at(path: str) -> str | None:
    """The interpreter, if the peers can be imported there."""
    needed = [path, "-c", "import crowdkit, krippendorff"]
    if Path(path).exists() and not subprocess.run(needed, capture_output=True, check=False).returncode:
        return path
    print(f"crowd-kit and krippendorff are not installed in {path}, so what compares with them is left out")
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: minutes become seconds")
    parser.add_argument("--peers", default=os.environ.get("BENCH_PEERS", ".venv/peers/bin/python"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), peers_at(options.peers))
        speeds(bench, quick=options.quick)
        online(bench)
        real_votes(bench, quick=options.quick)
        alphas(bench, quick=options.quick)
    print("RESULT " + " ".join(f"{name}={value:.4g}" for name, value in bench.results.items()))


if __name__ == "__main__":
    main()

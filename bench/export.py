"""Writing a dataset of boxes: seconds of CPU and memory, beside Label Studio's converter and Datumaro.

Each writer is a process of its own, is given the same annotations, and the sides take turns. The clock runs
from annotations in memory to the finished output; reading them from the file is outside it for every side
(ours takes them a hundred at a time, as it does not hold a dataset; `read` says what that took).

    ours            the one archive that clients download: deflated, a digest of each member and the whole;
                    COCO says of each box its confidence, expected overlap and attributes, of each image its
                    own name, digest and tags
    Label Studio    loose files, not packed, without confidence
    Datumaro        loose files, not packed, without confidence; `coco` writes its `coco_instances` alone

So the ratios `*_x`, the faster peer over ours, are against peers that pack nothing and say less. `*_packed_x`
adds what Python's zipfile takes to deflate the peers' files at its usual level,
so that both sides end in one file to download. A second size, five times as large, shows that our memory
does not grow.

    python -m bench.export [--images 10000] [--boxes 10] [--rounds 3] [--peers PYTHON]
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

import msgspec

from bench.export_peers import CLASSES
from review.archive import Archive
from review.formats import FORMATS, Settled

FORMS = ("coco", "yolo", "voc")
PEERS = ("label-studio", "datumaro")
PEERS_PYTHON = Path(sys.prefix) / "peers" / "bin" / "python"
LARGER = 5


class Measured(NamedTuple):
    """Seconds of CPU in the writer; `beside` it, outside its clock: our reading, a peer's packing."""

    seconds: float
    beside: float
    grown: float  # mebibytes


def generate(path: Path, *, images: int, boxes: int) -> None:
    random_number = random.Random(7)
    with path.open("w") as file:
        for task in range(1, images + 1):
            shapes = [
                {
                    "id": f"c{number}",
                    "class": random_number.choice(CLASSES),
                    "type": "box",
                    "box": [round(random_number.uniform(0, limit), 2) for limit in (900, 600, 300, 300)],
                    "attributes": {},
                    "confidence": round(random_number.uniform(0.5, 1), 3),
                    "expected_iou": 0.9,
                }
                for number in range(boxes)
            ]
            row = {"task": task, "name": f"batch/image-{task:07}.jpg", "width": 1280, "height": 960}
            file.write(json.dumps({**row, "shapes": shapes}) + "\n")


def ours(form: str, source: str, folder: str) -> None:
    """In a process of its own: prints seconds of CPU for writing, those for reading, and megabytes."""
    spec = {"classes": [{"key": name, "names": {"en": name}} for name in CLASSES]}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reader = Reader()
    started = time.process_time()
    with open(source, "rb") as rows, open(Path(folder) / f"{form}.zip", "wb") as out:
        archive = Archive(out)
        for name, chunks in FORMATS[form].write(reader.records(rows), spec=spec):
            archive.add(name, chunks)
        archive.close()
    seconds = time.process_time() - started - reader.seconds
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{seconds:.3f} {reader.seconds:.3f} {grown:.0f}")


class Reader:
    """Settled records from lines, a few at a time; `seconds` is the CPU that reading took."""

    TOGETHER = 100

    def __init__(self) -> None:
        self.seconds = 0.0

    def records(self, rows: Iterator[bytes]) -> Iterator[Settled]:
        while together := self._read(rows):
            yield from together

    def _read(self, rows: Iterator[bytes]) -> list[Settled]:
        started = time.process_time()
        together = [settled(line) for line in islice(rows, self.TOGETHER)]
        self.seconds += time.process_time() - started
        return together


def settled(line: bytes) -> Settled:
    row = msgspec.json.decode(line)
    consensus = {"tags": {}, "shapes": row["shapes"], "confidence": 0.9}
    return Settled(row["task"], row["name"], row["width"], row["height"], "0" * 64, consensus)


def measured(command: list[str]) -> Measured | None:
    """What a writer prints; None where it cannot run."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([*command, folder], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"{' '.join(command[1:4])}: {(done.stderr.strip().splitlines() or ['failed'])[-1][:120]}")
        return None
    return Measured(*map(float, done.stdout.split()[-3:]))


def our_run(form: str, source: Path) -> Measured:
    run = measured([sys.executable, "-m", "bench.export", "--ours", form, str(source)])
    assert run is not None
    return run


def beside(form: str, source: Path, *, rounds: int, peers: Path) -> tuple[dict[str, float], float]:
    """Ratios to the faster peer, by medians of runs in turns; and our megabytes."""
    own: list[Measured] = []
    taken: dict[str, list[Measured]] = {peer: [] for peer in PEERS}
    script = str(Path(__file__).with_name("export_peers.py"))
    for _ in range(rounds):
        own.append(our_run(form, source))
        for peer in PEERS if peers.exists() else ():
            if found := measured([str(peers), script, peer, form, str(source)]):
                taken[peer].append(found)
    seconds = median(run.seconds for run in own)
    plain = {peer: median(run.seconds for run in runs) for peer, runs in taken.items() if runs}
    packed = {peer: median(run.seconds + run.beside for run in runs) for peer, runs in taken.items() if runs}
    row = "".join(
        f"{plain[peer]:>13.2f} {packed[peer]:>9.2f}" if peer in plain else f"{'-':>13} {'-':>9}"
        for peer in PEERS
    )
    spread = max(run.seconds for run in own) / min(run.seconds for run in own)
    grown = max(run.grown for run in own)
    print(
        f"{form:<8}{seconds:>8.2f}{median(run.beside for run in own):>8.2f}{row}{grown:>8.0f}{spread:>8.2f}"
    )
    if not plain:
        return {}, grown
    ratios = {f"{form}_x": min(plain.values()), f"{form}_packed_x": min(packed.values())}
    return {name: value / seconds for name, value in ratios.items()}, grown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--boxes", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", type=Path, default=PEERS_PYTHON)
    options = parser.parse_args()
    if not options.peers.exists():
        print(f"There is no {options.peers}: `make bench-export` installs the peers. Without them, no ratio.")
    results: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        source, larger = Path(folder) / "annotations.jsonl", Path(folder) / "larger.jsonl"
        generate(source, images=options.images, boxes=options.boxes)
        generate(larger, images=options.images * LARGER, boxes=options.boxes)
        print(f"{options.images} images, {options.images * options.boxes} boxes; seconds")
        header = "".join(f"{peer:>13} {'packed':>9}" for peer in PEERS)
        print(f"{'format':<8}{'ours':>8}{'read':>8}{header}{'MiB':>8}{'spread':>8}")
        most = 0.0
        for form in FORMS:
            ratios, grown = beside(form, source, rounds=options.rounds, peers=options.peers)
            results.update(ratios)
            large = our_run(form, larger)
            print(f"{'':<8}{LARGER} times as many: {large.seconds:.2f} s, {large.grown:.0f} MiB")
            most = max(most, grown, large.grown)
    results["export_extra_mib"] = most
    print("RESULT " + " ".join(f"{name}={value:.2f}" for name, value in results.items()))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ours"]:
        ours(*sys.argv[2:])
    else:
        main()

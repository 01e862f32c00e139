"""Writing a dataset of boxes: seconds of CPU and memory, beside Label Studio's converter and Datumaro.

Each writer is a process of its own and is given the same annotations. Ours reads them from a file as it
reads settled tasks from the database, and writes the archive that clients download, compressed and with the
digest of each member; the peers have everything in memory already and write loose files. A second size,
five times as large, shows that our memory does not grow.

    python -m bench.export [--images 10000] [--boxes 10] [--rounds 2] [--peers PYTHON]
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
from pathlib import Path
from statistics import median

import msgspec

from bench.export_peers import CLASSES
from review.archive import Archive
from review.formats import FORMATS, Settled

FORMS = ("coco", "yolo", "voc")
PEERS = ("label-studio", "datumaro")
PEERS_PYTHON = Path(sys.prefix) / "peers" / "bin" / "python"
LARGER = 5


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
    """In a process of its own: prints seconds of CPU and megabytes."""
    spec = {"classes": [{"key": name, "names": {"en": name}} for name in CLASSES]}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    with open(source, "rb") as rows, open(Path(folder) / f"{form}.zip", "wb") as out:
        archive = Archive(out)
        for name, chunks in FORMATS[form].write(records(rows), spec=spec):
            archive.add(name, chunks)
        archive.close()
    seconds = time.process_time() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{seconds:.3f} {grown:.0f}")


def records(rows: Iterator[bytes]) -> Iterator[Settled]:
    for line in rows:
        row = msgspec.json.decode(line)
        consensus = {"tags": {}, "shapes": row["shapes"], "confidence": 0.9}
        yield Settled(row["task"], row["name"], row["width"], row["height"], "0" * 64, consensus)


def measured(command: list[str]) -> tuple[float, float] | None:
    """Seconds and megabytes that a writer prints; None where it cannot run."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([*command, folder], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"{' '.join(command[1:4])}: {(done.stderr.strip().splitlines() or ['failed'])[-1][:120]}")
        return None
    seconds, grown = done.stdout.split()[-2:]
    return float(seconds), float(grown)


def beside(form: str, source: Path, *, rounds: int, peers: Path) -> tuple[float, float | None, float]:
    """Our median seconds, the fastest peer's, and our megabytes; the sides take turns."""
    own, others = [], dict.fromkeys(PEERS, 0.0)
    taken: dict[str, list[float]] = {peer: [] for peer in others}
    script = str(Path(__file__).with_name("export_peers.py"))
    for _ in range(rounds):
        mine = measured([sys.executable, "-m", "bench.export", "--ours", form, str(source)])
        assert mine is not None
        own.append(mine)
        for peer in PEERS if peers.exists() else ():
            if found := measured([str(peers), script, peer, form, str(source)]):
                taken[peer].append(found[0])
    fastest = min((median(seconds) for seconds in taken.values() if seconds), default=None)
    row = "".join(f"{median(taken[peer]):>14.2f}" if taken[peer] else f"{'-':>14}" for peer in PEERS)
    spread = max(seconds for seconds, _ in own) / min(seconds for seconds, _ in own)
    print(f"{form:<8}{median(s for s, _ in own):>8.2f}{row}{max(m for _, m in own):>10.0f}{spread:>10.2f}")
    return median(seconds for seconds, _ in own), fastest, max(grown for _, grown in own)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--boxes", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=2)
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
        print(f"{'format':<8}{'ours':>8}{''.join(f'{peer:>14}' for peer in PEERS)}{'MiB':>10}{'spread':>10}")
        most = 0.0
        for form in FORMS:
            own, fastest, grown = beside(form, source, rounds=options.rounds, peers=options.peers)
            if fastest is not None:
                results[f"{form}_x"] = fastest / own
            large = measured([sys.executable, "-m", "bench.export", "--ours", form, str(larger)])
            assert large is not None
            print(f"{'':<8}{LARGER} times as many: {large[0]:.2f} s, {large[1]:.0f} MiB")
            most = max(most, grown, large[1])
    results["export_extra_mib"] = most
    print("RESULT " + " ".join(f"{name}={value:.2f}" for name, value in results.items()))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ours"]:
        ours(*sys.argv[2:])
    else:
        main()

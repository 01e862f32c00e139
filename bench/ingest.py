"""Images ingested a second against the floor: a bare Pillow loop doing the same decode, resize and encode.

Both use as many processes as there are cores and the same photographs, in turns, so that whatever else
the machine does meets both. Ingest does the whole of it: originals read from storage, the child process
that decodes, durable renditions, rows, tasks and seats in PostgreSQL.

    python -m bench.ingest [--images 200] [--rounds 7]
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench.servers import running_servers

CORES = os.cpu_count() or 1


def photographs(count: int) -> list[bytes]:
    """Real ones, each in its own bytes: what follows the end of a JPEG is not decoded."""
    folder = Path(os.environ.get("LABELMILL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
    paths = sorted([*folder.glob("boxes_voc/*/*.jpg"), *folder.glob("classification/*/*.jpg")])
    if not paths:
        raise SystemExit(f"no photographs in {folder}; set LABELMILL_DATA")
    return [paths[n % len(paths)].read_bytes() + n.to_bytes(4, "big") for n in range(count)]


def floor_part(paths: list[str]) -> int:
    """What a script would do: open, draft, upright, RGB, shrink, WebP, twice, to files."""
    from PIL import Image, ImageOps

    for path in paths:
        image = Image.open(path)
        image.draft(None, (1280, 1280))
        image = ImageOps.exif_transpose(image).convert("RGB")
        image.thumbnail((1280, 1280), Image.Resampling.LANCZOS)
        image.save(f"{path}.screen.webp", "WEBP", quality=75, method=4)
        image.thumbnail((160, 160), Image.Resampling.LANCZOS)
        image.save(f"{path}.grid.webp", "WEBP", quality=75, method=4)
    return len(paths)


def ingest_part(_number: int) -> int:
    """What one Celery worker process does, without Celery: jobs until there are none."""
    import django

    django.setup()
    from django.utils import timezone

    from tasks import ingest
    from tasks.decode.decoder import Decoder

    done = 0
    with Decoder() as decoder:
        while (job := ingest.take_job(now=timezone.now())) is not None:
            ingest.run_job(job=job, decoder=decoder)
            done += job.received
    return done


def measured(pool: ProcessPoolExecutor, work: Callable[..., int], parts: list[object]) -> float:
    started = time.perf_counter()
    done = sum(pool.map(work, parts))
    return done / (time.perf_counter() - started)


def floor_round(pool: ProcessPoolExecutor, images: list[bytes]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/{n}.jpg" for n in range(len(images))]
        for path, data in zip(paths, images, strict=True):
            Path(path).write_bytes(data)
        return measured(pool, floor_part, [paths[start : start + 50] for start in range(0, len(paths), 50)])


def ingest_round(pool: ProcessPoolExecutor, images: list[bytes], number: int) -> float:
    import hashlib

    from django.utils import timezone

    from tasks import storage
    from tasks.batches import Arrival, close_batch, receive
    from tests.factories import make_batch

    batch = make_batch()
    arrivals = []
    for n, data in enumerate(images):
        digest = hashlib.sha256(data).hexdigest()
        storage.keep_bytes(data, storage.image_key(batch.project_id, digest, "original"))
        arrivals.append(Arrival(f"{number}/{n}.jpg", digest, len(data)))
    receive(batch_id=batch.id, arrivals=arrivals, now=timezone.now())
    close_batch(batch=batch, now=timezone.now())
    speed = measured(pool, ingest_part, list(range(CORES)))
    ready = batch.images.filter(state="ready").count()
    assert ready == len(images), f"only {ready} of {len(images)} became ready"
    return speed


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    images = photographs(given.images)
    with running_servers():
        spawn = multiprocessing.get_context("spawn")
        floors, ours = [], []
        with ProcessPoolExecutor(CORES, mp_context=spawn) as pool:
            list(pool.map(io.StringIO, ["warm"] * CORES))
            for number in range(given.rounds):
                floors.append(floor_round(pool, images))
                ours.append(ingest_round(pool, images, number))
    print(f"{given.images} photographs, {given.rounds} rounds, {CORES} processes each; images a second")
    print(f"{'round':<8}{'Pillow':>10}{'ingest':>10}{'ratio':>8}")
    for number, (floor, our) in enumerate(zip(floors, ours, strict=True), 1):
        print(f"{number:<8}{floor:>10.1f}{our:>10.1f}{our / floor:>8.2f}")
    ratio = statistics.median(our / floor for floor, our in zip(floors, ours, strict=True))
    print(f"ingest: {statistics.median(ours):.1f} images/s")
    print(f"RESULT ingest_vs_pillow={ratio:.2f}")


if __name__ == "__main__":
    main()

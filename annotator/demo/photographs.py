"""Real photographs to show the platform on: a folder of yours, or those that scikit-image ships."""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from PIL import Image

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"}
FOLDER_LIMIT = 200
# Photographs of things, of scikit-image's `data` folder; its licences are in skimage/data/README.txt.
NAMES = ("astronaut.png", "chelsea.png", "coffee.png", "coins.png", "motorcycle_left.png",
         "motorcycle_right.png", "rocket.jpg", "camera.png")  # fmt: skip
# Left, top, right and bottom of each cut as shares of the whole; the whole comes first.
CUTS = (
    (0.0, 0.0, 1.0, 1.0),
    (0.0, 0.0, 0.65, 0.65),
    (0.35, 0.0, 1.0, 0.65),
    (0.0, 0.35, 0.65, 1.0),
    (0.35, 0.35, 1.0, 1.0),
    (0.15, 0.15, 0.85, 0.85),
)


def photographs(folder: Path | None) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) of each; nothing where there is neither a folder nor scikit-image."""
    if folder is not None:
        yield from _of_folder(folder)
    else:
        yield from _of_package()


def _of_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    files = (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES)
    for _, path in zip(range(FOLDER_LIMIT), files, strict=False):
        yield path.relative_to(folder).as_posix(), path.read_bytes()


def _of_package() -> Iterator[tuple[str, bytes]]:
    spec = find_spec("skimage")
    if spec is None or spec.origin is None:
        return
    data = Path(spec.origin).parent / "data"
    for number, share in enumerate(CUTS, start=1):
        for name in NAMES:
            if (data / name).exists():
                yield f"{number}-{Path(name).stem}.jpg", _cut(data / name, share)


def _cut(path: Path, share: tuple[float, float, float, float]) -> bytes:
    with Image.open(path) as whole:
        width, height = whole.size
        left, top, right, bottom = share
        box = (round(left * width), round(top * height), round(right * width), round(bottom * height))
        stream = io.BytesIO()
        whole.convert("RGB").crop(box).save(stream, "JPEG", quality=92)
    return stream.getvalue()

"""What Label Studio's converter and Datumaro take to write the same annotations; run by the peers' Python.

    python export_peers.py <label-studio|datumaro> <coco|yolo|voc> <annotations.jsonl> <folder>

Prints seconds of CPU, those it takes to pack what was written into one archive, and the megabytes the writer
grew by. Reading our lines is outside the clock.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import zipfile
from itertools import count
from pathlib import Path
from typing import Any

CLASSES = [f"class-{number}" for number in range(10)]


def label_studio(form: str, rows: list[dict[str, Any]], folder: Path) -> float:
    from label_studio_sdk.converter import Converter

    labels = "".join(f'<Label value="{name}"/>' for name in CLASSES)
    boxes = f'<RectangleLabels name="box" toName="image">{labels}</RectangleLabels>'
    config = f'<View><Image name="image" value="$image"/>{boxes}</View>'
    tasks = [
        {
            "id": row["task"],
            "data": {"image": row["name"]},
            "annotations": [{"id": row["task"], "result": [result(row, shape) for shape in row["shapes"]]}],
        }
        for row in rows
    ]
    source = folder / "tasks.json"
    source.write_text(json.dumps(tasks))
    del tasks
    converter = Converter(config=config, project_dir=str(folder), download_resources=False)
    convert = {
        "coco": converter.convert_to_coco,
        "yolo": converter.convert_to_yolo,
        "voc": converter.convert_to_voc,
    }
    images = folder / "images"
    images.mkdir()
    started = time.process_time()
    convert[form](str(source), str(folder / "out"), output_image_dir=str(images), is_dir=False)
    return time.process_time() - started


def result(row: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    x, y, width, height = shape["box"]
    percent = {
        "x": x / row["width"] * 100,
        "y": y / row["height"] * 100,
        "width": width / row["width"] * 100,
        "height": height / row["height"] * 100,
        "rotation": 0,
        "rectanglelabels": [shape["class"]],
    }
    size = {"original_width": row["width"], "original_height": row["height"]}
    return {"type": "rectanglelabels", "from_name": "box", "to_name": "image", "value": percent, **size}


def datumaro(form: str, rows: list[dict[str, Any]], folder: Path) -> float:
    import numpy as np
    from datumaro.components.annotation import Bbox
    from datumaro.components.dataset import Dataset
    from datumaro.components.dataset_base import DatasetItem
    from datumaro.components.media import Image

    ids = count(1)  # COCO's are unique in a dataset
    blank = np.zeros((8, 8, 3), np.uint8)
    items = [
        DatasetItem(
            id=row["name"].rpartition(".")[0],
            subset="train",
            media=Image.from_numpy(data=blank, size=(row["height"], row["width"])),
            annotations=[
                Bbox(*shape["box"], label=CLASSES.index(shape["class"]), id=i, group=i)
                for shape, i in zip(row["shapes"], ids, strict=False)
            ],
        )
        for row in rows
    ]
    dataset = Dataset.from_iterable(items, categories=CLASSES)
    started = time.process_time()
    dataset.export(str(folder / "out"), {"coco": "coco_instances"}.get(form, form), save_media=False)
    return time.process_time() - started


def main(peer: str, form: str, source: str, folder: str) -> None:
    with open(source) as file:
        rows = [json.loads(line) for line in file]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = {"label-studio": label_studio, "datumaro": datumaro}[peer](form, rows, Path(folder))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{seconds:.3f} {packing(Path(folder) / 'out', Path(folder) / 'out.zip'):.3f} {grown:.0f}")


def packing(folder: Path, archive: Path) -> float:
    """Seconds of CPU to put a folder into one deflated archive."""
    started = time.process_time()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path in folder.rglob("*"):
            out.write(path, path.relative_to(folder))
    return time.process_time() - started


if __name__ == "__main__":
    main(*sys.argv[1:])

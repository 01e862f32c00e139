#!/usr/bin/env python3
"""Send a folder of photographs to Labelmill as one batch, watch it being ingested, print its report.

Only the standard library. Run it again after anything went wrong: what has arrived is recognised.

    export LABELMILL_API_KEY=lm_...
    python examples/first_batch.py path/to/photographs [--url http://localhost:8000]

Ends with 0 when the batch is ingested (single files may have been refused: the report says which), 1 when
it could not be, 2 on wrong usage, 130 on Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import mimetypes
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA = {
    "classes": [{"key": "object", "names": {"en": "Object", "zh-hans": "物体"}, "geometries": ["box"]}],
    "tags": [],
}
LANGUAGE = "zh-hans" if os.environ.get("LANG", "").startswith("zh") else "en"
PORTION_FILES = 50
PORTION_BYTES = 16 * 1024**2
TRIES = 8
LATER = {429, 500, 502, 503, 504}


class Refused(Exception):
    """The server understood and said no; `problem` is its problem+json."""

    def __init__(self, problem: dict[str, Any]) -> None:
        faults = "".join(f"\n  {f['where']}: {f['detail']}" for f in problem.get("errors", []))
        super().__init__(f"{problem.get('detail', 'refused')}{faults}")
        self.problem = problem


class Api:
    def __init__(self, url: str, key: str) -> None:
        self._base, self._key = f"{url.rstrip('/')}/api/v1", key

    def call(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> Any:
        """One request, repeated while the line or the server is out of order. Repeating is harmless."""
        for attempt in range(1, TRIES + 1):
            request = urllib.request.Request(f"{self._base}{path}", data=body, method=method)
            request.add_header("Authorization", f"Bearer {self._key}")
            request.add_header("Content-Type", kind)
            request.add_header("Accept-Language", LANGUAGE)
            try:
                with urllib.request.urlopen(request, timeout=120) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code not in LATER or attempt == TRIES:
                    raise Refused(_problem(error)) from error
                reason = f"HTTP {error.code}"
                wait = float(error.headers.get("Retry-After") or 2**attempt / 4)
            except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
                reason = str(getattr(error, "reason", error))
                if attempt == TRIES:
                    raise SystemExit(f"{self._base} does not answer: {reason}") from error
                wait = 2**attempt / 4
            wait = min(wait, 30)
            print(f"{self._base}: {reason}; trying again in {wait:g} s", file=sys.stderr, flush=True)
            time.sleep(wait)
        raise AssertionError("unreachable")

    def post(self, path: str, body: object = None) -> Any:
        return self.call("POST", path, json.dumps(body).encode())

    def pages(self, path: str) -> Iterator[Any]:
        """Every row of a list, page by page."""
        while True:
            page = self.call("GET", path)
            yield from page["results"]
            if not page["next"]:
                return
            path = page["next"].partition("/api/v1")[2]


class Bar:
    """A progress bar on a terminal, a line now and then elsewhere."""

    def __init__(self, title: str, total: int) -> None:
        self._title, self._total, self._shown = title, max(1, total), -1

    def show(self, done: int) -> None:
        share = min(1.0, done / self._total)
        if sys.stderr.isatty():
            width = max(10, shutil.get_terminal_size().columns - len(self._title) - 28)
            filled = int(width * share)
            bar = "█" * filled + "░" * (width - filled)
            end = "\n" if share == 1 else ""
            print(f"\r{self._title} {bar} {done}/{self._total}", end=end, file=sys.stderr, flush=True)
        elif int(share * 10) != self._shown:
            self._shown = int(share * 10)
            print(f"{self._title} {done}/{self._total}", file=sys.stderr, flush=True)


def portions(files: list[Path]) -> Iterator[list[Path]]:
    portion: list[Path] = []
    size = 0
    for file in files:
        weight = file.stat().st_size
        if portion and (len(portion) == PORTION_FILES or size + weight > PORTION_BYTES):
            yield portion
            portion, size = [], 0
        portion.append(file)
        size += weight
    if portion:
        yield portion


def form(folder: Path, files: list[Path]) -> tuple[bytes, str]:
    """A multipart form: `names` keeps each path inside the folder, which a file name alone would lose."""
    mark = uuid.uuid4().hex
    parts = []
    for file in files:
        name = file.relative_to(folder).as_posix()
        parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="names"\r\n\r\n{name}\r\n'.encode())
    for file in files:
        plain = file.name.replace('"', "_").replace("\\", "_")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        head = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{plain}"\r\n'
        parts.append(f"{head}Content-Type: {kind}\r\n\r\n".encode() + file.read_bytes() + b"\r\n")
    return b"".join(parts) + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


def find_project(api: Api, name: str, schema: object) -> int:
    try:
        return int(api.post("/projects", {"name": name, "schema": schema})["id"])
    except Refused as refused:
        if refused.problem.get("code") != "project_exists":
            raise
        return int(refused.problem["project"])


def upload(api: Api, batch: int, folder: Path, files: list[Path]) -> None:
    bar, done = Bar("sending  ", len(files)), 0
    for portion in portions(files):
        body, kind = form(folder, portion)
        answer = api.call("POST", f"/batches/{batch}/images", body, kind)
        for file in answer["files"]:
            if file["status"] in ("conflict", "refused"):
                print(f"\n{file['name']}: {file['detail']}", file=sys.stderr)
        done += len(portion)
        bar.show(done)


def watch(api: Api, batch: int) -> Any:
    """Until the batch is ingested."""
    bar = None
    while True:
        shown = api.call("GET", f"/batches/{batch}")
        progress = shown["progress"]
        bar = bar or Bar("ingesting", progress["received"])
        bar.show(progress["received"] - progress["waiting"])
        if shown["state"] not in ("open", "ingesting"):
            return shown
        time.sleep(0.5)


def report(api: Api, shown: Any) -> None:
    progress = shown["progress"]
    print(f"batch {shown['id']} “{shown['name']}” is {shown['state']}")
    for word in ("received", "ready", "duplicate", "failed"):
        print(f"  {word:<10}{progress[word]:>8}")
    for row in api.pages(f"/batches/{shown['id']}/report?page_size=500"):
        print(f"  {row['code']:<20} {row['name']}: {row['reason']}")


def read_schema(path: Path) -> object:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise SystemExit(f"{path} cannot be read as JSON: {error}") from error


def _problem(error: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        return dict(json.load(error))
    except ValueError:
        return {"detail": f"HTTP {error.code}"}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default=os.environ.get("LABELMILL_URL") or "http://localhost:8000")
    parser.add_argument("--key", default=os.environ.get("LABELMILL_API_KEY"))
    parser.add_argument("--project", default="First project")
    parser.add_argument("--batch", help="its name; the folder's unless given")
    parser.add_argument("--schema", type=Path, help="a JSON file with a label schema")
    given = parser.parse_args()
    if not given.key:
        raise SystemExit("Set LABELMILL_API_KEY to a key of the portal, or give --key.")
    folder = given.folder.resolve()
    if not folder.is_dir():
        parser.error(f"{folder} is no folder")
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not files:
        raise SystemExit(f"There is no file in {folder}.")
    schema = read_schema(given.schema) if given.schema else SCHEMA
    api = Api(given.url, given.key)
    try:
        project = find_project(api, given.project, schema)
        batch = api.post(f"/projects/{project}/batches", {"name": given.batch or folder.name})
        if batch["state"] == "open":
            upload(api, batch["id"], folder, files)
            api.post(f"/batches/{batch['id']}/close")
        report(api, watch(api, batch["id"]))
    except Refused as refused:
        raise SystemExit(str(refused)) from refused


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("\nStopped. Run it again to go on: what has arrived is not sent twice.", file=sys.stderr)
        sys.exit(130)

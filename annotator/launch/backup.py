"""`make backup` and `make restore`: the database and the stored files of the Labelmill that runs here.

The database goes first: files are content-addressed and only ever added, so each row of the dump finds
its file in the copy made after it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from annotator.embedded import EmbeddedError
from annotator.embedded.account import server_account
from annotator.embedded.postgres import postgres_programs
from annotator.launch.state import State

DUMP = "database.dump"
FILES = "storage"


def backup(folder: Path, *, environment: dict[str, str], storage: Path | None) -> None:
    """Write into `folder`, which must not exist yet; it appears only when complete."""
    if folder.exists():
        raise EmbeddedError(f"{folder} exists already; name a new folder: `make backup BACKUP=...`.")
    fresh = folder.with_name(f"{folder.name}.incomplete")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    run("pg_dump", "--format=custom", "--file", fresh / DUMP, environment["DATABASE_URL"])
    if storage and storage.is_dir():
        shutil.copytree(storage, fresh / FILES)
    fresh.rename(folder)


def restore(folder: Path, *, environment: dict[str, str], storage: Path | None) -> None:
    """Replace the database by the dump, in one transaction, and add the files that are missing."""
    if not (folder / DUMP).is_file():
        raise EmbeddedError(f"{folder} holds no backup; name one: `make restore BACKUP=...`.")
    if storage and (folder / FILES).is_dir():
        shutil.copytree(folder / FILES, storage, dirs_exist_ok=True)
    database = environment["DATABASE_URL"]
    replace = ["--clean", "--if-exists", "--no-owner", "--single-transaction"]
    run("pg_restore", *replace, "--dbname", database, folder / DUMP)


def run(program: str, *arguments: str | Path) -> None:
    """The server's own version of the tool where we have it; else the one on the PATH."""
    try:
        path = str(postgres_programs(account=server_account()) / "bin" / program)
    except EmbeddedError:
        path = program
    if subprocess.run([path, *map(str, arguments)], check=False).returncode != 0:
        raise EmbeddedError(f"{program} failed; the lines above say why.")


def storage_folder(state: State, environment: dict[str, str]) -> Path | None:
    """Where files lie, or None when they are in an object store, which has backups of its own."""
    url = environment.get("STORAGE_URL", f"file://{state.home / 'storage'}")
    parts = urlsplit(url)
    return Path(parts.path) if parts.scheme == "file" else None


def main() -> int:
    try:
        verb, name = sys.argv[1:3]
        state = State.from_environment()
        environment = state.running_environment()
        storage = storage_folder(state, environment)
        if not name:
            raise EmbeddedError(f"Name a folder: `make {verb} BACKUP=folder`.")
        {"backup": backup, "restore": restore}[verb](
            Path(name).absolute(), environment=environment, storage=storage
        )
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {os.strerror(error.errno or 0)}", file=sys.stderr)
        return 1
    if storage is None:
        print("The files are in the object store; only the database was handled.")
    print(f"{verb} of {name}: done")
    return 0


if __name__ == "__main__":
    sys.exit(main())

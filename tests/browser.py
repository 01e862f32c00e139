"""The Chromium that browser tests drive: an installed one, or one from an npm package.

`python -m tests.browser` makes sure that there is one and that it starts; `make test` calls it first.
A machine without any makes the tests fail, not skip.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import brotli
from playwright.sync_api import Browser, sync_playwright

from annotator.embedded.node import node_environment, npm_command

FOLDER = Path(sys.prefix) / "chromium"
PACKAGE = "@sparticuz/chromium@153.0.0"
# Python 3.11.2, which Debian 12 has, does not know the filter yet.
SAFELY = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
]


FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{packaged}</dir><dir>/usr/share/fonts</dir><cachedir>{cache}</cachedir></fontconfig>
"""


@cache
def chromium_path() -> str:
    """An executable Chromium: CHROMIUM, then the PATH, then the npm package's, fetched when missing."""
    named = os.environ.get("CHROMIUM")
    if named:
        if not shutil.which(named):
            raise RuntimeError(f"CHROMIUM is {named}, which cannot be executed")
        return named
    installed = next(filter(None, map(shutil.which, NAMES)), None)
    return installed or str(_packaged_chromium())


@contextmanager
def chromium(**options: object) -> Iterator[Browser]:
    """A running browser; the libraries of a packaged one are found beside it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=ARGUMENTS, env=browser_environment(), **options
        )
        yield browser
        browser.close()


def browser_environment() -> dict[str, str]:
    """Where a packaged browser finds its libraries and a font; the machine may have neither."""
    if not chromium_path().startswith(str(FOLDER)):
        return dict(os.environ)
    return os.environ | {
        "LD_LIBRARY_PATH": str(FOLDER / "al2023" / "lib"),
        "FONTCONFIG_FILE": str(FOLDER / "fonts.conf"),
    }


def _packaged_chromium() -> Path:
    program = FOLDER / "chromium"
    if program.exists():
        return program
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as name:
        package = _download(Path(name))
        for archive in ("al2023", "fonts"):
            _unpack(package / "bin" / f"{archive}.tar.br", FOLDER / archive)
        fonts = FONTS.format(packaged=FOLDER / "fonts", cache=FOLDER / "fonts-cache")
        (FOLDER / "fonts.conf").write_text(fonts)
        fresh = Path(name) / "chromium"
        fresh.write_bytes(brotli.decompress((package / "bin" / "chromium.br").read_bytes()))
        fresh.chmod(0o755)
        fresh.rename(program)
    return program


def _download(folder: Path) -> Path:
    """The package's files, without installing it: it asks for a newer Node than we do."""
    pack = [*npm_command(), "pack", PACKAGE, "--json", "--silent", "--pack-destination", str(folder)]
    packed = subprocess.run(
        pack, env=node_environment(), cwd=folder, capture_output=True, text=True, check=False
    )
    if packed.returncode != 0:
        raise RuntimeError(
            f"No Chromium: install one, or name one in CHROMIUM; fetching {PACKAGE} failed: {packed.stderr}"
        )
    with tarfile.open(folder / json.loads(packed.stdout)[-1]["filename"]) as archive:
        archive.extractall(folder, **SAFELY)
    return folder / "package"


def _unpack(archive: Path, folder: Path) -> None:
    with tempfile.TemporaryFile() as plain:
        plain.write(brotli.decompress(archive.read_bytes()))
        plain.seek(0)
        with tarfile.open(fileobj=plain) as files:
            files.extractall(folder, **SAFELY)


def main() -> int:
    try:
        with chromium() as browser:
            print(f"Chromium {browser.version} at {chromium_path()}")
    except Exception as error:
        print(f"Browser tests cannot run. {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

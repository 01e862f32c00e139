"""Where the real images and answers for tests lie; a test that needs them skips where they are missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def data_folder(name: str = "") -> Path:
    """The folder of real data, or one inside it; skips the test with the reason where it is missing."""
    folder = Path(os.environ.get("LABELMILL_DATA", ROOT.parent / "shared" / "data")) / name
    if not folder.is_dir():
        pytest.skip(f"real test data is not at {folder}; set LABELMILL_DATA to a folder that has it")
    return folder

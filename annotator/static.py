"""Where static files get their names: a hash in each, so that a browser keeps them for ever."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

# esbuild names a chunk by its content and writes that name into the scripts that import it.
_CHUNK = re.compile(r"^build/chunks/[\w.-]+-[A-Z0-9]{8}\.(js|css)$")


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Leaves the names of chunks alone: they carry a hash already."""

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        if _CHUNK.match(name):
            return name
        hashed: str = super().hashed_name(name, content, filename)
        return hashed


def chunks_of(script: str, folder: Path) -> tuple[str, ...]:
    """The chunks that a built script needs at once, for `<link rel=modulepreload>`; none before a build."""
    try:
        modules = json.loads((folder / "build/modules.json").read_text())
    except FileNotFoundError:
        return ()
    return tuple(modules.get(script, ()))

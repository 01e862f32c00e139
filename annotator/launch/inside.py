"""Run a command as a part of the Labelmill that runs here.

python -m annotator.launch.inside manage.py shell
"""

import os
import sys

from annotator.embedded import EmbeddedError
from annotator.launch.state import ROOT, State


def main() -> None:
    try:
        environment = os.environ | State.from_environment().running_environment()
    except EmbeddedError as error:
        sys.exit(str(error))
    command = sys.argv[1:]
    if command[0].endswith(".py"):
        command = [sys.executable, str(ROOT / command[0]), *command[1:]]
    os.execvpe(command[0], command, environment)  # noqa: S606 - the operator's own command


if __name__ == "__main__":
    main()

#!/bin/sh
# One sentence instead of a traceback when Python cannot carry Labelmill.
python="$1"
if ! command -v "$python" >/dev/null; then
    echo "Python is missing: install Python 3.11 or newer (Debian: apt-get install python3 python3-venv)." >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "$("$python" --version 2>&1) is too old: install Python 3.11 or newer, or run make PYTHON=/path/to/it." >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "Python's venv module is missing: install it (Debian: apt-get install python3-venv)." >&2
    exit 1
fi

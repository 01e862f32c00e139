"""No connection of ours waits, or holds a snapshot open, without end."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import connection

SHOW = """
import {entry}
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
        cursor.execute("SHOW " + name)
        print(cursor.fetchone()[0])
"""


@pytest.mark.django_db
def test_workers_and_commands_have_long_limits() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("1h",)
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("10min",)


def test_the_web_has_short_ones() -> None:
    code = SHOW.format(entry="annotator.wsgi")
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "annotator.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["30s", "30s"]

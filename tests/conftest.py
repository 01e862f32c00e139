"""Fixtures every test may ask for. The servers come from tests/servers.py."""

from __future__ import annotations

import pytest

from annotator.messages import compile_catalogue
from clients.jobs import write_invitation
from tests.cast import Cast, make_cast
from workers.jobs import write_resets


def pytest_sessionstart() -> None:
    """Django reads compiled catalogues, which are not in the repository."""
    compile_catalogue()


@pytest.fixture(autouse=True)
def letters_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs beside the tests: letters are written by whoever asks for them."""
    for task in (write_resets, write_invitation):
        monkeypatch.setattr(task, "apply_async", lambda kwargs, task=task, **_: task(**kwargs))


@pytest.fixture
def cast(db: None) -> Cast:
    """The fixed cast, fresh for one test."""
    return make_cast()

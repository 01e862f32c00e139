"""Fixtures every test may ask for. The servers come from tests/servers.py."""

from __future__ import annotations

import pytest

from annotator.messages import compile_catalogue
from tests.cast import Cast, make_cast


def pytest_sessionstart() -> None:
    """Django reads compiled catalogues, which are not in the repository."""
    compile_catalogue()


@pytest.fixture
def cast(db: None) -> Cast:
    """The fixed cast, fresh for one test."""
    return make_cast()

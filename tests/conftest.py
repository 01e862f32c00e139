"""Fixtures every test may ask for. The servers come from tests/servers.py."""

from __future__ import annotations

import pytest

from tests.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    """The fixed cast, fresh for one test."""
    return make_cast()

"""What tests of the clients' API share: a client's caller, and a batch of its project."""

from __future__ import annotations

import pytest

from tasks.models import Batch
from tests.api.clients import Caller
from tests.cast import Cast
from tests.factories import make_batch


@pytest.fixture
def mill(cast: Cast) -> Caller:
    return Caller(cast.mill)


@pytest.fixture
def batch(cast: Cast) -> Batch:
    return make_batch(cast.project)

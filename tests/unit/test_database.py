"""The connection is looked at before a request uses it, and asked only when there is reason to."""

from __future__ import annotations

import pytest
from django.db import connection, connections

from annotator.database.base import DatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What came of each question to the server whether it is there."""
    answers: list[bool] = []
    ask = DatabaseWrapper.is_usable

    def noted(self: DatabaseWrapper) -> bool:
        answers.append(ask(self))
        return answers[-1]

    monkeypatch.setattr(DatabaseWrapper, "is_usable", noted)
    return answers


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def request_starts() -> None:
    ours = connections["default"]
    assert isinstance(ours, DatabaseWrapper)
    ours.health_check_enabled = True  # type: ignore[attr-defined]
    ours.close_if_unusable_or_obsolete()


def test_a_healthy_connection_is_not_asked(asked: list[bool]) -> None:
    before = backend()
    request_starts()
    assert backend() == before
    assert asked == []


def test_one_that_the_server_ended_is_replaced_before_it_is_used(asked: list[bool]) -> None:
    before = backend()
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    finally:
        other.close()
    request_starts()
    assert backend() != before
    assert asked == [False]

"""Signing in is looked up at every request: who asks is read as it is now, so that signing out, a pause or a
new PIN work at the next one. The read goes past the ORM, which would cost more than it does.

A session's data says whose it is, so reading the person needs a second statement; but a process that has seen
the session before knows whom to bring along with it.
"""

from __future__ import annotations

import threading
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection

from workers.models import Person

_COLUMNS = [field.attname for field in Person._meta.concrete_fields]
_SESSION = f"""
SELECT s.session_data, {", ".join(f"p.{column}" for column in _COLUMNS)}
FROM django_session s LEFT JOIN workers_person p ON p.id = %s AND p.is_active
WHERE s.session_key = %s AND s.expire_date > now()
"""  # noqa: S608
_PERSON = f"SELECT {', '.join(_COLUMNS)} FROM workers_person WHERE id = %s AND is_active"  # noqa: S608

# Whose each session was: a guess at whom to bring along, by nothing trusted. Emptied when it has so many.
_owners: dict[str, int] = {}
_MAX_OWNERS = 20_000


class _Brought(threading.local):
    """The person's row that came with the session this thread has read last; good for one look."""

    row: tuple[Any, ...] | None = None

    def take(self, person_id: int) -> tuple[Any, ...] | None:
        row, self.row = self.row, None
        return row if row is not None and row[_ID] == person_id else None


_ID = _COLUMNS.index("id")
_brought = _Brought()


class SessionStore(db.SessionStore):
    """Django's sessions in the database."""

    def load(self) -> dict[str, Any]:
        _brought.row = None
        data: dict[str, Any] = super().load()
        if self.session_key and SESSION_KEY in data:
            if len(_owners) >= _MAX_OWNERS:
                _owners.clear()
            _owners[self.session_key] = int(data[SESSION_KEY])
        return data

    def _get_session_from_db(self) -> Session | None:
        key = self.session_key
        # A cookie may spell out a zero byte, which no text in the database has.
        row = _one(_SESSION, _owners.get(key), key) if key and "\0" not in key else None
        if key is None or row is None:
            self._session_key = None
            return None
        data, *person = row
        _brought.row = tuple(person) if person[_ID] is not None else None
        return Session(session_key=key, session_data=data)


class PersonBackend(ModelBackend):
    """Django's check of passwords and permissions; only the person who goes with a session is read by us."""

    def get_user(self, user_id: int) -> Person | None:
        row = _brought.take(user_id) or _one(_PERSON, user_id)
        return Person.from_db("default", _COLUMNS, row) if row else None


def _one(statement: str, *values: int | str | None) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row

"""Signing in is looked up at every request: who asks is read as it is now, so that signing out, a pause or a
new PIN work at the next one. The two reads go past the ORM, which would cost more than they do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection

from workers.models import Person

_SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > now()"
_COLUMNS = [field.attname for field in Person._meta.concrete_fields]
_PERSON = f"SELECT {', '.join(_COLUMNS)} FROM workers_person WHERE id = %s AND is_active"  # noqa: S608


class SessionStore(db.SessionStore):
    """Django's sessions in the database."""

    def _get_session_from_db(self) -> Session | None:
        key = self.session_key
        # A cookie may spell out a zero byte, which no text in the database has.
        row = _one(_SESSION, key) if key and "\0" not in key else None
        if key is None or row is None:
            self._session_key = None
            return None
        return Session(session_key=key, session_data=row[0])


class PersonBackend(ModelBackend):
    """Django's check of passwords and permissions; only the person who goes with a session is read by us."""

    def get_user(self, user_id: int) -> Person | None:
        row = _one(_PERSON, user_id)
        return Person.from_db("default", _COLUMNS, row) if row else None


def _one(statement: str, value: int | str) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [value])
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row

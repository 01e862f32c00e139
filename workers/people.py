"""What a supervisor does with people: add one, hand out a new PIN, pause and resume."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict, DomainError
from workers.auth import unlock
from workers.models import Person, Role, Site
from workers.passwords import PIN_LENGTH


class UsernameTaken(Conflict):
    code = "username_taken"
    detail = _("Somebody already has this login name; choose another.")


class NoPinFound(DomainError):
    code = "no_pin"
    status = 500


def new_pin(person: Person) -> str:
    """A random PIN that passes the rules for PINs."""
    for _attempt in range(100):
        pin = f"{secrets.randbelow(10**PIN_LENGTH):0{PIN_LENGTH}}"
        try:
            validate_password(pin, person)
        except ValidationError:
            continue
        return pin
    raise NoPinFound


def add_annotator(*, site: Site, username: str, display_name: str, language: str) -> tuple[Person, str]:
    """A new annotator of the site, and the PIN to hand over; the PIN is stored nowhere in clear.

    Raises:
        UsernameTaken: the login name is in use, at this site or another.
    """
    person = Person(
        username=username.strip().lower(),
        display_name=display_name,
        language=language,
        role=Role.ANNOTATOR,
        site=site,
    )
    pin = new_pin(person)
    person.set_password(pin)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise UsernameTaken from error
    return person, pin


def reset_pin(*, person: Person) -> str:
    """A new PIN. The new hash ends every session of the person; wrong tries are forgotten."""
    pin = new_pin(person)
    person.set_password(pin)
    person.save(update_fields=["password"])
    unlock(username=person.username)
    return pin


def pause(*, person: Person, now: datetime) -> bool:
    """No new task reaches a paused person. False: was paused already."""
    return Person.objects.filter(id=person.id, paused_at=None).update(paused_at=now) == 1


def resume(*, person: Person) -> bool:
    return Person.objects.filter(id=person.id, paused_at__isnull=False).update(paused_at=None) == 1


def set_skills(*, person: Person, skills: list[str]) -> None:
    """Which projects' needs the person meets; works at their next claim."""
    Person.objects.filter(id=person.id).update(skills=skills)

"""Domain errors: each is a named fact that one middleware turns into problem+json."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A rule said no. `code` is for programs, `detail` for people, `status` for HTTP."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    retry_after: ClassVar[int | None] = None  # seconds
    detail: str | Promise = _("The request could not be carried out.")

    def __init__(self, detail: str | Promise | None = None, **extra: Any) -> None:
        if detail is not None:
            self.detail = detail
        self.extra = extra
        super().__init__(str(self.detail))


class NotVisible(DomainError):
    """The object does not exist, or not for this caller; the two are not told apart."""

    code = "not_found"
    status = 404
    detail = _("There is no such object here.")


class Forbidden(DomainError):
    code = "forbidden"
    status = 403
    detail = _("Your role does not allow this.")


class Invalid(DomainError):
    """The input is wrong; `errors` lists {where, code, detail} for each fault."""

    code = "invalid"
    status = 422
    detail = _("The input is not valid.")


class Conflict(DomainError):
    code = "conflict"
    status = 409
    detail = _("Somebody else was first, or the state does not allow this.")

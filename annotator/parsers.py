"""Reading JSON that strangers sent: what makes no sense is their fault, never a fault of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any, TypeVar

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from annotator.errors import DomainError, Invalid

Body = TypeVar("Body")
# Besides msgspec's own: bytes that are no UTF-8, and brackets nested deeper than the interpreter's stack.
_UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)


class BodyTooLarge(DomainError):
    code = "too_large"
    status = 413
    detail = _("The request is too large. Send less at once.")


# An escape in JSON's text: a pair of surrogates, half of one (the group), or any other.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def read_body(request: HttpRequest, kind: type[Body], *, by_item: bool = False) -> Body:
    """The request's JSON as `kind`; an empty body is an empty object. Raises Invalid, BodyTooLarge.

    `by_item`: the kind keeps items raw, to be read one by one. Half a surrogate pair or a NaN in one of them,
    which would spoil the whole, then spoils only its item.
    """
    try:
        body = request.body or b"{}"
    except RequestDataTooBig:
        raise BodyTooLarge from None
    try:
        return msgspec.json.decode(body, type=kind)
    except _UNREADABLE as error:
        if by_item and (marked := _mark_numbers(_mark_halves(body))) != body:
            with suppress(*_UNREADABLE):
                return msgspec.json.decode(marked, type=kind)
        raise Invalid(errors=[{"where": "", "code": "malformed", "detail": str(error)}]) from None


def _mark_halves(body: bytes) -> bytes:
    """Half surrogate pairs as bytes that are no UTF-8: a raw item may hold them, and cannot be read."""
    return _ESCAPE.sub(lambda found: b"\xed\xa0\x80" if found[1] else found[0], body)


# What Python and others write for numbers that JSON cannot say; strings are passed over. So is one that
# does not end: tried anew at each of its quotes, it would take the square of its length.
_NO_NUMBER = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|(-?)(?:NaN|Infinity)\b', re.DOTALL)


def _mark_numbers(body: bytes) -> bytes:
    """NaN and Infinity as a number beyond all bounds: a raw item may hold it, and no check takes it."""
    return _NO_NUMBER.sub(lambda found: found[0] if found[1] is None else found[1] + b"1e999", body)


class StrictJSONParser(JSONParser):
    """DRF's, which knows neither the end of the stack nor half surrogate pairs, which cannot be stored."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return msgspec.json.decode(stream.read())
        except _UNREADABLE as error:
            raise ParseError(f"JSON parse error - {error}") from error

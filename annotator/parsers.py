"""Reading JSON that strangers sent: what makes no sense is their fault, never a fault of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, TypeVar

import msgspec
from django.http import HttpRequest
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from annotator.errors import Invalid

Body = TypeVar("Body")
# Besides msgspec's own: bytes that are no UTF-8, and brackets nested deeper than the interpreter's stack.
_UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)


def read_body(request: HttpRequest, kind: type[Body]) -> Body:
    """The request's JSON as `kind`; an empty body is an empty object. Raises Invalid."""
    try:
        return msgspec.json.decode(request.body or b"{}", type=kind)
    except _UNREADABLE as error:
        raise Invalid(errors=[{"where": "", "code": "malformed", "detail": str(error)}]) from None


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

"""Cursor pages: stable while rows arrive, and as cheap at the end as at the start."""

from __future__ import annotations

import re

from rest_framework import pagination
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

_KEY = re.compile(r"[0-9]{1,19}")


class CursorPagination(pagination.CursorPagination):
    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 1000

    def decode_cursor(self, request: Request) -> pagination.Cursor | None:
        """A cursor is ours, but comes back from a stranger: every list here goes on at a row's number."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and not _KEY.fullmatch(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor

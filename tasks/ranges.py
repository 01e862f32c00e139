"""Answers that carry a file, whole or a part of it, so that a broken download goes on where it ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_BLOCK = 256 * 1024


def file_response(
    request: HttpRequest, file: IO[bytes], *, size: int, content_type: str, etag: str
) -> HttpResponseBase:
    """Answer with the file or the one range asked for (RFC 9110, section 14); closes the file.

    `etag` names the bytes for ever, quotes included. Several ranges at once are answered by the whole.
    """
    if request.headers.get("If-None-Match") == etag:
        file.close()
        return HttpResponse(status=304, headers={"ETag": etag})
    headers = {"ETag": etag, "Accept-Ranges": "bytes"}
    part = _asked(request, size, etag)
    if part is None:
        file.close()
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    first, last = part
    whole = (first, last) == (0, size - 1)
    if not whole:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    headers["Content-Length"] = str(last - first + 1)
    status = 200 if whole else 206
    if request.method == "HEAD":
        file.close()
        return HttpResponse(status=status, content_type=content_type, headers=headers)
    blocks = _blocks(file, first, last - first + 1)
    return StreamingHttpResponse(blocks, status=status, content_type=content_type, headers=headers)


def _asked(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """First and last byte to send, both included; None when the range lies outside the file."""
    everything = (0, size - 1)
    match = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if match is None or not any(match.groups()) or request.headers.get("If-Range", etag) != etag:
        return everything
    start, end = match.groups()
    if not start:
        return (max(0, size - int(end)), size - 1) if int(end) and size else None
    first, last = int(start), min(int(end), size - 1) if end else size - 1
    if first >= size:
        return None
    return (first, last) if last >= first else everything


def _blocks(file: IO[bytes], first: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        while length > 0 and (block := file.read(min(_BLOCK, length))):
            length -= len(block)
            yield block

"""What makes no sense in a stranger's JSON is found in a time that grows with its length, no faster."""

from __future__ import annotations

import re
from time import thread_time

import msgspec
import pytest
from django.test import RequestFactory
from hypothesis import example, given
from hypothesis import strategies as st

from annotator.errors import Invalid
from annotator.parsers import _mark_numbers, read_body


class Items(msgspec.Struct):
    items: list[msgspec.Raw] = []


PIECES = [
    b'"',
    b"\\",
    b'\\"',
    b"\\\\",
    b"NaN",
    b"Infinity",
    b"-",
    b" ",
    b",",
    b"x",
    b"1",
    b"\n",
    b"\xff",
    b"[",
    b"{",
]


def marked_slowly(body: bytes) -> bytes:
    """Byte by byte: in a string nothing is marked, outside of it each word that stands by itself."""
    out, at, inside = b"", 0, False
    while at < len(body):
        word = None if inside else re.match(rb"-?(?:NaN|Infinity)(?![A-Za-z0-9_])", body[at:])
        if word:
            out += (b"-" if body[at : at + 1] == b"-" else b"") + b"1e999"
            at += len(word[0])
            continue
        length = 2 if inside and body[at : at + 1] == b"\\" else 1
        if body[at : at + 1] == b'"':
            inside = not inside
        out += body[at : at + length]
        at += length
    return out


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))
@example(b'NaN "NaN')
@example(b'"\\" NaN')
@example(b'"\\')
def test_numbers_that_are_none_are_marked_outside_of_strings_whatever_the_text(body: bytes) -> None:
    assert _mark_numbers(body) == marked_slowly(body)


def seconds(body: bytes) -> float:
    request = RequestFactory().post("/", body, content_type="application/json")

    def once() -> float:
        start = thread_time()
        with pytest.raises(Invalid):
            read_body(request, Items, by_item=True)
        return thread_time() - start

    return min(once() for _ in range(5))


@pytest.mark.parametrize("piece", [*PIECES[:7], b'"a', b'\\"a', b'NaN"', b"\\u", b"\\ud800", b'"\\ud800'])
@pytest.mark.parametrize("start", [b"", b'"', b'{"items": ["'])
def test_four_times_the_nonsense_takes_about_four_times_as_long(start: bytes, piece: bytes) -> None:
    small, large = (start + piece * (size // len(piece)) for size in (8_000, 32_000))
    assert seconds(large) < 8 * seconds(small) + 1e-3

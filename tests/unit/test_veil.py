"""What a browser is told of rows' numbers says nothing of them, and comes back as them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tasks.veil import unveil, veil

numbers = st.integers(0, 2**52 - 1)


@given(number=numbers)
def test_the_number_comes_back(number: int) -> None:
    told = veil(number)
    assert unveil(told) == number
    assert 2**52 <= told < 2**53  # JavaScript's whole numbers end there


@given(told=st.integers(2**52, 2**53 - 1))
def test_whatever_is_sent_is_some_number(told: int) -> None:
    assert veil(unveil(told)) == told


@given(number=numbers)
def test_numbers_of_pages_from_before_are_what_they_are(number: int) -> None:
    assert unveil(number) == number


def test_what_follows_is_not_what_is_told_next() -> None:
    told = [veil(number) for number in range(1000)]
    assert len(set(told)) == 1000
    risen = sum(a < b for a, b in pairwise(told))
    assert 400 < risen < 600

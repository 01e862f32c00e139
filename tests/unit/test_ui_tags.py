"""The small functions by which pages write figures and names."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.template import Context, Template

from annotator.templatetags.ui import grouped, initials, money, percent


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (0.5, 0, "50%"),
        (0.9999, 0, "99%"),
        (0.9999, 2, "99.99%"),
        (1.0, 0, "100%"),
        (0.29, 0, "29%"),
        (None, 0, "–"),
    ],
)
def test_percent_never_rounds_up_to_done(value: float | None, digits: int, shown: str) -> None:
    assert percent(value, digits) == shown


def test_grouped_writes_thousands_alike_in_both_languages() -> None:
    assert grouped(1234567) == "1,234,567"
    assert grouped(Decimal("1234.50")) == "1,234.50"
    assert grouped(None) == "–"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("1.4400", "¥1.44"), ("0.0825", "¥0.0825"), ("1E+2", "¥100.00"), ("12345", "¥12,345.00")],
)
def test_money_keeps_what_a_small_price_needs(amount: str, shown: str) -> None:
    assert money(Decimal(amount), "CNY") == shown


@pytest.mark.parametrize(
    ("name", "shown"), [("李秀英", "英"), ("Wang Wei", "WW"), ("ada", "A"), ("孙丽 Sun Li", "丽"), ("", "?")]
)
def test_initials_suit_the_name(name: str, shown: str) -> None:
    assert initials(name) == shown


def drawn(source: str, **values: object) -> str:
    return Template("{% load ui %}" + source).render(Context(values))


def test_progress_of_unknown_length_has_no_value() -> None:
    assert "value=" not in drawn("{% progress None None %}")
    assert 'value="0.5000"' in drawn("{% progress 5 10 %}")
    assert 'value="1.0000"' in drawn("{% progress 12 10 %}"), "never more than full"


def test_names_are_escaped() -> None:
    assert "<b>" not in drawn("{% badge name %}{% avatar name %}", name="<b>x")


def test_an_unknown_tone_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError):
        drawn("{% badge 'x' 'purple' %}")

"""A bare number is pence; pounds say so; anything two readers could read differently is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from budgets.formula import format_decimal, format_pounds, parse_pot
from budgets.formula.exact import divide_half_even, divide_half_up, read_number


@pytest.mark.parametrize(
    ("text", "pence"),
    [
        ("0", 0),
        ("123456", 123456),
        ("£1,234.56", 123456),
        ("£1,234", 123400),
        ("£30000000000", 3 * 10**12),
        ("1234.56", 123456),
        ("1,234.56", 123456),
        (" 0.01 ", 1),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_pots_that_are_understood(text, pence):
    assert parse_pot(text) == pence


@pytest.mark.parametrize(
    "text",
    ["", "1,234", "£1,23", "12,34.00", "£1.5", "1.234", "-5", "£-5", "1e9", "£30bn", "nan", "٣",
     "1_000", "£", "9223372036854775808", "12 34"],
)  # fmt: skip
def test_pots_that_are_refused(text):
    with pytest.raises(ValueError, match=r"is not a sum of money|more than a ledger"):
        parse_pot(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-0.25", Fraction(-1, 4)),
        ("1/3", Fraction(1, 3)),
        ("16.1181", Fraction(161181, 10000)),
    ],
)
def test_numbers_are_exact(text, value):
    assert read_number(text) == value


@pytest.mark.parametrize(
    "text", ["1e5", "NaN", "inf", ".5", "5.", "1_0", "1/0", "0x10", "１", "9" * 41]
)
def test_numbers_that_are_refused(text):
    with pytest.raises(ValueError, match="number"):
        read_number(text)


def test_rounding():
    assert [divide_half_even(n, 2) for n in (1, 3, 5, -1, -3)] == [0, 2, 2, 0, -2]
    assert [divide_half_up(n, 2) for n in (1, 3, 5, -1, -3)] == [1, 2, 3, -1, -2]
    assert format_decimal(Fraction(-1, 3), 4) == "-0.3333"
    assert format_decimal(Fraction(5, 2), 0) == "2"
    assert format_decimal(Fraction(-1, 1000), 2) == "0.00"
    assert format_pounds(-123456) == "-£1,234.56"

"""Exact numbers: how text becomes a number, a number is rounded, and a pot of money is read.

Works in integers and fractions of integers only. Refuses exponents, NaN, infinities, digit
separators and anything else that two readers could understand differently.
"""

from __future__ import annotations

import re
from fractions import Fraction

_MOST_DIGITS = 40
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_RATIO = re.compile(r"(-?[0-9]+)/([0-9]+)")
_PENCE = re.compile(r"[0-9]+")
_POUNDS = re.compile(
    r"(?P<sign>£)?(?P<pounds>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.(?P<pence>[0-9]{2}))?"
)

LARGEST_POT = 2**63 - 1  # what a PostgreSQL bigint holds, so that any result can be posted


def read_number(text: str) -> Fraction:
    """`12`, `-0.25` or `1/3` as an exact fraction; ValueError with a sentence for anything else."""
    if len(text) > _MOST_DIGITS:
        raise ValueError(f"a number may have at most {_MOST_DIGITS} characters")
    if _NUMBER.fullmatch(text):
        return Fraction(text)
    ratio = _RATIO.fullmatch(text)
    if ratio and int(ratio[2]):
        return Fraction(int(ratio[1]), int(ratio[2]))
    raise ValueError(
        f"“{text}” is not a number. Write digits with at most one decimal point, "
        "such as 12, -0.25 or 16.1181, or a fraction such as 1/3"
    )


def divide_half_even(numerator: int, denominator: int) -> int:
    """The integer nearest to numerator ÷ denominator (> 0); halves go to the even neighbour."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    if twice > denominator or (twice == denominator and quotient % 2):
        quotient += 1
    return quotient


def divide_half_up(numerator: int, denominator: int) -> int:
    """The integer nearest to numerator ÷ denominator (> 0); halves go away from zero."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -magnitude if numerator < 0 else magnitude


def format_decimal(value: Fraction, decimals: int) -> str:
    """`value` with exactly `decimals` decimal places, rounded half to even."""
    scaled = divide_half_even(value.numerator * 10**decimals, value.denominator)
    sign, digits = ("-" if scaled < 0 else ""), str(abs(scaled)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"


def format_pounds(pence: int) -> str:
    """Pence as `£1,234.56`, for sentences."""
    sign = "-" if pence < 0 else ""
    return f"{sign}£{abs(pence) // 100:,}.{abs(pence) % 100:02d}"


def parse_pot(text: str) -> int:
    """A sum of money in pence.

    A bare whole number is PENCE. `£1,234.56`, `£1,234` or a number with a decimal point is pounds.
    ValueError for anything else: `1,234` could be either, and `£1.5` is not a price.
    """
    text = text.strip()
    if _PENCE.fullmatch(text):
        pence = int(text)
    elif (pounds := _POUNDS.fullmatch(text)) and (pounds["sign"] or pounds["pence"]):
        pence = int(pounds["pounds"].replace(",", "")) * 100 + int(pounds["pence"] or 0)
    else:
        raise ValueError(
            f"“{text}” is not a sum of money. Write whole pence (123456) or pounds (£1,234.56)"
        )
    if pence > LARGEST_POT:
        raise ValueError(f"“{text}” is more than a ledger can hold ({LARGEST_POT} pence)")
    return pence

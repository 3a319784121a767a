"""The person stage by itself: floor(points × price × cost factor) and published components, to the penny."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets import prices
from budgets.entitlement import MOST_POINTS, Extra, over_days, work_out
from budgets.models.prices import MILLION
from socialcare.kernel.errors import DomainError

PRICE = prices.built_in("england")
points = st.integers(0, MOST_POINTS)
factors = st.integers(1, 5 * MILLION).map(lambda millionths: Fraction(millionths, MILLION))


def weekly(many: int, factor: Fraction = Fraction(1), *extras: Extra) -> int:
    return work_out(points=many, price=PRICE, cost_factor=factor, extras=extras).weekly_pence


@given(points, points, factors)
def test_more_points_never_give_less(one: int, other: int, factor: Fraction) -> None:
    fewer, more = sorted((one, other))
    assert weekly(fewer, factor) <= weekly(more, factor)


@given(points, factors)
def test_equal_points_give_equal_pence_and_never_less_than_nothing(
    many: int, factor: Fraction
) -> None:
    assert weekly(many, factor) == weekly(many, factor) >= 0


@given(points, st.integers(1, 5 * MILLION))
def test_the_floor_is_what_decimals_say(many: int, millionths: int) -> None:
    """Worked out another way: in decimals of fifty places."""
    with localcontext() as context:
        context.prec = 50
        exact = Decimal(many) * Decimal(PRICE.price_pence) * Decimal(millionths) / Decimal(MILLION)
        expected = int(exact.to_integral_value(rounding=ROUND_FLOOR))
    assert weekly(many, Fraction(millionths, MILLION)) == expected


@given(points, factors, st.integers(1, 7), st.integers(1, 40))
def test_components_come_on_top_and_no_place_changes_them(
    many: int, factor: Fraction, nights: int, breaks: int
) -> None:
    extras = (Extra("nights", nights), Extra("breaks", breaks))
    on_top = nights * 12_500 + breaks * 2_260
    assert weekly(many, factor, *extras) == weekly(many, factor) + on_top


@pytest.mark.parametrize(
    ("many", "factor", "pence"),
    [
        (0, Fraction(1), 0),
        (1, Fraction(1), 1_130),
        (42, Fraction(1), 47_460),
        (42, Fraction(1_030_001, MILLION), 48_883),  # 48,883.84746
    ],
)
def test_figures_worked_out_by_hand(many: int, factor: Fraction, pence: int) -> None:
    assert weekly(many, factor) == pence


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"points": -1}, "bad-points"),
        ({"points": MOST_POINTS + 1}, "bad-points"),
        ({"points": 1, "cost_factor": Fraction(0)}, "bad-cost-factor"),
        ({"points": 1, "extras": [Extra("gold", 1)]}, "no-such-component"),
        ({"points": 1, "extras": [Extra("nights", 8)]}, "bad-component"),
        ({"points": 1, "extras": [Extra("nights", 0)]}, "bad-component"),
        ({"points": 1, "extras": [Extra("nights", 1), Extra("nights", 2)]}, "bad-component"),
    ],
)
def test_what_has_no_sum_is_refused(asked: dict, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        work_out(price=PRICE, **asked)
    assert refused.value.code == code


def test_days_are_sevenths_of_a_week() -> None:
    assert [over_days(1_000, days) for days in (0, 1, 7, 10, 28)] == [0, 142, 1_000, 1_428, 4_000]

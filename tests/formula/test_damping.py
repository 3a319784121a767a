"""λ solved exactly, against bisection in decimals; impossible bounds refused."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.formula.damping import Infeasible, clip, solve_rate

areas = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 40), st.one_of(st.none(), st.integers(0, 60))),
    min_size=1,
    max_size=10,
)


def split(drawn):
    targets = [target for target, _, _ in drawn]
    floors = [Fraction(floor, 3) for _, floor, _ in drawn]
    caps = [None if room is None else Fraction(floor, 3) + room for _, floor, room in drawn]
    return targets, floors, caps


def spent(rate, targets, floors, caps):
    total = Decimal(0)
    for target, floor, cap in zip(targets, floors, caps, strict=True):
        amount = max(rate * target, Decimal(floor.numerator) / floor.denominator)
        if cap is not None:
            amount = min(amount, Decimal(cap.numerator) / cap.denominator)
        total += amount
    return total


@given(areas, st.integers(0, 600))
def test_the_pot_is_exactly_spent_or_refused(drawn, pot):
    targets, floors, caps = split(drawn)
    most = [f if not t else c for t, f, c in zip(targets, floors, caps, strict=True)]
    feasible = sum(floors) <= pot and (None in most or sum(most) >= pot)
    if not feasible:
        with pytest.raises(Infeasible):
            solve_rate(pot, targets, floors, caps)
        return
    rate = solve_rate(pot, targets, floors, caps)
    amounts = clip(rate, targets, floors, caps)
    assert sum(amounts) == pot
    for amount, floor, cap in zip(amounts, floors, caps, strict=True):
        assert amount >= floor
        assert cap is None or amount <= cap
    with localcontext() as context:
        context.prec = 60
        low, high = Decimal(0), Decimal(10**6)
        for _ in range(160):
            middle = (low + high) / 2
            below = spent(middle, targets, floors, caps) < pot
            low, high = (middle, high) if below else (low, middle)
        exact = Decimal(rate.numerator) / Decimal(rate.denominator)
        # where the line is flat several rates spend the pot; the money must agree all the same
        assert abs(
            spent(high, targets, floors, caps) - spent(exact, targets, floors, caps)
        ) < Decimal("1e-30")


@pytest.mark.parametrize(
    ("pot", "floors", "caps", "kind", "bound"),
    [
        (10, [6, 6], [None, None], "floors", 12),
        (10, [0, 0], [4, 5], "caps", 9),
        (10, [0, 7], [None, 5], "crossed", 7),
    ],
)
def test_impossible_bounds_say_by_how_much(pot, floors, caps, kind, bound):
    with pytest.raises(Infeasible) as refused:
        solve_rate(pot, [1, 1], floors, caps)
    assert (refused.value.kind, refused.value.bound) == (kind, bound)


def test_nobody_with_need_leaves_only_the_floors():
    with pytest.raises(Infeasible):
        solve_rate(5, [0, 0], [1, 1], [None, None])
    assert clip(solve_rate(2, [0, 0], [1, 1], [None, None]), [0, 0], [1, 1], [None, None]) == [1, 1]

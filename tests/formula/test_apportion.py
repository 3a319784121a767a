"""Whole pence from weights, against slower methods written another way."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.formula.apportion import NobodyToReceive, apportion, hamilton, sainte_lague

weight_lists = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any)
small_weights = st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(any)
pots = st.integers(0, 400)


def codes_for(weights):
    # not in list order, so that a tie settled by place instead of code shows
    return [f"c{(i * 7 + 3) % 1000:03}" for i in range(len(weights))]


def highest_averages(pot, weights, codes, low=None, high=None):
    """Penny by penny, each to the best claim: the definition, slowly."""
    seats = list(low) if low else [0] * len(weights)
    for _ in range(pot - sum(seats)):
        best = min(
            (i for i, w in enumerate(weights) if w and (high is None or seats[i] < high[i])),
            key=lambda i: (-Fraction(weights[i], 2 * seats[i] + 1), -weights[i], codes[i]),
        )
        seats[best] += 1
    return seats


def divisor_search(pot, weights):
    """Every distribution that rounding by some divisor gives: the other definition, by bisection."""
    low, high = Fraction(0), Fraction(2 * pot + 2, min(w for w in weights if w))
    for _ in range(400):
        rate = (low + high) / 2
        rounded = [(2 * rate * w + 1) // 2 for w in weights]
        if sum(rounded) == pot:
            return [int(r) for r in rounded]
        low, high = (rate, high) if sum(rounded) < pot else (low, rate)
    return None  # a tie: no divisor gives exactly this pot


@given(pots, small_weights)
def test_sainte_lague_is_highest_averages(pot, weights):
    codes = codes_for(weights)
    assert apportion(pot, weights, codes) == highest_averages(pot, weights, codes)


@given(st.integers(0, 10**6), weight_lists)
def test_sainte_lague_is_a_divisor_method(pot, weights):
    found = divisor_search(pot, weights)
    if found is not None:
        assert apportion(pot, weights, codes_for(weights)) == found


@given(pots, small_weights, st.fractions(0, 50))
def test_the_guess_changes_nothing(pot, weights, guess):
    codes = codes_for(weights)
    assert sainte_lague(pot, weights, codes, rate=guess) == apportion(pot, weights, codes)


@given(st.integers(0, 10**12), weight_lists)
def test_one_more_penny_goes_to_exactly_one(pot, weights):
    codes = codes_for(weights)
    before, after = apportion(pot, weights, codes), apportion(pot + 1, weights, codes)
    assert sum(before) == pot
    assert sorted(b - a for a, b in zip(before, after, strict=True)) == [0] * (len(weights) - 1) + [
        1
    ]


@given(st.data(), small_weights)
def test_bounds_are_highest_averages_within_them(data, weights):
    size = len(weights)
    low = data.draw(st.lists(st.integers(0, 5), min_size=size, max_size=size))
    room = data.draw(st.lists(st.integers(0, 9), min_size=size, max_size=size))
    high = [a + b for a, b in zip(low, room, strict=True)]
    most = sum(h if w else a for w, a, h in zip(weights, low, high, strict=True))
    pot = data.draw(st.integers(sum(low), most))
    codes = codes_for(weights)
    rate = data.draw(st.fractions(0, 5))
    found = sainte_lague(pot, weights, codes, rate=rate, lower=low, upper=high)
    assert sum(found) == pot
    assert all(a <= f <= h for a, f, h in zip(low, found, high, strict=True))
    # the same result as starting from the floors and giving penny by penny, wherever a divisor
    # can tell: nobody who could give would improve on anybody who could receive
    for i, giver in enumerate(found):
        for j, receiver in enumerate(found):
            if giver > low[i] and receiver < high[j] and weights[j]:
                assert Fraction(weights[j], 2 * receiver + 1) <= Fraction(weights[i], 2 * giver - 1)


@given(pots, small_weights)
def test_hamilton_is_largest_remainders(pot, weights):
    codes, total = codes_for(weights), sum(weights)
    quotas = [Fraction(pot * w, total) for w in weights]
    seats = [int(q) for q in quotas]
    queue = sorted(
        range(len(weights)), key=lambda i: (-(quotas[i] - int(quotas[i])), -weights[i], codes[i])
    )
    for i in queue[: pot - sum(seats)]:
        seats[i] += 1
    assert apportion(pot, weights, codes, method="hamilton") == seats


def test_hamilton_takes_exact_quotas():
    assert hamilton([(7, 2), (3, 2)], 5, [1, 1], ["b", "a"]) == [3, 2]


def test_ties_go_to_the_larger_need_then_the_earlier_code():
    # 3 ÷ 3 ties with 1 ÷ 1: the third penny goes to the larger need
    assert apportion(2, [3, 1], ["b", "a"]) == [2, 0]
    assert apportion(1, [1, 1, 1], ["b", "a", "c"]) == [0, 1, 0]
    assert apportion(2, [1, 1, 1], ["b", "a", "c"]) == [1, 1, 0]
    assert apportion(1, [1, 1], ["b", "a"], method="hamilton") == [0, 1]


def test_no_need_gets_nothing():
    assert apportion(5, [0, 2], ["a", "b"]) == [0, 5]
    assert apportion(0, [0, 0], ["a", "b"]) == [0, 0]
    with pytest.raises(NobodyToReceive):
        apportion(1, [0, 0], ["a", "b"])


def test_money_left_over_at_every_cap_is_refused():
    with pytest.raises(NobodyToReceive):
        sainte_lague(5, [1, 1], ["a", "b"], rate=Fraction(1), lower=[0, 0], upper=[2, 2])

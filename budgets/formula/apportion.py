"""Whole pence from exact weights: Sainte-Laguë (Webster) and Hamilton, with lower and upper bounds.

Every penny of the pot is handed out, none is invented. Pure integers. Refuses to give anything to
an area without need (weight 0) beyond its lower bound, and to share a pot that nobody may receive.

Sources: M. L. Balinski and H. P. Young, *Fair Representation* (2nd ed., 2001): divisor methods,
their house monotonicity, and their form with minimum and maximum requirements.

Ties (equal claims on the last penny) are settled by a published rule: the larger weight first, then
the earlier code in plain character order.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

_KEY_BITS = (
    64  # claims as integers this fine sort nearly all pairs; equal ones are compared exactly
)

METHODS = ("sainte_lague", "hamilton")


class NobodyToReceive(ValueError):
    """There is money left and every area is at its upper bound or without need."""


def apportion(
    pot: int,
    weights: Sequence[int],
    codes: Sequence[str],
    *,
    method: str = "sainte_lague",
) -> list[int]:
    """Share `pot` (pence, or any whole unit) over non-negative integer `weights`."""
    total = sum(weights)
    if pot and not total:
        raise NobodyToReceive("no area has any need, so the pot cannot be shared")
    if not pot:
        return [0] * len(weights)
    if method == "hamilton":
        return hamilton([(pot * weight, total) for weight in weights], pot, weights, codes)
    return sainte_lague(pot, weights, codes, rate=Fraction(pot, total))


def sainte_lague(
    pot: int,
    weights: Sequence[int],
    codes: Sequence[str],
    *,
    rate: Fraction,
    lower: Sequence[int] | None = None,
    upper: Sequence[int | None] | None = None,
) -> list[int]:
    """Sainte-Laguë with optional whole-number bounds on each area.

    `rate` is any guess at pence per unit of weight: rounding `rate × weight` is itself an exact
    Sainte-Laguë result for some pot nearby, so only the few pence between that pot and ours have to
    be moved. A good guess makes it fast; a bad one changes nothing else.
    """
    top, bottom = 2 * rate.numerator, 2 * rate.denominator
    half = rate.denominator
    seats = [(top * weight + half) // bottom for weight in weights]
    low: Sequence[int] = lower or [0] * len(weights)
    high: Sequence[int | None] = upper or [None] * len(weights)
    if lower or upper:
        seats = [_within(seats[i], low[i], high[i]) for i in range(len(seats))]
    difference = pot - sum(seats)
    if difference > 0:
        _add(difference, seats, weights, codes, high)
    elif difference < 0:
        _take(-difference, seats, weights, codes, low)
    return seats


def hamilton(
    quotas: Sequence[tuple[int, int]], pot: int, weights: Sequence[int], codes: Sequence[str]
) -> list[int]:
    """Largest remainders: whole parts of exact `quotas` (numerator, denominator), then one more
    penny each to the largest remainders. The quotas must add up to `pot`."""
    seats = [numerator // denominator for numerator, denominator in quotas]
    claims = [
        (Fraction(-(numerator % denominator), denominator), -weights[i], codes[i], i)
        for i, (numerator, denominator) in enumerate(quotas)
        if numerator % denominator
    ]
    for _, _, _, index in heapq.nsmallest(pot - sum(seats), claims):
        seats[index] += 1
    return seats


def _within(value: int, low: int, high: int | None) -> int:
    value = max(value, low)
    return value if high is None else min(value, high)


class _Claim:
    """A place in the queue for the next penny: weight ÷ divisor, compared exactly.

    The divisor is the odd number 2 × seats + 1 for the next penny, 2 × seats − 1 for the last one.
    """

    __slots__ = ("code", "divisor", "index", "weight")

    def __init__(self, index: int, weight: int, divisor: int, code: str) -> None:
        self.index, self.weight, self.divisor, self.code = index, weight, divisor, code

    def comes_before(self, other: _Claim) -> bool:
        mine, theirs = self.weight * other.divisor, other.weight * self.divisor
        if mine != theirs:
            return mine > theirs
        if self.weight != other.weight:
            return self.weight > other.weight
        return self.code < other.code


class _Strongest(_Claim):
    __slots__ = ()

    def __lt__(self, other: _Claim) -> bool:
        return self.comes_before(other)


class _Weakest(_Claim):
    __slots__ = ()

    def __lt__(self, other: _Claim) -> bool:
        return other.comes_before(self)


def _add(
    pence: int,
    seats: list[int],
    weights: Sequence[int],
    codes: Sequence[str],
    high: Sequence[int | None],
) -> None:
    """Give `pence` single pennies, each to the strongest claim."""
    open_to = [
        i
        for i, weight in enumerate(weights)
        if weight and ((most := high[i]) is None or seats[i] < most)
    ]
    keys = [(weights[i] << _KEY_BITS) // (2 * seats[i] + 1) for i in open_to]
    least = min(heapq.nlargest(pence, keys), default=0)
    heap = [
        _Strongest(i, weights[i], 2 * seats[i] + 1, codes[i])
        for i, key in zip(open_to, keys, strict=True)
        if key >= least
    ]
    _move(pence, +1, heap, seats, lambda i, value: (most := high[i]) is None or value < most)


def _take(
    pence: int,
    seats: list[int],
    weights: Sequence[int],
    codes: Sequence[str],
    low: Sequence[int],
) -> None:
    """Take `pence` single pennies back, each from the weakest claim."""
    open_to = [i for i, value in enumerate(seats) if value > low[i]]
    keys = [(weights[i] << _KEY_BITS) // (2 * seats[i] - 1) for i in open_to]
    most = max(heapq.nsmallest(pence, keys), default=0)
    heap = [
        _Weakest(i, weights[i], 2 * seats[i] - 1, codes[i])
        for i, key in zip(open_to, keys, strict=True)
        if key <= most
    ]
    _move(pence, -1, heap, seats, lambda i, value: value > low[i])


def _move(
    pence: int,
    step: int,
    heap: list[Any],
    seats: list[int],
    may_move_again: Callable[[int, int], bool],
) -> None:
    """Move pennies one by one, always at the head of the queue.

    The heap needs only the claims among the best `pence` first claims: whoever moves a penny is
    among the best `pence` claims of all, and so at least as good as the last of those.
    """
    heapq.heapify(heap)
    for _ in range(pence):
        if not heap:
            raise NobodyToReceive("no area may receive the rest of the pot")
        claim = heap[0]
        seats[claim.index] += step
        if may_move_again(claim.index, seats[claim.index]):
            claim.divisor += 2 * step
            heapq.heapreplace(heap, claim)
        else:
            heapq.heappop(heap)

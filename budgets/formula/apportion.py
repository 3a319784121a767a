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

METHODS = ("sainte_lague", "hamilton")


class NobodyToReceive(ValueError):  # noqa: N818 -- reads as what happened
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
    low = lower or [0] * len(weights)
    high: Sequence[int | None] = upper or [None] * len(weights)
    up, down = 2 * rate.numerator, 2 * rate.denominator
    seats = [
        _within((up * weight + rate.denominator) // down, low[i], high[i])
        for i, weight in enumerate(weights)
    ]
    difference = pot - sum(seats)
    order = sorted(range(len(codes)), key=codes.__getitem__) if difference else []
    rank = [0] * len(codes)
    for position, index in enumerate(order):
        rank[index] = position
    if difference > 0:
        _add(difference, seats, weights, rank, high)
    elif difference < 0:
        _take(-difference, seats, weights, rank, low)
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
    """A place in the queue for the next penny: weight ÷ (2 × seats + 1), compared exactly."""

    __slots__ = ("divisor", "index", "rank", "weight")

    def __init__(self, index: int, weight: int, divisor: int, rank: int) -> None:
        self.index, self.weight, self.divisor, self.rank = index, weight, divisor, rank

    def comes_before(self, other: _Claim) -> bool:
        mine, theirs = self.weight * other.divisor, other.weight * self.divisor
        if mine != theirs:
            return mine > theirs
        if self.weight != other.weight:
            return self.weight > other.weight
        return self.rank < other.rank


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
    rank: Sequence[int],
    high: Sequence[int | None],
) -> None:
    queue = [
        _Strongest(i, weight, 2 * seats[i] + 1, rank[i])
        for i, weight in enumerate(weights)
        if weight and (high[i] is None or seats[i] < high[i])
    ]
    _move(pence, +1, queue, seats, lambda i, value: high[i] is None or value < high[i])


def _take(
    pence: int,
    seats: list[int],
    weights: Sequence[int],
    rank: Sequence[int],
    low: Sequence[int],
) -> None:
    queue = [
        _Weakest(i, weight, 2 * seats[i] - 1, rank[i])
        for i, weight in enumerate(weights)
        if seats[i] > low[i]
    ]
    _move(pence, -1, queue, seats, lambda i, value: value > low[i])


def _move(
    pence: int,
    step: int,
    queue: list[_Strongest] | list[_Weakest],
    seats: list[int],
    may_move_again: Callable[[int, int], bool],
) -> None:
    """Move `pence` single pennies, each to (or from) the claim at the head of the queue."""
    heap: list = list(queue)
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

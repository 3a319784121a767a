"""Floors and caps: the one national rate λ at which `clip(λ × target, floor, cap)` spends the pot.

The sum of the clipped targets is a rising, piecewise straight line in λ; its corners are where an
area leaves its floor or reaches its cap. Walking the corners in order finds λ exactly, with no
search tolerance. Refuses bounds that no λ can satisfy, and says by how much they miss.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from operator import itemgetter


class Infeasible(ValueError):
    """The bounds cannot be met: `kind` is floors, caps or crossed; `bound` is in the pot's unit."""

    def __init__(self, kind: str, bound: Fraction, index: int = -1) -> None:
        super().__init__(kind)
        self.kind, self.bound, self.index = kind, bound, index


def solve_rate(
    pot: Fraction | int,
    targets: Sequence[int],
    floors: Sequence[Fraction | int],
    caps: Sequence[Fraction | int | None],
) -> Fraction:
    """A λ ≥ 0 with Σ clip(λ × target, floor, cap) = pot.

    `targets` are non-negative integers in any common unit; floors and caps are in the pot's unit.
    Raises `Infeasible`.
    """
    _refuse_impossible(pot, targets, floors, caps)
    corners: list[tuple[Fraction, int]] = []
    for target, floor, cap in zip(targets, floors, caps, strict=True):
        if target:
            corners.append((Fraction(floor) / target, target))
            if cap is not None:
                corners.append((Fraction(cap) / target, -target))
    corners.sort(key=itemgetter(0))
    spent, slope, rate = sum(map(Fraction, floors), Fraction(0)), 0, Fraction(0)
    for corner, group in groupby(corners, key=itemgetter(0)):
        reached = spent + slope * (corner - rate)
        if slope and reached >= pot:
            break
        spent, rate = reached, corner
        slope += sum(change for _, change in group)
    return rate + (pot - spent) / slope if slope else rate


def clip(
    rate: Fraction,
    targets: Sequence[int],
    floors: Sequence[Fraction | int],
    caps: Sequence[Fraction | int | None],
) -> list[Fraction]:
    """Each area's exact amount at that rate, before any rounding."""
    amounts = []
    for target, floor, cap in zip(targets, floors, caps, strict=True):
        amount = max(rate * target, Fraction(floor))
        amounts.append(amount if cap is None else min(amount, Fraction(cap)))
    return amounts


def _refuse_impossible(
    pot: Fraction | int,
    targets: Sequence[int],
    floors: Sequence[Fraction | int],
    caps: Sequence[Fraction | int | None],
) -> None:
    for index, (floor, cap) in enumerate(zip(floors, caps, strict=True)):
        if cap is not None and floor > cap:
            raise Infeasible("crossed", Fraction(floor), index)
    least = sum(map(Fraction, floors), Fraction(0))
    if least > pot:
        raise Infeasible("floors", least)
    rest = [
        (floor if not target else cap)
        for target, floor, cap in zip(targets, floors, caps, strict=True)
    ]
    if any(most is None for most in rest):
        return
    most_of_all = sum((Fraction(most) for most in rest if most is not None), Fraction(0))
    if most_of_all < pot:
        raise Infeasible("caps", most_of_all)

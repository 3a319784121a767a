"""The person stage: from agreed points to pence a week. Pure, exact, and the same for everybody.

`floor(points × price × cost factor)` and, on top, published components. It asks for nothing else: not what somebody has,
not who cares for them unpaid, not what is left in a pot. PostgreSQL works the same sum out again when an award is made
(`award_entitlement`), and a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from budgets.prices import Price
from socialcare.kernel.errors import DomainError

# What PostgreSQL's integers hold with room to spare: more points than any conversation can agree.
MOST_POINTS = 10_000


@dataclass(frozen=True)
class Extra:
    """So many of a published component a week: two nights, three hours."""

    code: str
    how_many: int


@dataclass(frozen=True)
class ExtraPence:
    """A component's line of a sum, in pence a week."""

    code: str
    title: str
    unit: str
    how_many: int
    each_pence: int

    @property
    def pence(self) -> int:
        return self.how_many * self.each_pence


@dataclass(frozen=True)
class Sum:
    """An entitlement a week, line by line. `weekly_pence` is whole; `exact_pence` is what was rounded down."""

    points: int
    price_pence: int
    cost_factor: Fraction
    extras: tuple[ExtraPence, ...]

    @property
    def exact_pence(self) -> Fraction:
        """Points × price × cost factor, before rounding down."""
        return self.points * self.price_pence * self.cost_factor

    @property
    def points_pence(self) -> int:
        return self.exact_pence.numerator // self.exact_pence.denominator

    @property
    def extras_pence(self) -> int:
        return sum(extra.pence for extra in self.extras)

    @property
    def weekly_pence(self) -> int:
        return self.points_pence + self.extras_pence


def work_out(
    *, points: int, price: Price, cost_factor: Fraction = Fraction(1), extras: Iterable[Extra] = ()
) -> Sum:
    """What `points` entitle to, in pence a week, where the same help costs `cost_factor` times the national price.

    Raises DomainError(bad-points, bad-cost-factor, no-such-component, bad-component).
    """
    if not 0 <= points <= MOST_POINTS:
        raise DomainError("bad-points", f"Points are a whole number from 0 to {MOST_POINTS}.")
    if cost_factor <= 0:
        raise DomainError("bad-cost-factor", "A cost factor is above zero.")
    lines: list[ExtraPence] = []
    for extra in extras:
        component = price.components.get(extra.code)
        if component is None:
            raise DomainError("no-such-component", "The price publishes no such component.")
        if not 1 <= extra.how_many <= component.most or extra.code in {line.code for line in lines}:
            raise DomainError(
                "bad-component", f"Choose each once, from 1 to {component.most} of it a week."
            )
        lines.append(
            ExtraPence(
                code=component.code,
                title=component.title,
                unit=component.unit,
                how_many=extra.how_many,
                each_pence=component.pence,
            )
        )
    return Sum(points, price.price_pence, cost_factor, tuple(lines))


def over_days(weekly_pence: int, days: int) -> int:
    """What is paid for so many days of an entitlement, in pence: sevenths of a week, rounded down."""
    return weekly_pence * days // 7

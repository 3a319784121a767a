"""What a computation gives: every level's rows, every stream's money, who pays for damping.

Records only. The numbers are exact: shares and needs are fractions, money is integer pence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from .areas import AreaTable, digest
from .document import Formula
from .needs import Needs

if TYPE_CHECKING:
    from .explanation import Explanation, Whole


class Row(NamedTuple):
    """One area's result.

    `amount_pence` is the sum of `streams` (code → pence). `share` is the area's exact share of the
    pot by need, before floors, caps and rounding; `need` is that share a head, 1 being the nation's
    mean (per area where the table has no population).
    """

    code: str
    name: str
    parent: str
    amount_pence: int
    streams: dict[str, int]
    population: int | None
    share_parts: tuple[int, int]
    need_parts: tuple[int, int]

    @property
    def share(self) -> Fraction:
        """Exact share of the pot."""
        return Fraction(*self.share_parts)

    @property
    def need(self) -> Fraction:
        """Exact need a head, relative to the nation's mean."""
        return Fraction(*self.need_parts)


@dataclass(frozen=True, slots=True)
class StreamResult:
    """One stream's part of the pot; `held_by` is the level whose accounts receive it.

    `rate_pence` is the national rate: pence for one unit of need, before floors and caps.
    """

    code: str
    title: str
    held_by: str
    amount_pence: int
    rate_pence: Fraction


@dataclass(frozen=True, slots=True)
class DampingRow:
    """What floors and caps did to one area in one stream. Money in exact pence, before rounding.

    `held_by` is `floor`, `cap` or empty. A negative `change_pence` is what the area pays so that
    others are held at their floor.
    """

    stream: str
    code: str
    name: str
    target_pence: Fraction
    bounded_pence: Fraction
    held_by: str

    @property
    def change_pence(self) -> Fraction:
        """Bounded less undamped amount; adds up to 0 over the nation."""
        return self.bounded_pence - self.target_pence


@dataclass(frozen=True)
class Result:
    """A whole allocation. `levels` maps level names, from the top down, to rows."""

    formula: Formula
    areas: AreaTable
    pot: int
    streams: list[StreamResult]
    levels: dict[str, list[Row]]
    damping: list[DampingRow]
    needs: Needs = field(repr=False, compare=False)

    @property
    def local(self) -> list[Row]:
        """Rows of the level called `local`; empty when the formula has none."""
        return self.levels.get("local", [])

    @property
    def neighbourhoods(self) -> list[Row]:
        """Rows of the level called `neighbourhood`; empty when the formula has none."""
        return self.levels.get("neighbourhood", [])

    @property
    def rows(self) -> list[Row]:
        """Rows of the lowest level, in the table's order."""
        return self.levels[self.formula.areas.rows.level]

    @property
    def adoptable(self) -> bool:
        """May this formula ever pay anyone?"""
        from .adoptable import check_adoptable

        return not check_adoptable(self.formula)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the formula, the data it used, the pot and every amount."""
        money = {
            level: [[row.code, row.parent, row.amount_pence, row.streams] for row in rows]
            for level, rows in self.levels.items()
        }
        return digest(
            {
                "formula": self.formula.sha256,
                "data": self.needs.columns_used,
                "pot_pence": self.pot,
                "streams": [[s.code, s.held_by, s.amount_pence] for s in self.streams],
                "money": money,
            }
        )

    @cached_property
    def wholes(self) -> dict[str, Whole]:
        """Stream code → what the explanations of every area share."""
        from .explanation import whole_of

        return {stream.code: whole_of(self, stream) for stream in self.formula.streams}

    def explain(self, code: str) -> Explanation:
        """Why one area, at any level, gets what it gets. KeyError for an unknown code."""
        from .explanation import explain

        return explain(self, code)

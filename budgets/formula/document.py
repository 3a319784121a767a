"""What a formula document says, as plain immutable records. No reading, no arithmetic."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date

from .expressions import Expression, Quantity

HARDSHIP = "hardship"  # the name of the switch that turns class B on and off

# In pence. A country with other money counts in its smallest unit, whatever that is called there.
MONEY_UNITS = {
    "smallest units": 1,
    "pence": 1,
    "pounds": 100,
    "thousand pounds": 100_000,
    "million pounds": 100_000_000,
}
HEAD_UNITS = {"smallest units a head": 1, "pence a head": 1, "pounds a head": 100}


@dataclass(frozen=True, slots=True)
class Reference:
    """Where figures or rules come from."""

    title: str
    publisher: str = ""
    url: str = ""
    licence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class AreaLevel:
    """A level of areas: what it is called and which columns hold its codes and names."""

    level: str
    code: tuple[str, ...]
    name: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaColumns:
    """How to read the table: the rows' level, the levels above it (nearest first), population."""

    rows: AreaLevel
    within: tuple[AreaLevel, ...]
    population: tuple[str, ...]
    combine: bool

    @property
    def levels(self) -> tuple[str, ...]:
        """Level names from the top down."""
        return tuple(level.level for level in (*reversed(self.within), self.rows))


@dataclass(frozen=True, slots=True)
class Indicator:
    """A column that is counted. `indicator_class`: A need, B hardship as need, C means."""

    code: str
    column: tuple[str, ...]
    indicator_class: str
    unit: str
    counts: str
    source: str
    blank_is_zero: bool
    may_be_negative: bool
    line: int


@dataclass(frozen=True, slots=True)
class Factor:
    """A cost factor: from a column of numbers, by a column of labels, or the same everywhere.

    `factor_class` is `cost`, or C when it measures persons' or places' means.
    """

    code: str
    measures: str
    factor_class: str
    column: tuple[str, ...]
    by_label: dict[str, Quantity]
    otherwise: Quantity | None
    constant: Quantity | None
    unit: str
    source: str
    line: int


@dataclass(frozen=True, slots=True)
class Limit:
    """A floor and/or a cap, each a multiple of something: `of` is baseline, head or target.

    For `baseline`, `column` holds earlier money, each unit of it worth `pence_each` pence. For
    `head`, the quantities are pounds a head. For `target`, they are multiples of the own target.
    """

    of: str
    column: tuple[str, ...]
    pence_each: int
    at_least: Quantity | None
    at_most: Quantity | None
    line: int
    key: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """Floors, caps and damping of one stream at one level; damping ends on a date."""

    level: str
    ends_on: date | None
    limits: tuple[Limit, ...]
    line: int
    key: str

    @property
    def damps(self) -> bool:
        """Does it hold areas near an earlier allocation?"""
        return any(limit.of == "baseline" for limit in self.limits)


@dataclass(frozen=True, slots=True)
class Stream:
    """A part of the pot with its own need. It has a share of what is left, or a fixed amount."""

    code: str
    title: str
    held_by: str
    share: Quantity | None
    amount_pence: int | None
    need: Expression
    cost: tuple[str, ...]
    bounds: Bounds | None
    line: int


@dataclass(frozen=True, slots=True)
class Apportionment:
    """How exact shares become money: method, smallest unit in pence, how shares are printed."""

    method: str
    unit_pence: int
    shares: str
    share_decimals: int
    line: int


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula: what it counts, what that weighs, and how the pot follows from it."""

    slug: str
    version: str
    title: str
    nation: str
    summary: str
    illustrative: bool
    effective_from: date | None
    effective_until: date | None
    references: dict[str, Reference]
    areas: AreaColumns
    indicators: dict[str, Indicator]
    values: dict[str, Quantity]
    factors: dict[str, Factor]
    streams: tuple[Stream, ...]
    apportionment: Apportionment
    switches: dict[str, bool] = field(default_factory=dict)
    text: str = field(default="", repr=False)
    source: str = ""

    @property
    def hardship_on(self) -> bool:
        """Are class B indicators counted?"""
        return self.switches.get(HARDSHIP, True)

    @property
    def sha256(self) -> str:
        """SHA-256, in hexadecimal, of the document's text and its switches as they stand."""
        switches = ",".join(f"{name}={on}" for name, on in sorted(self.switches.items()))
        return hashlib.sha256(f"{self.text}\n{switches}".encode()).hexdigest()

    @property
    def classes_used(self) -> set[str]:
        """The classes of every indicator and factor declared."""
        return {i.indicator_class for i in self.indicators.values()} | {
            f.factor_class for f in self.factors.values()
        }

    def switched(self, *, hardship: bool) -> Formula:
        """The same formula with class B counted or not, to show its effect."""
        return replace(self, switches={**self.switches, HARDSHIP: hardship})

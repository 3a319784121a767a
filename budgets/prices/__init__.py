"""The price of a point: a declarative document that a national council adopts. Read here, with every fault told at once.

Exact numbers only, by the formula engine's own readers. It refuses a price whose wage is below its wage floor, a floor
without its source and year, and a total that its parts do not add up to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from budgets.formula.fields import FieldReader
from budgets.formula.problems import FormulaInvalid, Problem
from budgets.formula.reading import Node, read_document

_FOLDER = Path(__file__).resolve().parent
MOST_PENCE = 100_000_000  # a week: what fits every sum of an award many times over
_REQUIRED = (
    "price",
    "version",
    "title",
    "summary",
    "since",
    "minutes_a_point",
    "wage_floor",
    "hour",
    "price_pence",
    "references",
)


@dataclass(frozen=True)
class Reference:
    """Where a figure comes from."""

    code: str
    title: str
    publisher: str
    address: str


@dataclass(frozen=True)
class WageFloor:
    """The least that an hour of work may be expected to be paid, in pence, and who says so."""

    pence_an_hour: int
    name: str
    year: str
    reference: str


@dataclass(frozen=True)
class PartOfHour:
    """One part of what an hour costs, in pence. The part called `wage` is what the worker is paid for it."""

    code: str
    pence: int
    covers: str
    reference: str


@dataclass(frozen=True)
class Component:
    """A published sum on top of the points: `pence` a week for each of its unit, at most so many of them."""

    code: str
    title: str
    unit: str
    most: int
    pence: int
    why: str
    reference: str


@dataclass(frozen=True)
class Price:
    """A price document. `price_pence` is what one point is worth a week, before the area's cost factor."""

    slug: str
    version: str
    title: str
    summary: str
    illustrative: bool
    since: date
    minutes_a_point: int
    wage_floor: WageFloor
    hour: tuple[PartOfHour, ...]
    price_pence: int
    components: Mapping[str, Component]
    references: Mapping[str, Reference]
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def wage_pence(self) -> int:
        """Pay for an hour."""
        return next(part.pence for part in self.hour if part.code == "wage")

    @property
    def hour_pence(self) -> int:
        return sum(part.pence for part in self.hour)


def built_in(slug: str) -> Price:
    """A price that the product carries. LookupError for any other slug."""
    path = _FOLDER / f"{slug}.yaml"
    if path.parent != _FOLDER or not path.is_file():
        raise LookupError(f"no built-in price is called “{slug}”")
    return load(path.read_text(encoding="utf-8"), source=path.name)


def load(text: str, *, source: str = "") -> Price:
    """Reads a price document. Raises FormulaInvalid with everything that is wrong with it."""
    reader = _PriceReader()
    price = reader.price(read_document(text, source=source), text)
    if reader.problems or price is None:
        raise FormulaInvalid(reader.problems, source=source)
    return price


class _PriceReader(FieldReader):
    def pence(self, node: Node | None, *, least: int = 0) -> int:
        return self.whole(node, default=least, least=least, most=MOST_PENCE)

    def price(self, root: Node, text: str) -> Price | None:
        fields = self.fields(root, required=_REQUIRED, optional=["illustrative", "components"])
        floor = self._floor(fields.get("wage_floor"))
        hour = self._hour(fields.get("hour"))
        components = self._components(fields.get("components"))
        references = self._references(fields.get("references"))
        since = self.day(fields.get("since"))
        price = Price(
            slug=self.slug(fields.get("price")),
            version=self.text(fields.get("version")),
            title=self.text(fields.get("title")),
            summary=self.text(fields.get("summary")),
            illustrative=self.yes(fields.get("illustrative")),
            since=since or date.min,
            minutes_a_point=self.whole(
                fields.get("minutes_a_point"), default=60, least=1, most=10_080
            ),
            wage_floor=floor,
            hour=hour,
            price_pence=self.pence(fields.get("price_pence"), least=1),
            components=components,
            references=references,
            text=text,
        )
        self.check_cited(references)
        if not self.problems:
            self._check_sums(price, fields)
        return None if self.problems else price

    def _check_sums(self, price: Price, fields: Mapping[str, Node]) -> None:
        if price.wage_pence < price.wage_floor.pence_an_hour:
            message = (
                f"the wage is {price.wage_pence} pence an hour, below the wage floor of "
                f"{price.wage_floor.pence_an_hour} ({price.wage_floor.name})"
            )
            self.problem(_inner(fields["hour"], "wage"), "below_wage_floor", message)
        worth = Fraction(price.hour_pence * price.minutes_a_point, 60)
        if worth != price.price_pence:
            message = (
                f"the parts of an hour add up to {price.hour_pence} pence, so {price.minutes_a_point} minutes are "
                f"worth {worth}, not {price.price_pence}"
            )
            self.problem(fields["price_pence"], "not_the_sum", message)

    def _floor(self, node: Node | None) -> WageFloor:
        fields = (
            self.fields(node, required=["pence_an_hour", "name", "year", "reference"])
            if node
            else {}
        )
        return WageFloor(
            pence_an_hour=self.pence(fields.get("pence_an_hour"), least=1),
            name=self.text(fields.get("name")),
            year=self.text(fields.get("year")),
            reference=self.reference(fields.get("reference")),
        )

    def _hour(self, node: Node | None) -> tuple[PartOfHour, ...]:
        if node is None:
            return ()
        entries = self.entries(node)
        if "wage" not in entries:
            self.problem(node, "missing_key", "“wage” is missing: what the worker is paid")
        parts = []
        for code, inner in entries.items():
            fields = self.fields(inner, required=["pence", "covers", "reference"])
            parts.append(
                PartOfHour(
                    code,
                    self.pence(fields.get("pence")),
                    self.text(fields.get("covers")),
                    self.reference(fields.get("reference")),
                )
            )
        return tuple(parts)

    def _components(self, node: Node | None) -> dict[str, Component]:
        found = {}
        for code, inner in (self.entries(node) if node else {}).items():
            fields = self.fields(
                inner, required=["title", "unit", "most", "pence", "why", "reference"]
            )
            found[code] = Component(
                code=code,
                title=self.text(fields.get("title")),
                unit=self.text(fields.get("unit")),
                most=self.whole(fields.get("most"), default=1, least=1, most=168),
                pence=self.pence(fields.get("pence"), least=1),
                why=self.text(fields.get("why")),
                reference=self.reference(fields.get("reference")),
            )
        return found

    def _references(self, node: Node | None) -> dict[str, Reference]:
        # Their names hold dashes: they are cited by hand, and are no indicators.
        found = {}
        for code, inner in ((self.mapping(node) if node else None) or {}).items():
            fields = self.fields(inner, required=["title", "publisher"], optional=["address"])
            address = self.text(fields.get("address")) if "address" in fields else ""
            found[code] = Reference(
                code, self.text(fields.get("title")), self.text(fields.get("publisher")), address
            )
        return found


def _inner(node: Node, key: str) -> Node:
    return node.value[key] if isinstance(node.value, dict) else node


__all__ = [
    "Component",
    "FormulaInvalid",
    "PartOfHour",
    "Price",
    "Problem",
    "Reference",
    "WageFloor",
    "built_in",
    "load",
]

"""Why an area gets what it gets, step by step from an equal amount a head to its allocation.

Each step says by how many pence it moves the amount; the steps add up exactly. The `kind` of a step
is a stable code that pages translate; the words in it are the formula's own. Says also what was
never asked. Works for every level; computes nothing that `compute` did not already decide.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from .document import Stream
from .exact import divide_half_even, format_decimal
from .expressions import Expression, Vector
from .result import Result, Row

NEVER_ASKED = (
    "income",
    "savings",
    "property",
    "tenure",
    "house prices",
    "council tax",
    "immigration status",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the waterfall.

    `kind`: equal_per_head, indicator, cost, damping, rounding. `value` is the area's count and
    `points` its weight where the step is one indicator times a number; all numbers are decimal
    text. `change_pence` moves the running amount to `amount_pence`.
    """

    kind: str
    name: str
    label: str
    change_pence: int
    amount_pence: int
    indicator_class: str = ""
    unit: str = ""
    value: str = ""
    points: str = ""
    contribution: str = ""
    reference: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class StreamExplanation:
    """One stream's waterfall for the area."""

    code: str
    title: str
    held_by: str
    amount_pence: int
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything behind one area's allocation, ready for JSON."""

    code: str
    name: str
    level: str
    population: int | None
    need: str
    share: str
    amount_pence: int
    pot_pence: int
    formula: str
    version: str
    formula_sha256: str
    result_sha256: str
    hardship_counted: bool
    illustrative: bool
    streams: list[StreamExplanation]
    never_asked: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Plain lists, dicts, text and integers."""
        return asdict(self)


def explain(result: Result, code: str, *, level: str = "") -> Explanation:
    """Explain one area; `level` only when two levels use the same code. KeyError when unknown."""
    name, row, members = _find(result, code, level)
    formula = result.formula
    return Explanation(
        code=row.code,
        name=row.name,
        level=name,
        population=row.population,
        need=format_decimal(row.need, 6),
        share=format_decimal(row.share, formula.apportionment.share_decimals),
        amount_pence=row.amount_pence,
        pot_pence=result.pot,
        formula=formula.slug,
        version=formula.version,
        formula_sha256=formula.sha256,
        result_sha256=result.digest,
        hardship_counted="B" in formula.classes_used and formula.hardship_on,
        illustrative=formula.illustrative,
        streams=[
            _Waterfall(result, stream, name, row, members).explain() for stream in formula.streams
        ],
        never_asked=[] if "C" in formula.classes_used else list(NEVER_ASKED),
    )


def _find(result: Result, code: str, level: str) -> tuple[str, Row, list[int]]:
    """The area, its level, and the table rows it consists of."""
    levels = [level] if level else list(reversed(result.levels))
    names = result.formula.areas.levels
    for name in levels:
        for row in result.levels[name]:
            if row.code == code:
                height = len(names) - 1 - names.index(name)
                own = result.areas.codes if not height else result.areas.above[height - 1].codes
                return name, row, [i for i, c in enumerate(own) if c == code]
    raise KeyError(code)


@dataclass(frozen=True)
class Term:
    """One thing that a stream counts: its column, and what that comes to in the nation."""

    expression: Expression
    vector: Vector
    total: Fraction


@dataclass(frozen=True)
class Whole:
    """What all explanations of a stream have in common: its terms, and the nation's need before and after its costs."""

    plain: Fraction
    costed: Fraction
    weights: Vector
    terms: list[Term]


def whole_of(result: Result, stream: Stream) -> Whole:
    """Works out a stream's columns. It takes as long as an explanation of every area: ask `Result.wholes` instead."""
    needs = result.needs
    weights = needs.weights(stream)
    plain, costed = needs.everywhere(stream.need).total(), weights.total()
    if result.formula.apportionment.shares == "absolute":
        plain = costed = Fraction(1)
    terms = []
    if plain and costed:
        for expression in stream.need.terms():
            vector = needs.everywhere(expression)
            terms.append(Term(expression, vector, vector.total()))
    return Whole(plain, costed, weights, terms)


class _Waterfall:
    def __init__(
        self, result: Result, stream: Stream, level: str, row: Row, members: list[int]
    ) -> None:
        self.result, self.stream, self.row, self.members = result, stream, row, members
        self.level = level
        self.pence = row.streams[stream.code]
        self.pot = next(s.amount_pence for s in result.streams if s.code == stream.code)
        self.running = Fraction(0)
        self.steps: list[Step] = []

    def explain(self) -> StreamExplanation:
        stream, whole = self.stream, self.result.wholes[self.stream.code]
        if whole.plain and whole.costed:
            if self.result.formula.apportionment.shares != "absolute":
                self.add_equal_per_head()
            for term in whole.terms:
                self.add_term(term, whole.plain)
            weighted = self.ours(whole.weights)
            self.add("cost", "cost", ", ".join(stream.cost), self.pot * weighted / whole.costed)
        elsewhere = stream.bounds and stream.bounds.level != self.level
        for line in self.result.damping:
            if line.stream == stream.code and line.code == self.row.code and not elsewhere:
                self.add("damping", line.held_by, "", line.bounded_pence)
        last = "damping" if elsewhere else "rounding"  # bounds of another level reach this one
        self.add(last, last, "", Fraction(self.pence))
        return StreamExplanation(stream.code, stream.title, stream.held_by, self.pence, self.steps)

    def ours(self, vector: Vector) -> Fraction:
        total = sum(vector.numbers[i] for i in self.members)
        return Fraction(total, vector.denominator)

    def part(self) -> Fraction:
        """The area's part of the population (or of the areas, where there is no population)."""
        people = self.result.needs.population
        if people:
            return Fraction(sum(people[i] for i in self.members), sum(people))
        return Fraction(len(self.members), len(self.result.areas))

    def add_equal_per_head(self) -> None:
        self.add("equal_per_head", "equal_per_head", "", self.pot * self.part())

    def add_term(self, term: Term, plain: Fraction) -> None:
        """What one term brings the area beyond an equal amount a head of the term's money.

        Absolute shares have no equal start: there the term brings all of its money.
        """
        formula, names = self.result.formula, term.expression.names()
        absolute = formula.apportionment.shares == "absolute"
        everywhere = Fraction(0) if absolute else term.total
        ours = self.ours(term.vector)
        change = self.pot * (ours - self.part() * everywhere) / plain
        indicators = [name for name in names if name in formula.indicators]
        details: dict[str, str] = {}
        if indicators:
            details = self.describe(term.expression, indicators)
        self.add(
            "indicator",
            "+".join(names) or "constant",
            details.pop("label", ""),
            self.running + change,
            contribution=format_decimal(ours, 4),
            **details,
        )

    def describe(self, term: Expression, names: list[str]) -> dict[str, str]:
        formula = self.result.formula
        indicators = [formula.indicators[name] for name in names]
        details = {
            "label": " × ".join(i.counts for i in indicators),
            "indicator_class": max(i.indicator_class for i in indicators),
        }
        quantities = [p.quantity or formula.values.get(p.name) for p in term.parts]
        weights = [quantity for quantity in quantities if quantity]
        if len(names) == 1:
            counted = self.result.needs.everywhere(
                Expression("name", term.line, term.key, name=names[0])
            )
            details |= {"unit": indicators[0].unit, "value": format_decimal(self.ours(counted), 4)}
        if len(names) == 1 and len(weights) == 1 and len(term.parts) == 2:
            details |= {
                "points": format_decimal(weights[0].value, 6),
                "reference": weights[0].reference,
                "note": weights[0].note,
            }
        return details

    def add(self, kind: str, name: str, label: str, amount: Fraction, **details: str) -> None:
        """Move the running amount to `amount`; nothing is told when nothing moves, but a start is."""
        before = self.steps[-1].amount_pence if self.steps else 0
        after = divide_half_even(amount.numerator, amount.denominator)
        self.running = amount
        if after == before and kind in {"cost", "damping", "rounding"}:
            return
        self.steps.append(Step(kind, name, label, after - before, after, **details))

"""Brings a formula and a table together: each stream's exact need in every area.

Refuses data the formula cannot use, told by line and column: blank, negative or unreadable cells,
labels without a cost factor, factors that are not above zero, and needs that come out negative.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from math import lcm

from .areas import AreaTable
from .document import Factor, Formula, Stream
from .expressions import MOST_BITS, CannotEvaluate, Expression, Value, Vector, evaluate
from .problems import AreasInvalid, Problem


class Needs:
    """Evaluates a formula's expressions over one table; each column is read once.

    `most_bits`, if given, is how long a common denominator may grow on the way.
    """

    def __init__(self, formula: Formula, areas: AreaTable, *, most_bits: int = MOST_BITS) -> None:
        self.formula, self.areas, self.most_bits = formula, areas, most_bits
        self._known: dict[str, Value | None] = {}
        self.columns_used: dict[str, list[object]] = {}

    def read_everything(self) -> None:
        """Read every indicator and factor now, so that all bad rows are told together."""
        problems: set[Problem] = set()
        names = {name for stream in self.formula.streams for name in stream.need.names()}
        names |= {name for stream in self.formula.streams for name in stream.cost}
        for name in [*self.formula.indicators, *self.formula.factors]:
            if name in names:
                try:
                    self.value(name)
                except AreasInvalid as error:
                    problems.update(error.problems)
        try:
            _ = self.population
        except AreasInvalid as error:
            problems.update(error.problems)
        if problems:
            raise AreasInvalid(problems)

    def value(self, name: str) -> Value | None:
        """An indicator, value or factor by name; None for class B when hardship is off."""
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> Value | None:
        formula = self.formula
        if name in formula.values:
            return formula.values[name].value
        if name in formula.factors:
            return self._factor(formula.factors[name])
        indicator = formula.indicators[name]
        if indicator.indicator_class == "B" and not formula.hardship_on:
            return None
        column = self.areas.column(
            indicator.column,
            blank_is_zero=indicator.blank_is_zero,
            may_be_negative=indicator.may_be_negative,
        )
        self.columns_used[name] = [column.numbers, column.scale]
        return Vector(column.numbers, column.scale)

    def _factor(self, factor: Factor) -> Value:
        if factor.constant:
            return factor.constant.value
        if not factor.by_label:
            column = self.areas.column(factor.column)
            if min(column.numbers) <= 0:
                where = column.numbers.index(min(column.numbers))
                message = f"the cost factor of “{self.areas.codes[where]}” is not more than 0"
                raise AreasInvalid([self._row_problem(where, factor.column[0], message)])
            self.columns_used[factor.code] = [column.numbers, column.scale]
            return Vector(column.numbers, column.scale)
        labels = self.areas.labels(factor.column, weigh_by=self.formula.areas.population)
        self.columns_used[factor.code] = list(labels)
        fallback = factor.otherwise.value if factor.otherwise else None
        known = {label: quantity.value for label, quantity in factor.by_label.items()}
        problems = [
            self._row_problem(
                row, factor.column[0], f"the formula has no cost factor for “{label}”"
            )
            for row, label in enumerate(labels)
            if fallback is None and label not in known
        ]
        if problems:
            raise AreasInvalid(problems[:50])
        fallback = fallback or Fraction(1)
        scale = lcm(fallback.denominator, *(value.denominator for value in known.values()))
        scaled = {label: int(value * scale) for label, value in known.items()}
        otherwise = int(fallback * scale)
        return Vector([scaled.get(label, otherwise) for label in labels], scale)

    def evaluate(self, expression: Expression) -> Value | None:
        """An expression for every area. Raises `AreasInvalid` where it has no value."""
        try:
            return evaluate(
                expression, lambda node: self.value(node.name), most_bits=self.most_bits
            )
        except CannotEvaluate as error:
            where = f" in “{self.areas.codes[error.index]}”" if error.index >= 0 else ""
            message = (
                f"cannot work out {error.key} (line {error.line} of the formula){where}: {error}"
            )
            if error.index >= 0:
                problem = self._row_problem(error.index, error.key, message)
            else:
                problem = Problem(0, error.key, error.code, message)
            raise AreasInvalid([problem]) from error

    def everywhere(self, expression: Expression) -> Vector:
        """Like `evaluate`, as a column: constants repeated, switched-off terms as 0."""
        value = self.evaluate(expression)
        if isinstance(value, Vector):
            return value
        constant = value or Fraction(0)
        return Vector([constant.numerator] * len(self.areas), constant.denominator)

    def cost(self, stream: Stream) -> Expression:
        """The product of a stream's cost factors, as an expression (1 when it has none)."""
        factors = tuple(Expression("name", stream.line, "cost", name=name) for name in stream.cost)
        return Expression("product", stream.line, "cost", factors)

    def weights(self, stream: Stream) -> Vector:
        """Need × cost factors: what the stream is shared by. Never negative."""
        whole = Expression(
            "product", stream.line, stream.need.key, (stream.need, self.cost(stream))
        )
        vector = self.everywhere(whole)
        lowest = min(vector.numbers)
        if lowest < 0:
            row = vector.numbers.index(lowest)
            message = f"the need of “{self.areas.codes[row]}” comes out negative"
            raise AreasInvalid([self._row_problem(row, stream.need.key, message)])
        return vector

    @cached_property
    def population(self) -> list[int] | None:
        """People in each area; None when the formula names no population column."""
        if not self.formula.areas.population:
            return None
        column = self.areas.column(self.formula.areas.population)
        if column.scale != 1:
            row = next(i for i, n in enumerate(column.numbers) if n % column.scale)
            name = self.areas.find(self.formula.areas.population)
            raise AreasInvalid([self._row_problem(row, name, "population is a whole number")])
        self.columns_used["population"] = [column.numbers]
        return column.numbers

    def _row_problem(self, area: int, key: str, message: str) -> Problem:
        row = area if self.areas.members is None else list(self.areas.members).index(area)
        return Problem(self.areas.lines[row], key, "no_value", message)

"""Need as an expression: sums, products, ratios … of indicators and values, evaluated exactly.

An expression is worked out for all areas at once. A column of results is one list of integers over
one common denominator, so that no fraction object is made per cell. Refuses to divide by zero, and
results whose common denominator would not fit in memory.

Class B indicators that are switched off leave their term out: a product or ratio that contains one
disappears from the sum it stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm, prod

from .exact import divide_half_even, divide_half_up

# About 75 MB for one column; beyond it, a ratio must be rounded.
MOST_BITS = 600_000_000


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a document, with what it is measured in and where it comes from."""

    value: Fraction
    unit: str
    reference: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Vector:
    """One exact number an area: numbers[i] ÷ denominator."""

    numbers: list[int]
    denominator: int

    def at(self, index: int) -> Fraction:
        """The value of one area."""
        return Fraction(self.numbers[index], self.denominator)

    def whole_weights(self) -> list[int]:
        """The numbers alone, as small as one shared divisor quickly makes them."""
        if self.denominator.bit_length() > 2000:
            return self.numbers  # after a ratio of columns: finding the divisor would take longer
        shared = gcd(*self.numbers) or 1
        return [number // shared for number in self.numbers]

    def total(self) -> Fraction:
        """The sum over all areas."""
        return Fraction(sum(self.numbers), self.denominator)


Value = Vector | Fraction


class CannotEvaluate(ValueError):
    """The expression has no value for these areas; `index` is the first such area, or -1."""

    def __init__(
        self, message: str, *, key: str, line: int, index: int = -1, code: str = "no_value"
    ) -> None:
        super().__init__(message)
        self.key, self.line, self.index, self.code = key, line, index, code


@dataclass(frozen=True, slots=True)
class Expression:
    """A node of the tree. `op` is one of OPERATIONS, `name` or `value`."""

    op: str
    line: int
    key: str
    parts: tuple[Expression, ...] = ()
    name: str = ""
    quantity: Quantity | None = None
    decimals: int = 0
    half_up: bool = False

    def walk(self) -> Iterator[Expression]:
        """This node and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def names(self) -> list[str]:
        """The indicators, values and factors it refers to, in reading order, each once."""
        return list(dict.fromkeys(node.name for node in self.walk() if node.op == "name"))

    def terms(self) -> list[Expression]:
        """The expression as a list of things that are added up, for explanations.

        A product with a sum in it is opened: a × (b + c) is told as a × b and a × c. So is a ratio
        whose upper part is a sum.
        """
        if self.op == "sum":
            return [term for part in self.parts for term in part.terms()]
        if self.op == "product":
            for place, part in enumerate(self.parts):
                opened = part.terms()
                if len(opened) > 1:
                    before, after = self.parts[:place], self.parts[place + 1 :]
                    return [
                        replace(self, parts=(*before, *_factors(term), *after)) for term in opened
                    ]
        if self.op == "ratio":
            over, under = self.parts
            return [replace(self, parts=(term, under)) for term in over.terms()]
        return [self]


def _factors(term: Expression) -> tuple[Expression, ...]:
    return term.parts if term.op == "product" else (term,)


Lookup = Callable[[Expression], Value | None]


def evaluate(expression: Expression, lookup: Lookup, *, most_bits: int = MOST_BITS) -> Value | None:
    """The expression's value for every area, or None when it is switched off.

    `lookup` gives the value of a `name` node; `most_bits` is how long a common denominator may grow on the way.
    Raises `CannotEvaluate`, before it works out what would take too long.
    """
    if expression.op == "value":
        assert expression.quantity is not None  # noqa: S101 -- the parser makes no other kind
        return expression.quantity.value
    if expression.op == "name":
        return lookup(expression)
    values = [evaluate(part, lookup, most_bits=most_bits) for part in expression.parts]
    if expression.op == "sum":
        values = [value for value in values if value is not None]
        if not values:
            return None
    if any(value is None for value in values):
        return None
    present = [value for value in values if value is not None]
    _refuse_too_large(present, expression, most_bits)
    return OPERATIONS[expression.op](present, expression)


def _refuse_too_large(values: Sequence[Value], node: Expression, most_bits: int) -> None:
    """Looks at the denominator that the result will have, at least: working it out first could take minutes."""
    columns = [value for value in values if isinstance(value, Vector)]
    if not columns:
        return
    together = prod if node.op in {"product", "ratio"} else _lcm
    bits = together(column.denominator for column in columns).bit_length()
    if bits > most_bits or bits * len(columns[0].numbers) > MOST_BITS:
        message = "these ratios have no common denominator of a workable size; round them first"
        raise CannotEvaluate(message, key=node.key, line=node.line, code="too_heavy")


def _lcm(numbers: Iterable[int]) -> int:
    return lcm(*numbers)


def _add(values: Sequence[Value]) -> Value:
    constant = sum((v for v in values if isinstance(v, Fraction)), Fraction(0))
    vectors = [v for v in values if isinstance(v, Vector)]
    if not vectors:
        return constant
    common = lcm(constant.denominator, *(v.denominator for v in vectors))
    start = constant.numerator * (common // constant.denominator)
    numbers = [start] * len(vectors[0].numbers)
    for vector in vectors:
        step = common // vector.denominator
        numbers = [a + step * b for a, b in zip(numbers, vector.numbers, strict=True)]
    return Vector(numbers, common)


def _multiply(values: Sequence[Value], _: Expression | None = None) -> Value:
    constant = prod((v for v in values if isinstance(v, Fraction)), start=Fraction(1))
    vectors = [v for v in values if isinstance(v, Vector)]
    if not vectors:
        return constant
    numbers, denominator = vectors[0].numbers, vectors[0].denominator
    for vector in vectors[1:]:
        numbers = [a * b for a, b in zip(numbers, vector.numbers, strict=True)]
        denominator *= vector.denominator
    top, bottom = constant.numerator, constant.denominator * denominator
    shared = gcd(top, bottom)
    top, bottom = top // shared, bottom // shared
    return Vector(numbers if top == 1 else [top * a for a in numbers], bottom)


def _divide(values: Sequence[Value], node: Expression) -> Value:
    over, under = values
    if isinstance(under, Fraction):
        if not under:
            raise CannotEvaluate("division by zero", key=node.key, line=node.line)
        return _multiply([over, 1 / under])
    if 0 in under.numbers:
        index = under.numbers.index(0)
        raise CannotEvaluate("division by zero", key=node.key, line=node.line, index=index)
    common = 1
    for number in set(under.numbers):
        common = lcm(common, number)
        if common.bit_length() * len(under.numbers) > MOST_BITS:
            message = (
                "these ratios have no common denominator of a workable size; count in larger units"
            )
            raise CannotEvaluate(message, key=node.key, line=node.line, code="too_heavy")
    upside_down = Vector([under.denominator * (common // n) for n in under.numbers], common)
    return _multiply([over, upside_down])


def _subtract(values: Sequence[Value], _: Expression) -> Value:
    return _add([values[0], _multiply([values[1], Fraction(-1)])])


def _larger(values: Sequence[Value], _: Expression) -> Value:
    return _choose(values, max)


def _smaller(values: Sequence[Value], _: Expression) -> Value:
    return _choose(values, min)


def _choose(values: Sequence[Value], pick: Callable[..., int]) -> Value:
    vectors = [v for v in values if isinstance(v, Vector)]
    constants = [v for v in values if isinstance(v, Fraction)]
    if not vectors:
        chosen = pick(Fraction(v) for v in constants)
        return Fraction(chosen)
    common = lcm(*(v.denominator for v in values))
    columns = [[n * (common // v.denominator) for n in v.numbers] for v in vectors]
    fixed = [v.numerator * (common // v.denominator) for v in constants]
    return Vector([pick(*row, *fixed, row[0]) for row in zip(*columns, strict=True)], common)


def _total(values: Sequence[Value], node: Expression) -> Value:
    (value,) = values
    if isinstance(value, Fraction):
        message = "only something that differs between areas has a national total"
        raise CannotEvaluate(message, key=node.key, line=node.line)
    return value.total()


def _share(values: Sequence[Value], node: Expression) -> Value:
    total = _total(values, node)
    return _divide([values[0], total], node)


def _round(values: Sequence[Value], node: Expression) -> Value:
    (value,) = values
    divide = divide_half_up if node.half_up else divide_half_even
    scale = 10**node.decimals
    if isinstance(value, Fraction):
        return Fraction(divide(value.numerator * scale, value.denominator), scale)
    return Vector([divide(n * scale, value.denominator) for n in value.numbers], scale)


OPERATIONS: dict[str, Callable[[Sequence[Value], Expression], Value]] = {
    "sum": lambda values, _: _add(values),
    "product": _multiply,
    "ratio": _divide,
    "difference": _subtract,
    "larger": _larger,
    "smaller": _smaller,
    "total": _total,
    "share": _share,
    "round": _round,
}

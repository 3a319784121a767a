"""pot → streams → levels of areas: every step apportioned, every sum agreeing, to the penny.

Without bounds each level is shared out inside the one above it, so one more penny in the pot gives
exactly one stream, one local system and one neighbourhood a penny more, and takes from nobody (under
Sainte-Laguë). Where a stream is bounded, the bounded level is apportioned in one step over the whole
nation, the levels above are its sums, and the levels below are shared out inside it.

Refuses pots that break a promise: infeasible floors or caps, fixed amounts that do not fit, pots
that are not a whole number of units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from .apportion import NobodyToReceive, apportion, hamilton, sainte_lague
from .areas import AreaTable
from .damping import Infeasible, clip, solve_rate
from .document import HEAD_UNITS, Bounds, Formula, Stream
from .exact import divide_half_even, format_pounds
from .expressions import Vector
from .needs import Needs
from .problems import AreasInvalid, PotRefused, Problem
from .result import DampingRow, Result, Row, StreamResult


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of areas. `of_row` gives, for each table row, its area's place at this level."""

    name: str
    codes: list[str]
    names: list[str]
    of_row: Sequence[int]
    parent: list[int]  # place in the level above; empty at the top

    def sums(self, numbers: Sequence[int]) -> list[int]:
        """Row figures added up to this level."""
        totals = [0] * len(self.codes)
        for place, number in zip(self.of_row, numbers, strict=True):
            totals[place] += number
        return totals


def compute(formula: Formula, areas: AreaTable, *, pot: int) -> Result:
    """Share `pot` (pence) over `areas` by `formula`.

    Raises `AreasInvalid` for data the formula cannot use and `PotRefused` for a pot it cannot share.
    """
    if isinstance(pot, bool) or not isinstance(pot, int) or pot < 0:
        raise PotRefused(
            [Problem(0, "pot", "pot", "the pot is a whole number of pence, 0 or more")]
        )
    levels = _levels(formula, areas)
    needs = Needs(formula, areas)
    needs.read_everything()
    weights = {stream.code: needs.weights(stream) for stream in formula.streams}
    amounts, parts = _split(formula, pot)
    money: dict[str, list[list[int]]] = {}
    damping: list[DampingRow] = []
    for stream in formula.streams:
        sharing = _Sharing(formula, stream, needs, levels, weights[stream.code])
        money[stream.code] = sharing.share_out(amounts[stream.code])
        damping.extend(sharing.damping)
    shares = _shares(formula, weights, parts)
    return Result(
        formula=formula,
        areas=areas,
        pot=pot,
        streams=[
            StreamResult(
                code=stream.code,
                title=stream.title,
                held_by=stream.held_by,
                amount_pence=amounts[stream.code],
                rate_pence=_rate(formula, amounts[stream.code], weights[stream.code]),
            )
            for stream in formula.streams
        ],
        levels=_rows(levels, money, shares, needs.population),
        damping=damping,
        needs=needs,
    )


def _rate(formula: Formula, amount: int, weights: Vector) -> Fraction:
    if formula.apportionment.shares == "absolute":
        return Fraction(amount)
    return Fraction(amount) / (weights.total() or 1)


def _levels(formula: Formula, areas: AreaTable) -> list[_Level]:
    """Levels from the top down; areas above the rows stand in code order."""
    wanted = formula.areas.within
    if len(areas.above) < len(wanted):
        message = (
            f"the formula shares through {', '.join(formula.areas.levels)}, but the table does not "
            "say which area each row lies in"
        )
        raise AreasInvalid([Problem(0, "areas.within", "levels", message)])
    rows = range(len(areas))
    found = [_Level(formula.areas.rows.level, list(areas.codes), list(areas.names), rows, [])]
    for level, above in zip(wanted, areas.above, strict=False):
        names = dict(zip(above.codes, above.names, strict=True))
        codes = sorted(names)
        place = {code: i for i, code in enumerate(codes)}
        of_row = [place[code] for code in above.codes]
        below = found[-1]
        parents = dict(zip(below.of_row, of_row, strict=True))
        below.parent.extend(parents[i] for i in range(len(below.codes)))
        found.append(_Level(level.level, codes, [names[c] for c in codes], of_row, []))
    return found[::-1]


def _split(formula: Formula, pot: int) -> tuple[dict[str, int], dict[str, Fraction]]:
    """Each stream's pence, and its exact part of the pot."""
    unit = formula.apportionment.unit_pence
    fixed = {s.code: s.amount_pence for s in formula.streams if s.amount_pence is not None}
    left = pot - sum(fixed.values())
    shared = [stream for stream in formula.streams if stream.share]
    problem = ""
    if any(amount % unit for amount in (pot, *fixed.values())):
        problem = f"the pot and fixed amounts must be whole multiples of {format_pounds(unit)}"
    elif left < 0 or (left and not shared):
        total = format_pounds(sum(fixed.values()))
        problem = f"the streams' fixed amounts are {total}, the pot is {format_pounds(pot)}"
    if problem:
        raise PotRefused([Problem(0, "pot", "pot", problem)])
    quantities = [stream.share.value for stream in shared if stream.share]
    scale = lcm(*(q.denominator for q in quantities)) if quantities else 1
    whole = apportion(
        left // unit,
        [int(q * scale) for q in quantities],
        [stream.code for stream in shared],
        method=formula.apportionment.method,
    )
    amounts = {stream.code: units * unit for stream, units in zip(shared, whole, strict=True)}
    left_part = Fraction(left, pot) if pot else Fraction(1)
    parts = {s.code: q * left_part for s, q in zip(shared, quantities, strict=True)}
    for code, amount in fixed.items():
        amounts[code], parts[code] = amount, Fraction(amount, pot or 1)
    return amounts, parts


class _Sharing:
    """Shares one stream's money out over all levels."""

    def __init__(
        self, formula: Formula, stream: Stream, needs: Needs, levels: list[_Level], weights: Vector
    ) -> None:
        self.formula, self.stream, self.needs, self.levels = formula, stream, needs, levels
        self.method = formula.apportionment.method
        self.unit = formula.apportionment.unit_pence
        self.exact = weights
        self.weights = weights.whole_weights()
        self.by_level = [level.sums(self.weights) for level in levels]
        self.damping: list[DampingRow] = []

    def share_out(self, amount: int) -> list[list[int]]:
        """Pence for every area of every level, top level first."""
        if self.formula.apportionment.shares == "absolute":
            rows = [
                divide_half_even(n * amount, self.exact.denominator * self.unit) * self.unit
                for n in self.exact.numbers
            ]
            return [level.sums(rows) for level in self.levels]
        try:
            units = self._share_units(amount // self.unit)
        except NobodyToReceive as error:
            raise PotRefused(
                [Problem(self.stream.line, self.stream.need.key, "nobody", str(error))]
            ) from error
        return [[value * self.unit for value in level] for level in units]

    def _share_units(self, pot: int) -> list[list[int]]:
        bounds = self.stream.bounds
        names = [level.name for level in self.levels]
        start = names.index(bounds.level) if bounds else 0
        level = self.levels[start]
        if bounds:
            here = self._bounded(pot, start, bounds)
        else:
            here = apportion(pot, self.by_level[start], level.codes, method=self.method)
        above: list[list[int]] = []
        below = here
        for upper, lower in zip(
            reversed(self.levels[:start]), reversed(self.levels[: start + 1]), strict=False
        ):
            sums = [0] * len(upper.codes)
            for place, value in zip(lower.parent, below, strict=True):
                sums[place] += value
            above.insert(0, sums)
            below = sums
        found = [*above, here]
        for depth in range(start + 1, len(self.levels)):
            found.append(self._inside(depth, found[-1]))
        return found

    def _inside(self, depth: int, amounts: list[int]) -> list[int]:
        """Share each area's amount out among the areas inside it."""
        level, weights = self.levels[depth], self.by_level[depth]
        children: list[list[int]] = [[] for _ in amounts]
        for index, parent in enumerate(level.parent):
            children[parent].append(index)
        found = [0] * len(level.codes)
        for amount, inside in zip(amounts, children, strict=True):
            ours = [weights[i] for i in inside]
            if amount and not any(ours):
                ours = [1] * len(inside)  # a floor gave money where there is no need at all
            codes = [level.codes[i] for i in inside]
            for i, value in zip(
                inside, apportion(amount, ours, codes, method=self.method), strict=True
            ):
                found[i] = value
        return found

    def _bounded(self, pot: int, depth: int, bounds: Bounds) -> list[int]:
        level, targets = self.levels[depth], self.by_level[depth]
        floors, caps = self._limits(pot, depth, bounds)
        try:
            rate = solve_rate(pot, targets, floors, caps)
        except Infeasible as error:
            raise PotRefused([self._infeasible(error, pot, level, bounds)]) from error
        exact = clip(rate, targets, floors, caps)
        total = sum(targets) or 1
        for i, amount in enumerate(exact):
            held = "floor" if amount > rate * targets[i] else ""
            held = "cap" if amount < rate * targets[i] else held
            undamped = Fraction(pot * targets[i], total) * self.unit
            self.damping.append(
                DampingRow(
                    self.stream.code, level.codes[i], level.names[i], undamped,
                    amount * self.unit, held,
                )
            )  # fmt: skip
        if self.method == "hamilton":
            quotas = [(amount.numerator, amount.denominator) for amount in exact]
            return hamilton(quotas, pot, targets, level.codes)
        lower = [floor.numerator // floor.denominator for floor in floors]
        upper = [None if cap is None else -(-cap.numerator // cap.denominator) for cap in caps]
        return sainte_lague(pot, targets, level.codes, rate=rate, lower=lower, upper=upper)

    def _limits(
        self, pot: int, depth: int, bounds: Bounds
    ) -> tuple[list[Fraction], list[Fraction | None]]:
        """The highest floor and the lowest cap of each area, in units of the pot."""
        level, count = self.levels[depth], len(self.levels[depth].codes)
        floors = [Fraction(0)] * count
        caps: list[Fraction | None] = [None] * count
        for limit in bounds.limits:
            base: list[Fraction]
            each = {"at_least": Fraction(1), "at_most": Fraction(1)}
            if limit.of == "baseline":
                column = self.needs.areas.column(limit.column)
                self.needs.columns_used[f"{limit.key} {limit.column[0]}"] = [
                    column.numbers,
                    column.scale,
                ]
                scale = Fraction(limit.pence_each, column.scale * self.unit)
                base = [number * scale for number in level.sums(column.numbers)]
            elif limit.of == "head":
                people = self.needs.population or []
                base = [Fraction(number, self.unit) for number in level.sums(people)]
                for end, quantity in (("at_least", limit.at_least), ("at_most", limit.at_most)):
                    each[end] = Fraction(HEAD_UNITS[quantity.unit] if quantity else 1)
            else:
                total = sum(self.by_level[depth]) or 1
                base = [Fraction(pot * weight, total) for weight in self.by_level[depth]]
            if limit.at_least:
                times = limit.at_least.value * each["at_least"]
                floors = [max(a, b * times) for a, b in zip(floors, base, strict=True)]
            if limit.at_most:
                times = limit.at_most.value * each["at_most"]
                caps = [
                    b * times if a is None else min(a, b * times)
                    for a, b in zip(caps, base, strict=True)
                ]
        return floors, caps

    def _infeasible(self, error: Infeasible, pot: int, level: _Level, bounds: Bounds) -> Problem:
        money = format_pounds(int(error.bound * self.unit))
        have = format_pounds(pot * self.unit)
        if error.kind == "floors":
            said = f"the floors alone come to {money}, more than the {have} there is"
        elif error.kind == "caps":
            said = f"the caps allow only {money} of the {have} to be handed out"
        else:
            said = f"the floor of “{level.codes[error.index]}” ({money}) is above its cap"
        return Problem(bounds.line, bounds.key, "infeasible", f"these bounds cannot be met: {said}")


def _shares(
    formula: Formula, weights: dict[str, Vector], parts: dict[str, Fraction]
) -> tuple[list[int], int]:
    """Every row's exact share of the pot over all streams, over one denominator."""
    scaled: list[tuple[list[int], Fraction]] = []
    for stream in formula.streams:
        vector, part = weights[stream.code], parts[stream.code]
        if formula.apportionment.shares == "absolute":
            scaled.append((vector.numbers, part / vector.denominator))
        else:
            numbers = vector.whole_weights()
            scaled.append((numbers, part / (sum(numbers) or 1)))
    denominator = lcm(*(each.denominator for _, each in scaled))
    total = [0] * len(scaled[0][0])
    for numbers, each in scaled:
        step = each.numerator * (denominator // each.denominator)
        total = [a + step * b for a, b in zip(total, numbers, strict=True)]
    return total, denominator


def _rows(
    levels: list[_Level],
    money: dict[str, list[list[int]]],
    shares: tuple[list[int], int],
    population: list[int] | None,
) -> dict[str, list[Row]]:
    numbers, denominator = shares
    everyone = sum(population) if population else len(numbers)
    handed_out = sum(numbers) or 1
    found: dict[str, list[Row]] = {}
    for depth, level in enumerate(levels):
        share = level.sums(numbers)
        people = level.sums(population) if population else None
        heads = people or level.sums([1] * len(numbers))
        above = levels[depth - 1].codes if depth else []
        rows = []
        for i, code in enumerate(level.codes):
            streams = {stream: by_level[depth][i] for stream, by_level in money.items()}
            rows.append(
                Row(
                    code=code,
                    name=level.names[i],
                    parent=above[level.parent[i]] if above else "",
                    amount_pence=sum(streams.values()),
                    streams=streams,
                    population=people[i] if people else None,
                    share_parts=(share[i], denominator),
                    need_parts=(share[i] * everyone, handed_out * heads[i]) if heads[i] else (0, 1),
                )
            )
        found[level.name] = rows
    return found

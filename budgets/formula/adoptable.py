"""May this formula ever pay anyone? The constitution's rules for formulas, as a check.

A document that fails here can still be evaluated, to compare with a published table; it can never
be adopted. The rules: no measure of means (class C), hardship (class B) only where it can be
switched off and never counts against anybody, no penny lost, dates on everything that ends. And
nobody should wait minutes for a formula in force: one that is too heavy is refused here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .areas import AreaTable
from .document import HARDSHIP, Formula, Indicator
from .expressions import Expression
from .heaviness import too_heavy
from .problems import Problem

# Words of means that have no place in a class A indicator. It catches a slip, not a liar: the
# class of an indicator is decided by the people who adopt it, in public.
_MEANS = re.compile(
    r"income|earning|wage|wealth|saving|asset|tenure|owner.?occup|council.?tax|tax.?base|"
    r"house.?price|property|benefit|deprivation",
    re.IGNORECASE,
)


def check(formula: Formula, *, adoptable: bool, areas: AreaTable | None = None) -> list[Problem]:
    """Everything still wrong with a formula that could be read.

    Without `adoptable` a formula that `load` accepted has no problems left. With `areas`, the figures that it is meant
    for, it is also tried how large its numbers grow over them; without, only how long it is.
    """
    return check_adoptable(formula, areas) if adoptable else []


def check_adoptable(formula: Formula, areas: AreaTable | None = None) -> list[Problem]:
    """Why this formula may not be adopted, in line order; empty when it may."""
    constitution = [*_means(formula), *_hardship(formula), *_money(formula), *_dates(formula)]
    return sorted([*constitution, *too_heavy(formula, areas)])


def _means(formula: Formula) -> Iterator[Problem]:
    for indicator in formula.indicators.values():
        key = f"indicators.{indicator.code}"
        if indicator.indicator_class == "C":
            message = "measures means (class C); no adopted formula may ask for means"
            yield Problem(indicator.line, key, "class_c", message)
        elif indicator.indicator_class == "A" and (found := _sounds_like_means(indicator)):
            message = f"“{found}” is not need: this is class B (hardship) or class C (means)"
            yield Problem(indicator.line, key, "means_in_disguise", message)
    for factor in formula.factors.values():
        if factor.factor_class == "C":
            message = "measures means (class C); no adopted formula may ask for means"
            yield Problem(factor.line, f"factors.{factor.code}", "class_c", message)


def _sounds_like_means(indicator: Indicator) -> str:
    found = _MEANS.search(" ".join([*indicator.column, indicator.counts]))
    return found[0] if found else ""


def _hardship(formula: Formula) -> Iterator[Problem]:
    hardship = {c for c, i in formula.indicators.items() if i.indicator_class == "B"}
    if hardship and HARDSHIP not in formula.switches:
        first = min(formula.indicators[code].line for code in hardship)
        message = "class B is used, so “switches: {hardship: on}” (or off) must be there"
        yield Problem(first, "switches", "no_switch", message)
    for stream in formula.streams:
        for node, counts_against in _signed(stream.need, formula, False):
            if counts_against and node.op == "name" and node.name in formula.indicators:
                kind = "hardship" if node.name in hardship else "need"
                message = f"“{node.name}” ({kind}) lowers what an area gets; more {kind} never may"
                yield Problem(node.line, node.key, "counts_against", message)


def _signed(node: Expression, formula: Formula, against: bool) -> Iterator[tuple[Expression, bool]]:
    """Each node of a need, with whether more of it could lower the result.

    A national total is left out: dividing by it turns counts into shares. A ratio's divisor counts
    against, except for populations, which turn a count into a rate.
    """
    yield node, against
    if node.op == "total":
        return
    flips = node.op == "product" and _negative_constants(node, formula) % 2
    for place, part in enumerate(node.parts):
        turned = flips or (node.op in {"ratio", "difference"} and place == 1)
        if node.op == "ratio" and place == 1 and _is_population(part, formula):
            continue
        yield from _signed(part, formula, against != bool(turned))


def _negative_constants(node: Expression, formula: Formula) -> int:
    count = 0
    for part in node.parts:
        quantity = part.quantity or formula.values.get(part.name)
        count += bool(quantity and quantity.value < 0)
    return count


def _is_population(node: Expression, formula: Formula) -> bool:
    indicator = formula.indicators.get(node.name)
    return bool(indicator and indicator.column == formula.areas.population)


def _money(formula: Formula) -> Iterator[Problem]:
    apportionment = formula.apportionment
    if apportionment.shares == "absolute":
        message = "absolute shares are rounded one by one and lose money; use “of_pot”"
        yield Problem(apportionment.line, "apportionment.shares", "loses_money", message)


def _dates(formula: Formula) -> Iterator[Problem]:
    if formula.effective_from is None:
        message = "an adopted formula says from when it holds: “effective: {from: …}”"
        yield Problem(1, "effective", "no_dates", message)
    for stream in formula.streams:
        bounds = stream.bounds
        if not bounds or not bounds.ends_on:
            continue
        ends = formula.effective_until
        if ends is None or ends > bounds.ends_on:
            message = (
                f"the formula must end (“effective: until”) by {bounds.ends_on}, when this does"
            )
            yield Problem(bounds.line, f"{bounds.key}.ends_on", "outlives_damping", message)

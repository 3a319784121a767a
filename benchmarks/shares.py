"""England's shares by the formula engine, beside the same formula as bare numpy in binary floats.

numpy is faster and inexact: it is the yardstick for speed here, never a way to pay anybody. It is given more than the
engine is (which area each row lies in, and the cost factors), and does less: one level, pence that do not add up,
nothing checked, nothing kept to explain.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure, Size, in_turns, under, worked
from budgets import formula as engine
from budgets.formula.expressions import Expression
from neighbourhoods.area_files.country import ENGLAND

CARRIED = ENGLAND / "neighbourhoods.csv.gz"
POT = 39_000_000_000_00  # pence


class BareFormula:
    """A formula's shares in binary floats, one array operation a term. Knows only sums and products."""

    def __init__(self, formula: engine.Formula, areas: engine.AreaTable) -> None:
        import numpy

        self.np: Any = numpy
        self.formula, self.areas = formula, areas
        self.columns: dict[str, Any] = {}
        for code, factor in formula.factors.items():
            ratios = {label: float(ratio.value) for label, ratio in factor.by_label.items()}
            otherwise = float(factor.otherwise.value) if factor.otherwise else 1.0
            labels = areas.labels(factor.column, weigh_by=formula.areas.population)
            self.columns[code] = numpy.array([ratios.get(label, otherwise) for label in labels])

    def read(self) -> None:
        """Turns the indicators' cells into floats, and adds small areas up."""
        for code, indicator in self.formula.indicators.items():
            cells = self.areas.cells[self.areas.find(indicator.column)]
            numbers = self.np.array([float(cell or 0) for cell in cells])
            if self.areas.members is not None:
                numbers = self.np.bincount(self.areas.members, weights=numbers)
            self.columns[code] = numbers

    def pence(self, pot: int) -> Any:
        """Every area's pence, rounded each for itself: they need not add up to the pot."""
        total = self.np.zeros(len(self.areas))
        for stream in self.formula.streams:
            need = self._value(stream.need)
            for factor in stream.cost:
                need = need * self.columns[factor]
            assert stream.share is not None  # noqa: S101 -- true of the formula measured here
            total += need / need.sum() * (float(stream.share.value) * pot)
        return self.np.rint(total)

    def _value(self, node: Expression) -> Any:
        if node.op == "value":
            assert node.quantity is not None  # noqa: S101 -- the parser makes no other kind
            return float(node.quantity.value)
        if node.op == "name":
            return self.columns[node.name]
        first, *rest = (self._value(part) for part in node.parts)
        for part in rest:
            first = first + part if node.op == "sum" else first * part
        return first


def measure(size: Size, *, small_areas: Path | None) -> list[Figure]:
    """The calculation alone, on the figures that the product carries and on the small areas they are made from."""
    figures = _of(CARRIED, "6,856 neighbourhoods", turns=size.turns)
    if small_areas is not None:
        figures += _of(small_areas, "33,755 small areas", turns=size.turns)
    return figures


def _of(path: Path, words: str, *, turns: int) -> list[Figure]:
    formula = engine.built_in("england")
    tables = [engine.read_areas(formula, path) for _ in range(turns)]
    bare = BareFormula(formula, tables[0])

    def compute(areas: engine.AreaTable) -> float:
        return worked(lambda: engine.compute(formula, areas, pot=POT))

    def compute_bare() -> float:
        return worked(lambda: bare.pence(POT))

    def read_bare() -> float:
        return worked(bare.read) + compute_bare()

    # A table keeps the numbers it has read: its first calculation reads them, the second one does not.
    unread = iter(tables)
    whole, bare_whole = in_turns(lambda: compute(next(unread)), read_bare, turns=turns)
    alone, bare_alone = in_turns(lambda: compute(tables[0]), compute_bare, turns=turns)
    astray = abs(POT - int(bare.pence(POT).sum()))
    wanted, is_met = under(1, alone)
    return [
        Figure(
            part="Shares of England",
            what=f"{words}: the calculation alone, exact, every level adding up",
            ours=f"{alone:.3f} s",
            beside=f"numpy {bare_alone * 1000:.1f} ms, {astray:,} pence astray",
            ratio=bare_alone / alone,
            wanted=wanted,
            is_met=is_met,
        ),
        Figure(
            part="Shares of England",
            what=f"{words}: the same, from the text of a file's cells",
            ours=f"{whole:.3f} s",
            beside=f"numpy {bare_whole:.3f} s",
            ratio=bare_whole / whole,
        ),
    ]

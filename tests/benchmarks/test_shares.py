"""The bare formula that the engine is measured beside is the same formula: nearly the same pence, only not exact."""

from __future__ import annotations

import pytest

from budgets import formula as engine

numpy = pytest.importorskip("numpy")  # only the benchmarks' own lock has it

from benchmarks import shares  # noqa: E402


def test_numpy_gives_nearly_what_the_engine_gives() -> None:
    formula = engine.built_in("england")
    areas = engine.read_areas(formula, shares.CARRIED)
    bare = shares.BareFormula(formula, areas)
    bare.read()
    exact = [row.amount_pence for row in engine.compute(formula, areas, pot=shares.POT).rows]
    assert numpy.abs(bare.pence(shares.POT) - numpy.array(exact)).max() <= 5

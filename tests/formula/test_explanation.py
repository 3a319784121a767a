"""Every pence of an allocation can say why, at every level, and what was never asked."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.formula import compute, explain, load
from tests.formula.test_sharing import BEFORE, LIMITS, table_of, worlds
from tests.formula.worlds import NEED, SMALL, bounded, document, one_stream, table, three_streams


def check_adds_up(explanation, row):
    assert explanation.amount_pence == row.amount_pence
    assert sum(s.amount_pence for s in explanation.streams) == row.amount_pence
    for stream in explanation.streams:
        assert stream.amount_pence == row.streams[stream.code]
        running = 0
        for step in stream.steps:
            running += step.change_pence
            assert step.amount_pence == running
        assert running == stream.amount_pence


@given(worlds, st.integers(0, 10**9))
def test_steps_add_up_exactly(drawn, pot):
    result = compute(three_streams(), table_of(drawn), pot=pot)
    for rows in result.levels.values():
        check_adds_up(result.explain(rows[0].code), rows[0])


def test_each_line_says_what_was_counted_and_what_it_weighs():
    text = document(
        "factors:\n  pay: {column: pay, class: cost, unit: ratio, measures: pay, source: count}\n",
        "cost: [pay]\n",
        NEED,
    )
    result = compute(load(text), table(SMALL, pay=[2, 1, 1, 1, 1]), pot=10_000)
    explanation = result.explain("n1")
    (stream,) = explanation.streams
    assert [step.kind for step in stream.steps] == [
        "equal_per_head", "indicator", "indicator", "cost"
    ]  # fmt: skip
    start, lot, little, cost = stream.steps
    assert start.amount_pence == 1800  # 900 of 5,000 people
    assert (lot.name, lot.label, lot.value, lot.points, lot.contribution) == (
        "lot", "people limited a lot", "40.0000", "5.000000", "200.0000"
    )  # fmt: skip
    # lot brings 10,000 × (200 − 1,265 × 0.18) ÷ 1,836.25 = −150.85
    assert (lot.change_pence, lot.indicator_class, lot.unit, lot.reference) == (
        -151,
        "A",
        "people",
        "count",
    )
    # little: 10,000 × (112.5 − 571.25 × 0.18) ÷ 1,836.25 = 52.68
    assert little.amount_pence == 1702
    # with pay doubled: 10,000 × 625 ÷ 2,148.75
    assert cost.amount_pence == explanation.amount_pence == 2909
    assert "income" in explanation.never_asked
    assert explanation.hardship_counted is False
    json.dumps(explanation.as_dict())


@pytest.mark.parametrize("level", ["neighbourhood", "local"])
def test_damping_shows_as_its_own_line_and_at_other_levels(level):
    result = compute(bounded(LIMITS, level=level), table(SMALL, before=BEFORE), pot=1030)
    for rows in result.levels.values():
        for row in rows:
            explanation = result.explain(row.code)
            check_adds_up(explanation, row)
            kinds = [step.kind for step in explanation.streams[0].steps]
            assert len(kinds) == len(set(kinds) - {"indicator"}) + kinds.count("indicator")
    assert "damping" in [step.kind for step in result.explain("n4").streams[0].steps]


def test_a_code_used_at_two_levels_is_told_apart():
    rows = [("x", "x", 10, 1, 1), ("y", "x", 30, 3, 3)]
    result = compute(one_stream(), table(rows), pot=100)
    assert result.explain("x").amount_pence == 25
    assert explain(result, "x", level="local").amount_pence == 100
    with pytest.raises(KeyError):
        result.explain("z")

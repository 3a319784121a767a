"""pot → streams → local systems → neighbourhoods: conserved, monotone, bounded, reproducible."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.formula import AreasInvalid, AreaTable, PotRefused, compute, load
from tests.formula.worlds import (
    NEED,
    PEOPLE_HERE,
    SMALL,
    bounded,
    document,
    one_stream,
    table,
    three_streams,
)

counts = st.integers(0, 500)
worlds = st.lists(
    st.tuples(st.sampled_from(["east", "north", "west"]), st.integers(1, 3000), counts, counts),
    min_size=1,
    max_size=9,
).filter(lambda rows: any(lot for _, _, lot, _ in rows))
pots = st.integers(0, 10**9)


def table_of(drawn):
    return table([(f"n{i}", *row) for i, row in enumerate(drawn)])


def pence(rows):
    return {row.code: row.amount_pence for row in rows}


@given(worlds, pots)
def test_money_is_conserved_at_every_level_and_in_every_stream(drawn, pot):
    result = compute(three_streams(), table_of(drawn), pot=pot)
    assert sum(s.amount_pence for s in result.streams) == pot
    for stream in result.streams:
        for rows in result.levels.values():
            assert sum(row.streams[stream.code] for row in rows) == stream.amount_pence
        for system in result.local:
            inside = [n for n in result.neighbourhoods if n.parent == system.code]
            assert sum(n.streams[stream.code] for n in inside) == system.streams[stream.code]
    for rows in result.levels.values():
        assert sum(row.amount_pence for row in rows) == pot
        assert sum(row.share for row in rows) == 1


@given(worlds, pots)
def test_one_more_penny_moves_one_stream_one_system_one_neighbourhood(drawn, pot):
    areas = table_of(drawn)
    before = compute(three_streams(), areas, pot=pot)
    after = compute(three_streams(), areas, pot=pot + 1)
    steps = [
        [b.amount_pence - a.amount_pence for a, b in zip(x, y, strict=True)]
        for x, y in (
            (before.streams, after.streams),
            (before.local, after.local),
            (before.neighbourhoods, after.neighbourhoods),
        )
    ]
    for changes in steps:
        assert sorted(changes) == [0] * (len(changes) - 1) + [1]


@given(worlds, st.integers(1, 10**9), st.data())
def test_more_need_never_means_less(drawn, pot, data):
    chosen = data.draw(st.integers(0, len(drawn) - 1))
    parent, people, lot, little = drawn[chosen]
    more = list(drawn)
    more[chosen] = (parent, people, lot + data.draw(st.integers(1, 50)), little)
    before = compute(one_stream(), table_of(drawn), pot=pot).neighbourhoods[chosen]
    after = compute(one_stream(), table_of(more), pot=pot).neighbourhoods[chosen]
    assert after.share >= before.share
    assert after.share > before.share or before.share == 1


@given(worlds, pots, st.randoms(use_true_random=False))
def test_same_inputs_same_pence_whatever_the_order_of_rows(drawn, pot, random):
    rows = [(f"n{i}", *row) for i, row in enumerate(drawn)]
    shuffled = list(rows)
    random.shuffle(shuffled)
    first, second, other = (
        compute(three_streams(), table(r), pot=pot) for r in (rows, rows, shuffled)
    )
    assert first.digest == second.digest
    assert first.levels == second.levels
    assert pence(first.neighbourhoods) == pence(other.neighbourhoods)
    assert pence(first.local) == pence(other.local)


def test_the_digest_notices_every_input():
    formula, areas = three_streams(), table(SMALL)
    first = compute(formula, areas, pot=1000).digest
    changed = [("n1", "east", 900, 41, 90), *SMALL[1:]]
    assert compute(formula, areas, pot=1001).digest != first
    assert compute(formula, table(changed), pot=1000).digest != first
    renumbered = load(formula.text.replace('version: "1"', 'version: "2"'))
    assert compute(renumbered, areas, pot=1000).digest != first
    assert compute(formula, areas, pot=1000).digest == first
    assert len(first) == 64


def test_need_is_a_head_with_a_mean_of_one():
    result = compute(three_streams(), table(SMALL), pot=10**6)
    for rows in result.levels.values():
        people = sum(row.population for row in rows)
        assert sum(row.need * row.population for row in rows) / people == 1
    plain = compute(one_stream(), table(SMALL), pot=10**6)
    # n1: 40 × 5 + 90 × 1.25 = 312.5 points of 253 × 5 + 457 × 1.25 = 1,836.25, for 900 of 5,000 people
    assert plain.neighbourhoods[0].share == Fraction(31250, 183625)
    assert plain.neighbourhoods[0].need == plain.neighbourhoods[0].share * 5000 / 900


def test_a_worked_example_by_hand():
    rows = [("a", "x", 100, 1, 4), ("b", "x", 100, 2, 0), ("c", "y", 200, 2, 8)]
    result = compute(one_stream(), table(rows), pot=100)
    # points: a 5 + 5 = 10, b 10, c 10 + 10 = 20
    assert [row.share for row in result.neighbourhoods] == [
        Fraction(1, 4),
        Fraction(1, 4),
        Fraction(1, 2),
    ]
    assert [row.need for row in result.neighbourhoods] == [1, 1, 1]
    assert [row.amount_pence for row in result.neighbourhoods] == [25, 25, 50]
    assert [(row.code, row.amount_pence) for row in result.local] == [("x", 50), ("y", 50)]
    assert result.streams[0].rate_pence == Fraction(100, 40)


def test_cost_factors_from_columns_labels_and_constants():
    text = document(
        "factors:\n"
        "  pay: {column: pay, class: cost, unit: ratio, measures: pay, source: count}\n"
        "  road: {column: kind, class: cost, unit: ratio, measures: road, source: count,"
        " labels: {far: 1.5}, otherwise: 1}\n"
        "  all: {value: 3, unit: ratio, measures: nothing, source: count}\n"
        "cost: [pay, road, all]\nneed: lot\n"
    )
    areas = table(SMALL[:3], pay=["1.1", "1", "2"], kind=["far", "near", "far"])
    shares = [row.share for row in compute(load(text), areas, pot=0).rows]
    assert shares == [Fraction(n, 176) for n in (66, 80, 30)]
    strict = load(text.replace(", otherwise: 1", ""))
    with pytest.raises(AreasInvalid, match=r"no cost factor for “near”"):
        compute(strict, areas, pot=0)
    with pytest.raises(AreasInvalid, match="not more than 0"):
        compute(load(text), table(SMALL[:3], pay=[1, 0, 2], kind=["far"] * 3), pot=0)


def test_hardship_switched_off_leaves_its_terms_out():
    hardship = document(NEED, "switches: {hardship: on}\n").replace(
        "lot: {class: A", "lot: {class: B"
    )
    counted = load(hardship)
    areas = table(SMALL)
    on = compute(counted, areas, pot=1000)
    off = compute(counted.switched(hardship=False), areas, pot=1000)
    only_little = compute(load(document("need: little\n")), areas, pot=1000)
    assert [row.share for row in off.rows] == [row.share for row in only_little.rows]
    assert [row.share for row in on.rows] == [
        r.share for r in compute(one_stream(), areas, pot=1000).rows
    ]
    assert on.digest != off.digest
    written_off = load(hardship.replace("hardship: on", "hardship: off"))
    assert pence(compute(written_off, areas, pot=1000).rows) == pence(off.rows)


def test_nothing_left_to_count_is_refused():
    text = document("need: lot\nswitches: {hardship: off}\n").replace(
        "lot: {class: A", "lot: {class: B"
    )
    with pytest.raises(PotRefused, match="no area has any need"):
        compute(load(text), table(SMALL), pot=1)


def test_two_indicators_with_separate_pots():
    text = document(
        "streams:\n"
        "  lots: {title: A, need: lot, amount: {value: 2.53, unit: pounds, reference: count}}\n"
        "  littles: {title: B, need: little, amount: {value: 457, unit: pence, reference: count}}\n"
    )
    result = compute(load(text), table(SMALL), pot=710)
    assert [row.streams for row in result.neighbourhoods] == [
        {"lots": 40, "littles": 90},
        {"lots": 80, "littles": 60},
        {"lots": 10, "littles": 20},
        {"lots": 90, "littles": 210},
        {"lots": 33, "littles": 77},
    ]
    for pot in (709, 711):
        with pytest.raises(PotRefused, match=r"fixed amounts are £7\.10"):
            compute(load(text), table(SMALL), pot=pot)


def test_a_fixed_amount_first_and_shares_of_the_rest():
    text = document(
        "streams:\n"
        "  first: {title: A, need: lot, amount: {value: 10, unit: pence, reference: count}}\n"
        "  half: {title: B, need: lot, share: {value: 1/3, unit: share, reference: count}}\n"
        "  rest: {title: C, need: lot, share: {value: 2/3, unit: share, reference: count}}\n"
    )
    result = compute(load(text), table(SMALL), pot=100)
    assert [s.amount_pence for s in result.streams] == [10, 30, 60]
    assert sum(row.share for row in result.rows) == 1


def test_whole_units_only():
    formula = one_stream("apportionment: {unit_pence: 100000}\n")
    result = compute(formula, table(SMALL), pot=51_900_000)
    assert {row.amount_pence % 100_000 for row in result.rows} == {0}
    with pytest.raises(PotRefused, match=r"whole multiples of £1,000\.00"):
        compute(formula, table(SMALL), pot=51_900_001)


@pytest.mark.parametrize("pot", [-1, 1.0, True, "5"])
def test_a_pot_is_whole_pence(pot):
    with pytest.raises(PotRefused):
        compute(one_stream(), table(SMALL), pot=pot)


def test_levels_the_table_does_not_have_are_refused():
    rows = AreaTable.from_rows([{"code": "a", "people": 1, "lot": 1, "little": 1}])
    with pytest.raises(AreasInvalid, match="does not say which area"):
        compute(one_stream(), rows, pot=1)


def test_all_bad_columns_are_told_together():
    broken = [("n1", "east", 900, -4, 90), ("n2", "east", 5, 3, "x")]
    with pytest.raises(AreasInvalid) as refused:
        compute(one_stream(), table(broken), pot=1)
    assert [(p.line, p.key, p.code) for p in refused.value.problems] == [
        (1, "lot", "negative"),
        (2, "little", "not_a_number"),
    ]


def test_three_levels():
    text = document(NEED).replace(
        "within: {level: local, code: parent}",
        "within: [{level: local, code: parent}, {level: region, code: region}]",
    )
    rows = [
        {"code": c, "name": c, "parent": p, "region": p[0], "people": n, "lot": a, "little": b}
        for c, p, n, a, b in SMALL
    ]
    areas = AreaTable.from_rows(rows, name="name", parent="parent", above=[("region", None)])
    result = compute(load(text), areas, pot=999)
    assert list(result.levels) == ["region", "local", "neighbourhood"]
    assert {sum(row.amount_pence for row in rows) for rows in result.levels.values()} == {999}


# -- floors, caps, damping ------------------------------------------------------------------------

LIMITS = """\
- of: baseline
  column: before
  column_unit: pence
  at_least: {value: 0.98, unit: times, reference: count}
  at_most: {value: 1.10, unit: times, reference: count}
"""
BEFORE = [200, 300, 150, 200, 150]


@pytest.mark.parametrize("level", ["neighbourhood", "local"])
@pytest.mark.parametrize("method", ["sainte_lague", "hamilton"])
def test_damping_binds_within_a_penny_and_says_who_pays(level, method):
    text = bounded(LIMITS, level=level).text + f"apportionment: {{method: {method}}}\n"
    result = compute(load(text), table(SMALL, before=BEFORE), pot=1030)
    assert sum(row.amount_pence for row in result.local) == 1030
    rows = result.levels[level]
    before = dict(zip(["n1", "n2", "n3", "n4", "n5"], BEFORE, strict=True))
    before |= {"east": 500, "west": 500}
    for row, damped in zip(rows, result.damping, strict=True):
        assert Fraction(98, 100) * before[row.code] - 1 < row.amount_pence
        assert row.amount_pence < Fraction(110, 100) * before[row.code] + 1
        assert abs(damped.bounded_pence - row.amount_pence) < 1
    assert sum(d.change_pence for d in result.damping) == 0
    if level == "neighbourhood":
        held = {d.code: d.held_by for d in result.damping}
        # floors 196 294 147 196 147, caps 220 330 165 220 165; 498 p are left for n1 and n2
        assert held == {"n1": "", "n2": "", "n3": "floor", "n4": "cap", "n5": "cap"}
        assert result.damping[0].bounded_pence == 498 * Fraction(3125, 7875)
        assert next(d for d in result.damping if d.code == "n4").change_pence < 0


@given(worlds, st.integers(0, 400), st.data())
def test_bounded_streams_conserve_and_rise_with_the_pot(drawn, extra, data):
    before = data.draw(st.lists(st.integers(0, 90), min_size=len(drawn), max_size=len(drawn)))
    floor_only = LIMITS.replace("  at_most: {value: 1.10, unit: times, reference: count}\n", "")
    formula, areas = (
        bounded(floor_only),
        table([(f"n{i}", *r) for i, r in enumerate(drawn)], before=before),
    )
    pot = sum(before) + extra
    results = [compute(formula, areas, pot=pot + more) for more in (0, 1)]
    for result in results:
        assert sum(r.amount_pence for r in result.neighbourhoods) == result.pot
        assert sum(r.amount_pence for r in result.local) == result.pot
        for row, base in zip(result.neighbourhoods, before, strict=True):
            assert row.amount_pence > Fraction(98, 100) * base - 1
    changes = [
        b.amount_pence - a.amount_pence
        for a, b in zip(results[0].neighbourhoods, results[1].neighbourhoods, strict=True)
    ]
    assert sorted(changes) == [0] * (len(changes) - 1) + [1]


def test_limits_per_head_and_of_the_own_target():
    per_head = bounded(
        "- of: head\n  at_least: {value: 20, unit: pence a head, reference: count}\n"
    )
    result = compute(per_head, table(SMALL), pot=110_000)
    floors = {row.code: row.population * 20 for row in result.rows}
    assert all(row.amount_pence >= floors[row.code] for row in result.rows)
    assert any(row.amount_pence == floors[row.code] for row in result.rows)
    own = bounded("- of: target\n  at_least: {value: 0.95, unit: times, reference: count}\n")
    free = compute(one_stream(), table(SMALL), pot=110_000)
    assert pence(compute(own, table(SMALL), pot=110_000).rows) == pence(
        compute(
            bounded("- of: target\n  at_least: {value: 0, unit: times, reference: count}\n"),
            table(SMALL),
            pot=110_000,
        ).rows
    )
    assert sum(row.amount_pence for row in free.rows) == 110_000


@pytest.mark.parametrize(
    ("pot", "words"),
    [(900, "the floors alone come to £9.80"), (1200, "the caps allow only £11.00")],
)
def test_bounds_that_cannot_be_met_are_refused(pot, words):
    with pytest.raises(PotRefused) as refused:
        compute(bounded(LIMITS), table(SMALL, before=BEFORE), pot=pot)
    (problem,) = refused.value.problems
    assert (problem.key, problem.code) == ("bounds", "infeasible")
    assert words in problem.message
    assert (
        problem.line
        == bounded(LIMITS).text[: bounded(LIMITS).text.index("bounds:")].count("\n") + 1
    )


def test_a_floor_above_a_cap_names_the_area():
    crossed = LIMITS + "- of: head\n  at_most: {value: 0.2, unit: pence a head, reference: count}\n"
    with pytest.raises(PotRefused, match=r"the floor of “n1” \(£1\.96\) is above its cap"):
        compute(bounded(crossed), table(SMALL, before=BEFORE), pot=1000)


def test_weighted_population_times_one_national_rate():
    """Target = weighted people × one rate; change from last year is bounded both ways."""
    text = (
        bounded(LIMITS)
        .text.replace(NEED, "need: {product: [people_here, index]}\n")
        .replace(
            "indicators:\n",
            "indicators:\n"
            + PEOPLE_HERE
            + "  index: {class: A, unit: index, counts: relative need, source: count}\n",
        )
    )
    index = ["1.2", "0.9", "1", "1.05", "0.85"]
    result = compute(load(text), table(SMALL, before=BEFORE, index=index), pot=1030)
    weighted = [900 * Fraction(12, 10), 990, 500, 1500 * Fraction(105, 100), 850]
    assert result.streams[0].rate_pence == Fraction(1030) / sum(weighted)
    assert [d.target_pence for d in result.damping] == [
        w * result.streams[0].rate_pence for w in weighted
    ]

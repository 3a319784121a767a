"""Each operation of a need, exactly; what has no value is refused with the area's line."""

from __future__ import annotations

from fractions import Fraction

import pytest

from budgets.formula import AreasInvalid, AreaTable, compute, load
from tests.formula.worlds import document

ROWS = [
    {"code": "a", "parent": "x", "people": 10, "lot": 3, "little": "0.5"},
    {"code": "b", "parent": "x", "people": 30, "lot": 6, "little": 4},
]
VALUES = "values:\n  two: {value: 2, unit: times, reference: count}\n"


def table(rows=ROWS):
    return AreaTable.from_rows(rows, parent="parent")


def values(need, rows=ROWS):
    """The need of each area, as it is worked out (absolute shares are the need itself)."""
    text = document(VALUES, f"need: {need}\n", "apportionment: {shares: absolute}\n")
    text = text.replace("  name: name\n", "")
    return [row.share for row in compute(load(text), table(rows), pot=0).rows]


@pytest.mark.parametrize(
    ("need", "expected"),
    [
        ("lot", [3, 6]),
        ("{sum: [lot, little, two]}", [Fraction(11, 2), 12]),
        ("{product: [lot, little, two]}", [3, 48]),
        ("{product: [two, two]}", [4, 4]),
        ("{sum: [two, two]}", [4, 4]),
        ("{ratio: [lot, little]}", [6, Fraction(3, 2)]),
        ("{ratio: [lot, two]}", [Fraction(3, 2), 3]),
        ("{ratio: [two, lot]}", [Fraction(2, 3), Fraction(1, 3)]),
        ("{difference: [lot, little]}", [Fraction(5, 2), 2]),
        ("{larger: [lot, little, two]}", [3, 6]),
        ("{smaller: [lot, little, two]}", [Fraction(1, 2), 2]),
        ("{smaller: [two, {product: [two, two]}]}", [2, 2]),
        ("{total: lot}", [9, 9]),
        ("{share: lot}", [Fraction(1, 3), Fraction(2, 3)]),
        ("{ratio: [lot, {total: little}]}", [Fraction(2, 3), Fraction(4, 3)]),
        ("{round: {of: {ratio: [lot, two]}, decimals: 0}}", [2, 3]),
        ("{round: {of: little, decimals: 0}}", [0, 4]),
        ("{round: {of: little, decimals: 0, halves: up}}", [1, 4]),
        ("{round: {of: {ratio: [two, {total: lot}]}, decimals: 3}}", [Fraction(222, 1000)] * 2),
        ("{value: 1.25, unit: points, reference: count}", [Fraction(5, 4)] * 2),
        (
            "{points: {unit: p, reference: count, of: {lot: 2, little: {points: 3}}}}",
            [Fraction(15, 2), 24],
        ),
    ],
)
def test_operations(need, expected):
    assert values(need) == expected


@pytest.mark.parametrize(
    "need", ["{ratio: [lot, little]}", "{ratio: [lot, {product: [two, little]}]}"]
)
def test_division_by_zero_names_the_area_and_its_line(need):
    rows = [ROWS[0], {**ROWS[1], "little": 0}]
    with pytest.raises(AreasInvalid, match="in “b”: division by zero") as refused:
        values(need, rows)
    assert refused.value.problems[0].line == 2


def test_a_constant_has_no_national_total_and_zero_divides_nothing():
    with pytest.raises(AreasInvalid, match="national total"):
        values("{total: two}")
    with pytest.raises(AreasInvalid, match="division by zero"):
        values("{ratio: [lot, {difference: [two, two]}]}")


def test_a_negative_need_is_refused_with_its_line():
    with pytest.raises(AreasInvalid, match="the need of “a” comes out negative") as refused:
        values("{difference: [lot, {product: [two, two]}]}")
    assert refused.value.problems[0].line == 1


def test_ratios_of_large_different_numbers_must_be_rounded_first():
    primes_like = [10**15 + 2 * n + 1 for n in range(4500)]
    rows = [
        {"code": f"n{n:05}", "parent": "x", "people": 1, "lot": 1, "little": value}
        for n, value in enumerate(primes_like)
    ]
    with pytest.raises(AreasInvalid, match="no common denominator of a workable size"):
        values("{ratio: [lot, little]}", rows)


def test_ratios_to_population_stay_exact_for_thousands_of_areas():
    rows = [
        {"code": f"n{n:05}", "parent": f"p{n % 100}", "people": 1000 + 7 * n, "lot": n, "little": 1}
        for n in range(2000)
    ]
    text = document("need: {ratio: [lot, people_here]}\n").replace(
        "indicators:\n",
        "indicators:\n  people_here: {column: people, class: A, unit: u, counts: c, source: count}\n",
    )
    result = compute(load(text.replace("  name: name\n", "")), table(rows), pot=10**9)
    assert sum(row.amount_pence for row in result.local) == 10**9
    first, second = result.rows[7].share, result.rows[9].share
    assert first / second == Fraction(7, 1049) / Fraction(9, 1063)

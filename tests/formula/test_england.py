"""The England formula: adoptable, illustrative, asks for nobody's means, works on both files."""

from __future__ import annotations

import csv
import gzip
import io
import re
from pathlib import Path

import pytest

from budgets.formula import built_in, built_in_slugs, check, compute, read_areas

ROOT = Path(__file__).resolve().parents[2]
NEIGHBOURHOODS = ROOT / "neighbourhoods" / "data" / "england" / "neighbourhoods.csv.gz"
POT = 3_000_000_000_001


@pytest.fixture(scope="module")
def england():
    formula = built_in("england")
    return compute(formula, read_areas(formula, NEIGHBOURHOODS), pot=POT)


def test_it_may_be_adopted_and_says_it_is_illustrative():
    formula = built_in("england")
    assert check(formula, adoptable=True) == []
    assert formula.illustrative
    assert built_in_slugs() == ["england"]
    with pytest.raises(LookupError, match="there are: england"):
        built_in("../england")


def test_the_only_class_b_is_switchable_hardship():
    formula = built_in("england")
    assert formula.classes_used == {"A", "B", "cost"}
    assert [c for c, i in formula.indicators.items() if i.indicator_class == "B"] == ["hardship"]
    assert formula.switches == {"hardship": True}


def test_every_neighbourhood_to_the_penny(england):
    assert len(england.local) == 153
    assert len(england.neighbourhoods) == 6856
    for rows in england.levels.values():
        assert sum(row.amount_pence for row in rows) == POT
    held_locally = [s for s in england.streams if s.held_by == "local"]
    assert [s.code for s in held_locally] == ["local"]


def test_shares_do_not_depend_on_hardship_when_it_is_off(england):
    formula = england.formula.switched(hardship=False)
    without = compute(formula, england.areas, pot=POT)
    assert sum(row.amount_pence for row in without.neighbourhoods) == POT
    blackpool = {row.name: row for row in england.local}["Blackpool"]
    assert {row.name: row for row in without.local}["Blackpool"].share < blackpool.share


def test_explained_from_an_equal_amount_a_head(england):
    explanation = england.explain(england.neighbourhoods[0].code)
    assert explanation.illustrative
    assert explanation.hardship_counted
    assert {"income", "savings", "house prices"} <= set(explanation.never_asked)
    for stream in explanation.streams:
        assert stream.steps[0].kind == "equal_per_head"
        assert stream.steps[-1].amount_pence == stream.amount_pence


def test_small_areas_are_added_up_to_the_same_pence(england):
    """A neighbourhood cut in two rows under the small-area file's column names."""
    with gzip.open(NEIGHBOURHOODS, "rt", encoding="utf-8", newline="") as stream:
        lines = stream.read().splitlines()
    renamed = {
        "code": "msoa21_code", "name": "msoa_hcl_name", "parent": "utla_code",
        "parent_name": "utla_name", "area_type": "ruc21_code", "population": "people",
    }  # fmt: skip
    header = [renamed.get(column, column) for column in lines[0].split(",")]
    rows = list(csv.reader(lines[1:]))
    counted = [
        i for i, c in enumerate(header) if re.match("pop_|health_|disab_|care_|hh_|imd25_", c)
    ]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        half = list(row)
        for i in counted:
            half[i] = str(int(float(row[i])) // 3)
            row[i] = str(int(float(row[i])) - int(half[i]))
        writer.writerow(row)
        writer.writerow(half)
    out.seek(0)
    areas = read_areas(england.formula, out)
    assert len(areas) == 6856
    again = compute(england.formula, areas, pot=POT)
    assert [r.amount_pence for r in again.neighbourhoods] == [
        r.amount_pence for r in england.neighbourhoods
    ]

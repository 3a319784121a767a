"""Published allocation tables come out of the engine figure by figure."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from budgets.formula import check, compute, format_decimal, load, read_areas

PUBLISHED = Path(__file__).resolve().parents[1] / "data" / "published"
RNF = ("rnf-youth-and-community-2010-11", "england_rnf_youth_and_community_worked_examples")
RESIDENTIAL = ("gae-residential-care-2022-23", "scot_gb_2022_23_residential_care_elderly")
GENERAL = (
    "gae-general-administration-2023-24",
    "scot_gb_2023_24_social_work_general_administration",
)


def run(names, *, pot, edit=lambda text: text):
    document, table = names
    text = (PUBLISHED / f"{document}.yaml").read_text(encoding="utf-8")
    formula = load(edit(text), source=document)
    path = PUBLISHED / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        published = list(csv.DictReader(stream))
    return compute(formula, read_areas(formula, path), pot=pot), published


def test_all_fourteen_decimals_of_the_relative_needs_formula():
    result, published = run(RNF, pot=0)
    assert [format_decimal(row.share, 14) for row in result.rows] == [
        row["rnf_published"] for row in published
    ]


def test_relative_needs_formula_explained_term_by_term():
    result, _ = run(RNF, pot=10**14)
    (stream,) = result.explain("R342").streams
    assert [step.name for step in stream.steps] == [
        "young_people+basic+ten_billion",
        "young_people+deprivation_topup+deprivation+ten_billion",
        "young_people+ethnicity_topup+ethnicity+ten_billion",
        "cost",
    ]
    assert stream.steps[-1].amount_pence == stream.amount_pence == 3946733499


@pytest.mark.parametrize("method", ["sainte_lague", "hamilton"])
def test_residential_care_for_the_elderly(method):
    result, published = run(
        RESIDENTIAL, pot=539_774 * 100_000, edit=lambda t: t.replace("sainte_lague", method)
    )
    assert [row.amount_pence for row in result.local] == [
        int(row["gae_gbp000_published"]) * 100_000 for row in published
    ]


def test_the_three_thousand_pounds_that_vanished_are_handed_out():
    pot = 51_899 * 100_000
    result, published = run(GENERAL, pot=pot)
    differences = {
        row.code: row.amount_pence - int(theirs["gae_gbp000_published"]) * 100_000
        for row, theirs in zip(result.local, published, strict=True)
    }
    assert {code: d for code, d in differences.items() if d} == {
        "East Renfrewshire": 100_000,
        "Glasgow City": 100_000,
        "North Lanarkshire": 100_000,
    }
    assert sum(row.amount_pence for row in result.local) == pot


@pytest.mark.parametrize("names", [RNF, RESIDENTIAL, GENERAL])
def test_measures_of_means_are_evaluated_but_never_adoptable(names):
    result, _ = run(names, pot=0)
    codes = {problem.code for problem in check(result.formula, adoptable=True)}
    assert "class_c" in codes
    assert not result.adoptable
    assert check(result.formula, adoptable=False) == []


def test_the_printed_rounding_of_class_c_never_claims_nothing_was_asked():
    result, published = run(RESIDENTIAL, pot=539_774 * 100_000)
    assert result.explain(published[0]["council"]).never_asked == []

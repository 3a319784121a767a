"""Every mistake in a document has its line, its key and its code; all are told together."""

from __future__ import annotations

import pytest

from budgets.formula import FormulaInvalid, check, load
from tests.formula.worlds import AREAS, HEADER, INDICATORS, NEED, PEOPLE_HERE, STREAMS, document

FACTORS = """\
factors:
  pay: {column: pay, class: cost, unit: ratio, measures: pay, source: count}
cost: [pay]
"""
BOUNDS = """\
bounds:
  level: local
  ends_on: 2027-03-31
  limits:
    - of: baseline
      column: before
      column_unit: pence
      at_least: {value: 1, unit: times, reference: count}
"""
WHOLE = document(PEOPLE_HERE, FACTORS, NEED, STREAMS)
SINGLE = document(FACTORS, NEED, BOUNDS)
VALUES = "values:\n  half: {value: 0.5, unit: ratio, reference: count}\n"


def problems_of(text):
    with pytest.raises(FormulaInvalid) as refused:
        load(text, source="f.yaml")
    return refused.value.problems


def line_of(text, piece):
    return text[: text.index(piece)].count("\n") + 1


def test_the_documents_these_tests_break_are_good():
    for text in (WHOLE, SINGLE, document(VALUES, NEED)):
        assert check(load(text), adoptable=True) == []


@pytest.mark.parametrize(
    ("text", "old", "new", "key", "code"),
    [
        (WHOLE, "formula: small", "formula: Small One", "formula", "bad_name"),
        (WHOLE, 'version: "1"', "version: ''", "version", "not_text"),
        (WHOLE, "nation: Testland", "natoin: Testland", "natoin", "unknown_key"),
        (WHOLE, "from: 2026-04-01", "from: 2026-02-30", "effective.from", "not_a_date"),
        (WHOLE, "until: 2027-03-31", "until: 2020-03-31", "effective.until", "dates"),
        (WHOLE, "{title: A count}", "[A count]", "references.count", "not_a_mapping"),
        (WHOLE, "  count: {title", "  Count: {title", "references.Count", "bad_name"),
        (WHOLE, "{level: local, code: parent}", "{code: parent}", "areas.within", "missing_key"),
        (WHOLE, "{level: local,", "{level: neighbourhood,", "areas", "levels"),
        (WHOLE, "lot: {class: A,", "lot: {class: D,", "indicators.lot.class", "not_a_choice"),
        (WHOLE, "lot: {class: A, unit: people,", "lot: {class: A,", "indicators.lot", "missing_key"),
        (WHOLE, "limited a lot, source: count", "limited a lot, source: cuont", "indicators.lot.source", "unknown_reference"),
        (WHOLE, "lot: {class: A,", "lot: {class: B, negative: allowed,", "indicators.lot.negative", "hardship_negative"),
        (WHOLE, "lot: {class: A,", "lot: {class: A, blank: maybe,", "indicators.lot.blank", "not_a_choice"),
        (WHOLE, "pay: {column: pay, class: cost,", "pay: {column: pay,", "factors.pay", "missing_key"),
        (WHOLE, "column: pay, class", "class", "factors.pay", "factor"),
        (WHOLE, "measures: pay,", "measures: pay, otherwise: 1,", "factors.pay.otherwise", "factor"),
        (WHOLE, "measures: pay,", "measures: pay, labels: {x: 0},", "factors.pay.labels.x", "not_positive"),
        (WHOLE, "  pay: {column", "  lot: {column", "factors.lot", "shared_name"),
        (WHOLE, "cost: [pay]", "cost: [lot]", "cost[1]", "unknown_name"),
        (WHOLE, "lot: 5", "lots: 5", "need.points.of.lots", "unknown_name"),
        (WHOLE, "lot: 5", "lot: five", "need.points.of.lot", "not_a_number"),
        (WHOLE, "lot: 5", "lot: {point: 5}", "need.points.of.lot.point", "unknown_key"),
        (WHOLE, "    unit: points a person\n", "", "need.points.of.lot", "bare_number"),
        (WHOLE, "need: people_here", "need: 5", "streams.fund.need", "bare_number"),
        (WHOLE, "need: people_here", "need: [lot]", "streams.fund.need", "expression"),
        (WHOLE, "need: people_here", "need: {summ: [lot]}", "streams.fund.need.summ", "unknown_operation"),
        (WHOLE, "need: people_here", "need: {sum: [lot], total: lot}", "streams.fund.need", "expression"),
        (WHOLE, "need: people_here", "need: {ratio: [lot]}", "streams.fund.need.ratio", "expression"),
        (WHOLE, "need: people_here", "need: {sum: []}", "streams.fund.need.sum", "not_a_list"),
        (WHOLE, "need: people_here", "need: {round: {of: lot, decimals: 31}}", "streams.fund.need.round.decimals", "out_of_range"),
        (WHOLE, "need: people_here", "need: {points: {unit: a, reference: count, of: {}}}", "streams.fund.need.points.of", "expression"),
        (WHOLE, "value: 0.7,", "value: 0.8,", "streams", "split"),
        (WHOLE, "value: 0.7,", "value: 1.7,", "streams.individual.share", "split"),
        (WHOLE, "value: 0.7,", "value: 70%,", "streams.individual.share.value", "not_a_number"),
        (WHOLE, "held_by: local", "held_by: nation", "streams.system.held_by", "not_a_choice"),
        (WHOLE, "    need: lot", "    amount: {value: 1, unit: pounds, reference: count}\n    need: lot", "streams.system", "split"),
        (WHOLE, "streams:\n", "bounds: {limits: []}\nstreams:\n", "bounds", "bounds"),
        (SINGLE, "  ends_on: 2027-03-31\n", "", "bounds", "damping_end"),
        (SINGLE, "of: baseline", "of: head", "bounds.limits[1].column", "bounds"),
        (SINGLE, "      column: before\n", "", "bounds.limits[1]", "missing_key"),
        (SINGLE, "column_unit: pence", "column_unit: yen", "bounds.limits[1].column_unit", "not_a_choice"),
        (SINGLE, "at_least: {value: 1,", "at_least: {value: -1,", "bounds.limits[1].at_least", "bounds"),
        (SINGLE, "      at_least: {value: 1, unit: times, reference: count}\n", "", "bounds.limits[1]", "bounds"),
        (SINGLE, "level: local\n  ends", "level: nation\n  ends", "bounds.level", "not_a_choice"),
        (document(NEED, "apportionment: {method: independent}\n"), "", "", "apportionment.method", "not_a_choice"),
        (document(NEED, "apportionment: {unit_pence: 0}\n"), "", "", "apportionment.unit_pence", "out_of_range"),
        (document(NEED, "apportionment: {unit_pence: 1.5}\n"), "", "", "apportionment.unit_pence", "out_of_range"),
        (document(NEED, "apportionment: {ties: lot}\n"), "", "", "apportionment.ties", "not_a_choice"),
        (document(NEED, "switches: {hardship: maybe}\n"), "", "", "switches.hardship", "not_a_choice"),
        (document(NEED, "switches: {harship: on}\n"), "", "", "switches.harship", "unknown_key"),
        (document(VALUES, NEED), "unit: ratio, ", "", "values.half", "missing_key"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_key_and_code(text, old, new, key, code):
    broken = text.replace(old, new, 1) if old else text
    found = problems_of(broken)
    assert (key, code) in [(p.key, p.code) for p in found]
    last_word = key.rsplit(".", 1)[-1].split("[")[0]
    for problem in found:
        if problem.key == key and problem.code == code:
            assert last_word in broken.splitlines()[problem.line - 1] or "[" in key


def test_limits_a_head_name_their_money_and_need_a_population():
    limit = "    - of: head\n      at_most: {value: 9, unit: pounds, reference: count}\n"
    text = document(NEED, "bounds:\n  limits:\n" + limit)
    assert [(p.key, p.code) for p in problems_of(text)] == [("bounds.limits[1].at_most", "money")]
    good = text.replace("unit: pounds,", "unit: pounds a head,")
    load(good)
    (problem,) = problems_of(good.replace("  population: people\n", ""))
    assert (problem.line, problem.code) == (line_of(good, "    - of: head") - 1, "bounds")


def test_all_problems_are_told_together_in_line_order():
    text = WHOLE.replace("lot: 5", "lots: five").replace("natio", "notio").replace("0.7", "0.8")
    found = problems_of(text)
    assert [p.line for p in found] == sorted(p.line for p in found)
    assert {p.code for p in found} == {
        "unknown_key",
        "missing_key",
        "not_a_number",
        "unknown_name",
        "split",
    }


def test_a_problem_reads_like_a_compiler_message_and_guesses_what_was_meant():
    text = WHOLE.replace("lot: 5", "lott: 5")
    (problem,) = problems_of(text)
    line = line_of(text, "lott: 5")
    assert problem.describe("f.yaml").startswith(
        f"f.yaml:{line}: need.points.of.lott: no indicator"
    )
    assert "Did you mean “lot”?" in problem.message


def test_needs_must_be_somewhere():
    assert [(p.key, p.code) for p in problems_of(document())] == [("", "missing_key")]
    (problem,) = problems_of(document(PEOPLE_HERE, STREAMS))
    assert (problem.key, problem.code) == ("streams.individual", "missing_key")


# -- adoptable ----------------------------------------------------------------------------------


def refusals(text):
    return [(p.key, p.code) for p in check(load(text), adoptable=True)]


def test_class_c_is_never_adoptable_even_unused():
    text = document(PEOPLE_HERE.replace("class: A", "class: C"), NEED)
    assert refusals(text) == [("indicators.people_here", "class_c")]
    assert refusals(SINGLE.replace("class: cost", "class: C")) == [("factors.pay", "class_c")]


@pytest.mark.parametrize(
    "words", ["households on low income", "owner-occupied homes", "council tax base"]
)
def test_means_dressed_up_as_need(words):
    text = document(NEED).replace("people limited a lot", words)
    assert refusals(text) == [("indicators.lot", "means_in_disguise")]


def test_hardship_needs_its_switch_and_never_counts_against():
    hardship = document(NEED).replace("lot: {class: A", "lot: {class: B")
    assert refusals(hardship) == [("switches", "no_switch")]
    assert refusals(hardship + "switches: {hardship: off}\n") == []
    for need, key in (
        ("need: {difference: [little, lot]}\n", "need.difference[2]"),
        ("need: {ratio: [little, lot]}\n", "need.ratio[2]"),
        (NEED.replace("lot: 5", "lot: -5"), "need.points.of.lot"),
    ):
        text = hardship.replace(NEED, need) + "switches: {hardship: on}\n"
        assert refusals(text) == [(key, "counts_against")]


def test_a_rate_per_head_and_a_share_count_for_not_against():
    people = PEOPLE_HERE
    assert refusals(document(people, "need: {ratio: [lot, people_here]}\n")) == []
    assert refusals(document("need: {share: lot}\n")) == []
    assert refusals(document("need: {ratio: [lot, {total: lot}]}\n")) == []
    twice = "need: {difference: [little, {difference: [little, lot]}]}\n"
    assert refusals(document(twice)) == [("need.difference[2].difference[1]", "counts_against")]


def test_money_and_dates():
    assert refusals(document(NEED, "apportionment: {shares: absolute}\n")) == [
        ("apportionment.shares", "loses_money")
    ]
    undated = HEADER.replace("effective: {from: 2026-04-01, until: 2027-03-31}\n", "")
    assert refusals(undated + AREAS + INDICATORS + NEED) == [("effective", "no_dates")]
    assert refusals(SINGLE.replace(", until: 2027-03-31", "")) == [
        ("bounds.ends_on", "outlives_damping")
    ]
    assert refusals(SINGLE.replace("ends_on: 2027-03-31", "ends_on: 2027-03-30")) == [
        ("bounds.ends_on", "outlives_damping")
    ]

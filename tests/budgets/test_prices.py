"""What a point is worth: the document and its faults, the council's decision, and what the same help costs elsewhere."""

from __future__ import annotations

from fractions import Fraction

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from budgets import prices, sharing
from budgets.actions import allocations
from budgets.actions import prices as actions
from budgets.models import AllocationRun, CostFactor, PriceVersion
from budgets.models.prices import MILLION
from governance.methods import Choice
from governance.models import AuditEntry
from socialcare.kernel.errors import Conflict, NotAllowed
from tests import worlds
from tests.budgets.worlds import DOCUMENT, Nation

TEXT = prices.built_in("england").text
LOW = TEXT.replace("wage: {pence: 1390", "wage: {pence: 1300").replace(
    "running: {pence: 290", "running: {pence: 380"
)


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(prices.FormulaInvalid) as refused:
        prices.load(text)
    return [(problem.line, problem.code) for problem in refused.value.problems]


# --- The document ---------------------------------------------------------------------------------


def test_ours_adds_up_and_pays_the_wage_it_promises() -> None:
    price = prices.load(TEXT)
    assert price.price_pence * 60 == price.hour_pence * price.minutes_a_point
    assert price.wage_pence >= price.wage_floor.pence_an_hour
    assert price.wage_floor.year
    assert price.references[price.wage_floor.reference].address.startswith("https://")


def test_a_wage_below_the_floor_is_told_with_its_line() -> None:
    line = 1 + TEXT.splitlines().index(
        next(line for line in TEXT.splitlines() if "wage: {" in line)
    )
    assert faults(LOW) == [(line, "below_wage_floor")]


def test_every_fault_is_told_at_once() -> None:
    broken = (
        TEXT.replace("since: 2026-04-01", "since: soon")
        .replace("reference: pension", "reference: unheard-of")
        .replace("most: 7", "most: lots")
        .replace("minutes_a_point: 30", "minutes: 30")
    )
    assert {code for _line, code in faults(broken)} == {
        "not_a_date",
        "unknown_reference",
        "not_a_number",
        "unknown_key",
        "missing_key",
    }


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("price_pence: 1130", "price_pence: 1131", "not_the_sum"),
        ("price_pence: 1130", "price_pence: 0", "out_of_range"),
        ("price_pence: 1130", "price_pence: 1130.5", "out_of_range"),
        ("  wage: {", "  pay: {", "missing_key"),
        ("  year: 2025-26\n", "", "missing_key"),
    ],
)
def test_a_total_that_its_parts_do_not_make_is_refused(old: str, new: str, code: str) -> None:
    assert old in TEXT
    assert code in {found for _line, found in faults(TEXT.replace(old, new, 1))}


# --- The decision ---------------------------------------------------------------------------------


def proposed(nation: Nation, text: str = TEXT) -> PriceVersion:
    return actions.propose(nation=nation.sphere, text=text, by=nation.steward)


def test_the_council_adopts_it(nation: Nation) -> None:
    version = proposed(nation)
    assert (version.state, version.version, version.price_pence) == ("proposed", 1, 1_130)
    adopted = actions.settle(decision=nation.decide(version.matter))
    assert adopted.state == "adopted"
    assert PriceVersion.objects.in_force(nation.sphere, adopted.since).get() == adopted
    assert not PriceVersion.objects.in_force(nation.sphere, worlds.LONG_AGO).exists()
    assert AuditEntry.objects.filter(verb="price.adopted").count() == 1
    # Doing it again changes nothing.
    actions.settle(decision=adopted.decision)
    assert AuditEntry.objects.filter(verb="price.adopted").count() == 1


def test_the_council_may_say_no(nation: Nation) -> None:
    version = actions.settle(decision=nation.decide(proposed(nation).matter, Choice.AGAINST))
    assert version.state == "rejected"
    assert not PriceVersion.objects.in_force(nation.sphere, version.since).exists()


def test_a_price_that_pays_too_little_never_reaches_the_council(nation: Nation) -> None:
    with pytest.raises(actions.PriceNotAdoptable) as refused:
        proposed(nation, LOW)
    assert [problem.code for problem in refused.value.problems] == ["below_wage_floor"]
    assert not PriceVersion.objects.exists()


def test_only_the_council_and_its_stewards_propose(nation: Nation) -> None:
    with pytest.raises(NotAllowed):
        actions.propose(nation=nation.sphere, text=TEXT, by=worlds.user())
    proposed(nation)
    with pytest.raises(Conflict, match="before the council already"):
        proposed(nation)
    assert PriceVersion.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"price_pence": 1},
        {"wage_pence": 1_344},
        {"components": {}},
        {"text": "another"},
        {"state": "adopted"},
    ],
)
def test_the_database_refuses_other_words_and_an_adoption_that_nobody_decided(
    nation: Nation, change: dict
) -> None:
    version = proposed(nation)
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
        PriceVersion.objects.filter(pk=version.pk).update(**change)


# --- Cost factors ---------------------------------------------------------------------------------

COSTED = DOCUMENT.replace(
    "streams:",
    "factors:\n"
    "  dear:\n"
    "    {measures: what help costs, column: parent, class: cost, unit: ratio, source: count,\n"
    "     labels: {east: {value: 1.1, note: dear}, mid: {value: 0.95, note: cheap}}, otherwise: 1}\n"
    "cost: [dear]\nstreams:",
    1,
)


def shared(nation: Nation, text: str) -> AllocationRun:
    run = allocations.request(
        formula=nation.adopt_formula(text),
        pot=nation.set_pot(),
        dataset=nation.dataset,
        by=nation.steward,
    )
    allocations._begin(run.pk, None)
    return allocations._share(run.pk, None)


def kept(run: AllocationRun) -> dict[str, int]:
    return dict(CostFactor.objects.filter(run=run).values_list("sphere__code", "millionths"))


def test_a_run_keeps_what_help_costs_in_each_local_system(nation: Nation) -> None:
    run = shared(nation, COSTED)
    result = sharing.share_out(run)
    assert kept(run) == {"east": 1_100_000, "mid": 950_000, "west": MILLION}
    assert actions.keep_cost_factors(run=run, result=result) == 0
    with pytest.raises(DatabaseError), transaction.atomic():
        CostFactor.objects.update(millionths=1)


def test_without_cost_factors_help_costs_the_same_everywhere(nation: Nation) -> None:
    assert set(kept(shared(nation, DOCUMENT)).values()) == {MILLION}


def test_it_is_weighed_by_need(nation: Nation) -> None:
    """Within one system, two kinds of place: the mean lies between them, nearer to where the need is."""
    text = COSTED.replace("column: parent", "column: code").replace(
        "labels: {east: {value: 1.1, note: dear}, mid: {value: 0.95, note: cheap}}",
        "labels: {n1: {value: 1.1, note: dear}, n2: {value: 1.2, note: dearer}}",
    )
    run = shared(nation, text)
    result = sharing.share_out(run)
    stream = next(s for s in result.formula.streams if s.code == "individual")
    need = result.needs.everywhere(stream.need).numbers[:3]
    mean = Fraction(11 * need[0] + 12 * need[1] + 10 * need[2], 10 * sum(need))
    assert kept(run)["east"] == round(mean * MILLION)

"""Who gains and who loses: every list adds up, nothing changes when nothing is changed, everybody is in a decile."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budgets import formula as engine
from budgets import whatif
from budgets.formula import heaviness
from tests.what_if import worlds

POT = 1_000_003
LOUDER = ("need: 3 ", "need: 7/2 ")


def compare(
    *changes: tuple[str, str], before_pot: int = POT, after_pot: int = POT
) -> whatif.Comparison:
    return whatif.compare(
        worlds.formula(),
        worlds.formula(*changes),
        worlds.areas(),
        before_pot=before_pot,
        after_pot=after_pot,
    )


def test_no_change_changes_nothing() -> None:
    found = compare()
    for level in (found.local, found.neighbourhoods):
        assert {(each.change_pence, each.ranks_up) for each in level} == {(0, 0)}
    assert [decile.change_pence for decile in found.deciles] == [0] * 10
    assert found.by_local == whatif.Tally(0, 0, 3, 0, 0)
    assert found.damping == []


@settings(deadline=None)
@given(
    points=st.fractions(min_value=0, max_value=50, max_denominator=20),
    before=st.integers(min_value=0, max_value=10**12),
    after=st.integers(min_value=0, max_value=10**12),
    hardship=st.booleans(),
)
def test_changes_add_up_to_the_difference_of_the_pots_at_each_level(
    points: Fraction, before: int, after: int, hardship: bool
) -> None:
    switch = ("hardship: on", f"hardship: {'on' if hardship else 'off'}")
    found = compare(
        ("hard: {points: 1,", f"hard: {{points: {points},"),
        switch,
        before_pot=before,
        after_pot=after,
    )
    for level in (found.local, found.neighbourhoods, found.deciles):
        assert sum(each.change_pence for each in level) == after - before
        assert sum(each.before_pence for each in level) == before
    assert sum(each.switched_change_pence or 0 for each in found.local) == after - before
    for system in found.local:
        below = [each for each in found.neighbourhoods if each.parent == system.code]
        assert sum(each.change_pence for each in below) == system.change_pence
        assert sum(each.people for each in below) == system.people
    tally = found.by_neighbourhood
    assert tally.gained_pence - tally.lost_pence == after - before
    assert tally.places == len(worlds.PLACES)


def test_local_systems_get_what_the_engine_gives_them() -> None:
    found = compare(LOUDER)
    for formula, side in (
        (worlds.formula(), "before_pence"),
        (worlds.formula(LOUDER), "after_pence"),
    ):
        result = engine.compute(formula, worlds.areas(), pot=POT)
        assert {each.code: getattr(each, side) for each in found.local} == {
            row.code: row.amount_pence for row in result.local
        }


def test_ranks_are_by_money_a_head_and_the_empty_place_comes_last() -> None:
    found = {each.code: each for each in compare().neighbourhoods}
    assert [found[code].before_rank for code in ("B1", "A1", "B2")] == [1, 2, 3]
    assert found["B3"].before_rank == len(worlds.PLACES)
    assert found["B3"].change_a_head is None
    assert found["B3"].change_share is None


def test_places_with_as_much_a_head_share_a_rank() -> None:
    assert whatif._ranks([10, 20, 5, 0], [1, 2, 1, 0]) == [1, 1, 3, 4]


def test_hardship_is_shown_counted_the_other_way() -> None:
    found = compare(("hardship: on", "hardship: off"))
    assert found.hardship_counted is False
    # Switched back on, the later formula is the earlier one.
    assert [each.switched_change_pence for each in found.local] == [0, 0, 0]
    assert found.switched_by_local == whatif.Tally(0, 0, 3, 0, 0)
    assert found.by_local.gain


def test_without_hardship_there_is_nothing_to_switch() -> None:
    found = compare(
        (
            "  hard: {column: hardship, class: B, unit: people, counts: people in hardship, source: us}\n",
            "",
        ),
        ("          hard: {points: 1, note: wears people down}\n", ""),
    )
    assert found.hardship_counted is None
    assert found.switched_by_local is None


# --- Deciles --------------------------------------------------------------------------------------


def test_deciles_hold_the_same_people_and_cover_everybody() -> None:
    found = compare(LOUDER).deciles
    total = sum(place[3] for place in worlds.PLACES)
    assert {decile.people for decile in found} == {Fraction(total, 10)}
    assert [decile.number for decile in found] == list(range(1, 11))


def test_need_rises_from_the_first_decile_to_the_last() -> None:
    # Cherry has the least need a head and a third of the people; Birch the most, and fewer than a tenth.
    heads = [decile.before_pence / decile.people for decile in compare().deciles]
    assert heads == sorted(heads)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.fractions(min_value=0, max_value=9, max_denominator=9),
            st.text("abc", min_size=1, max_size=3),
            st.integers(min_value=0, max_value=50),
            st.integers(min_value=0, max_value=999),
            st.integers(min_value=0, max_value=999),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_every_person_and_penny_is_in_the_deciles(
    places: list[tuple[Fraction, str, int, int, int]],
) -> None:
    found = whatif.deciles(places)
    people = sum(place[2] for place in places)
    if not people:
        assert found == []
        return
    assert {decile.people for decile in found} == {Fraction(people, 10)}
    assert sum(decile.before_pence for decile in found) == sum(place[3] for place in places)
    assert sum(decile.after_pence for decile in found) == sum(place[4] for place in places)


# --- Floors and caps ------------------------------------------------------------------------------

FLOOR = (
    "    share: {value: 0.9,",
    "    bounds: {level: local, limits: [{of: head, at_least: "
    "{value: 4, unit: pounds a head, reference: us}}]}\n    share: {value: 0.9,",
)


def test_a_floor_tells_what_it_costs_and_who_pays() -> None:
    found = compare(FLOOR)
    [damping] = found.damping
    assert damping.stream == "Entitlements"
    assert [(each.code, each.held_by) for each in damping.helped] == [("C", "floor")]
    assert {each.code for each in damping.payers} == {"A", "B"}
    assert sum(each.change_pence for each in damping.areas) == 0
    assert damping.cost_pence == sum(each.change_pence for each in damping.helped) > 0
    payments = [each.change_pence for each in damping.payers]
    assert payments == sorted(payments)
    assert sum(each.change_pence for each in found.local) == 0


def test_floors_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(engine.PotRefused, match="floors"):
        compare((FLOOR[0], FLOOR[1].replace("value: 4,", "value: 1000,")))


def test_a_column_that_the_figures_lack_is_refused() -> None:
    with pytest.raises(engine.AreasInvalid, match="no column"):
        compare(("column: hardship", "column: unknown"))


def test_class_c_can_be_compared_but_never_adopted() -> None:
    changed = ("hardship, class: B", "hardship, class: C")
    assert compare(changed).by_local == whatif.Tally(0, 0, 3, 0, 0)
    assert [problem.code for problem in engine.check(worlds.formula(changed), adoptable=True)] == [
        "class_c"
    ]


# --- What takes too long --------------------------------------------------------------------------


def test_a_document_that_takes_too_long_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heaviness, "MOST_BITS", 1)
    basis = whatif.Basis(None, 1_000, None, None)  # type: ignore[arg-type]
    monkeypatch.setattr(whatif, "areas_of", lambda _dataset: worlds.areas())
    with pytest.raises(engine.FormulaInvalid, match="takes too long"):
        whatif.compared(worlds.formula(), pot_pence=1_000, basis=basis)

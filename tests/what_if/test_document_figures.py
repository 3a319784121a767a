"""A document's numbers: all of them found, in their own words, and nothing else of the text touched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from budgets import document_figures as documents
from budgets import formula as engine
from budgets.document_figures import Limits
from tests.what_if import worlds

PUBLISHED = Path(__file__).parent.parent / "data" / "published"
NEED = "streams.individual.need.points.of.need"
SHARES = ("streams.individual.share", "streams.local.share")


def test_every_number_that_weighs_something_is_found() -> None:
    found = {figure.key: figure for figure in documents.figures(worlds.formula())}
    assert list(found) == [
        "streams.individual.share",
        NEED,
        "streams.individual.need.points.of.hard",
        "streams.local.share",
    ]
    need = found[NEED]
    assert (need.group, need.label, need.unit) == (
        "Entitlements",
        "people with need",
        "points each",
    )
    assert (need.written, need.value) == ("3", 3)
    assert found["streams.individual.need.points.of.hard"].note == "wears people down"
    assert found["streams.local.share"].label == "The local system"


def test_the_products_own_formula_shows_each_of_its_numbers_once() -> None:
    formula = engine.built_in("england")
    found = documents.figures(formula)
    points = sum(len(stream.need.parts) for stream in formula.streams)
    ratios = sum(len(f.by_label) + bool(f.otherwise) for f in formula.factors.values())
    assert len(found) == points + ratios + len(formula.streams)
    assert len({figure.key for figure in found}) == len(found)
    assert all(formula.text[f.start : f.end] == f.written for f in found)
    assert all(figure.label and figure.unit and figure.group for figure in found)


def test_a_number_deep_inside_a_published_need_can_be_changed() -> None:
    path = PUBLISHED / "rnf-youth-and-community-2010-11.yaml"
    formula = engine.load(path.read_text(encoding="utf-8"))
    for figure in documents.figures(formula):
        changed = documents.rewritten(formula, numbers={figure.key: "12345"})
        assert engine.load(changed).text != formula.text
        assert len(changed) == len(formula.text) - len(figure.written) + 5


def test_a_formula_without_numbers_shows_none() -> None:
    path = PUBLISHED / "gae-residential-care-2022-23.yaml"
    assert documents.figures(engine.load(path.read_text(encoding="utf-8"))) == []


def test_only_the_number_changes() -> None:
    changed = documents.rewritten(worlds.formula(), numbers={NEED: " 7/2 "})
    assert changed == worlds.DOCUMENT.replace("need: 3 ", "need: 7/2 ")


def test_an_equal_number_leaves_the_text_as_it_is() -> None:
    formula = worlds.formula()
    assert documents.rewritten(formula, numbers={NEED: "3.00"}, hardship=True) == formula.text


def test_what_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a number"):
        documents.rewritten(worlds.formula(), numbers={NEED: "3, or so"})


def test_the_switch_is_turned_where_it_is_or_added() -> None:
    off = documents.rewritten(worlds.formula(), hardship=False)
    assert off == worlds.DOCUMENT.replace("hardship: on", "hardship: off")
    without = worlds.formula(("switches: {hardship: on}\n", ""))
    assert engine.load(documents.rewritten(without, hardship=False)).hardship_on is False


def test_limits_are_added_to_a_stream() -> None:
    formula = worlds.formula()
    assert documents.streams_to_bound(formula) == ["individual", "local"]
    text = documents.rewritten(
        formula, limits={"individual": Limits("5", "1000"), "local": Limits()}
    )
    bounded = engine.load(text)
    [individual, local] = bounded.streams
    assert local.bounds is None
    assert individual.bounds is not None
    assert individual.bounds.level == "local"
    [limit] = individual.bounds.limits
    assert limit.at_least is not None
    assert limit.at_most is not None
    assert (limit.of, limit.at_least.value, limit.at_most.value) == ("head", 5, 1000)
    assert documents.REFERENCE in bounded.references
    assert documents.streams_to_bound(bounded) == ["local"]
    # Its numbers can be changed next time.
    keys = [figure.key for figure in documents.figures(bounded)]
    assert "streams.individual.bounds.limits[1].at_least" in keys
    assert not engine.check(bounded, adoptable=True)


def test_nothing_can_be_added_where_there_is_no_line_to_add_it_at() -> None:
    one_line = worlds.formula(
        ("references:\n  us: {title: Invented}", "references: {us: {title: Invented}}")
    )
    assert documents.streams_to_bound(one_line) == []


# --- Differences ----------------------------------------------------------------------------------


def test_documents_that_are_the_same_do_not_differ() -> None:
    assert not documents.differences(worlds.formula(), worlds.formula())


def test_a_changed_number_is_told() -> None:
    found = documents.differences(worlds.formula(), worlds.formula(("need: 3 ", "need: 3.5 ")))
    [changed] = found.numbers
    assert (changed.label, changed.before, changed.after) == ("people with need", "3", "3.5")
    assert (found.hardship, found.other_words) == (None, False)


def test_a_turned_switch_is_told() -> None:
    found = documents.differences(
        worlds.formula(), worlds.formula(("hardship: on", "hardship: off"))
    )
    assert (found.numbers, found.hardship, found.other_words) == ([], False, False)


def test_other_words_are_told() -> None:
    found = documents.differences(worlds.formula(), worlds.formula(("class: B", "class: C")))
    assert (found.numbers, found.other_words) == ([], True)


def test_numbers_that_came_or_went_are_told() -> None:
    line = "          hard: {points: 1, note: wears people down}\n"
    less = worlds.formula((line, ""))
    [gone] = documents.differences(worlds.formula(), less).numbers
    assert (gone.before, gone.after) == ("1", None)
    [new] = documents.differences(less, worlds.formula()).numbers
    assert (new.before, new.after) == (None, "1")


def test_comments_and_spacing_stay() -> None:
    changed = documents.rewritten(worlds.formula(), numbers={NEED: "4", SHARES[0]: "0.8"})
    assert re.findall(r"#.*", changed) == ["# the measuring rod"]

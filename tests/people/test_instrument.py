"""The conversation's document: what it must look at, what its points may do, and the page and file that show it."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.test import Client
from django.urls import reverse

from people import instrument
from people.instrument import InstrumentInvalid, parse

OURS: dict[str, Any] = yaml.safe_load(instrument.PATH.read_text(encoding="utf-8"))
CODES = [answer["code"] for answer in OURS["answers"]]


def outcome(document: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        each for group in document["groups"] for each in group["outcomes"] if each["code"] == code
    )
    return found


def test_ours_can_be_used_and_looks_at_every_letter_of_the_law() -> None:
    now = instrument.current()
    assert now.since.isoformat() == "2026-04-01"
    assert {source.code: len(source.letters) for source in now.sources} == {
        "adult": 10,
        "carer": 8,
        "wellbeing": 9,
        "child": 5,
    }
    covered = {cover for question in [*now.outcomes, *now.causes] for cover in question.covers}
    assert len(covered) == 32


def _drop(key: str) -> Callable[[dict[str, Any]], object]:
    return lambda document: document.pop(key)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (_drop("summary"), "summary: give it in words."),
        (_drop("since"), "since: give the day"),
        (_drop("never_asked"), "never_asked: give a list"),
        (_drop("answers"), "answers: give a list."),
        (_drop("causes"), "causes: give a list."),
        (_drop("sources"), "sources: give at least one"),
        (lambda d: d.update(groups=[1]), "groups.1: give keys and values."),
        (lambda d: outcome(d, "eating").pop("easy"), "outcomes.eating: give easy in words."),
        (lambda d: outcome(d, "eating").update(income=1), "outcomes.eating: income is not known"),
        (lambda d: outcome(d, "eating").update(covers="adult.a"), "outcomes.eating: covers is"),
        (lambda d: outcome(d, "eating").update(code="nights"), "nights: named twice."),
        (lambda d: outcome(d, "eating").update(points=[0, 1]), "eating: points is a whole number"),
        (
            lambda d: outcome(d, "eating").update(points=[0, 1, 2.5, 3, 4]),
            "eating: points is a whole number",
        ),
        (
            lambda d: outcome(d, "eating").update(points=[0, 3, 2, 4, 5]),
            "eating: points begin at 0 and never fall",
        ),
        (
            lambda d: outcome(d, "eating").update(points=[1, 2, 3, 4, 5]),
            "eating: points begin at 0 and never fall",
        ),
        (lambda d: d["causes"][0].update(points=[0, 1, 2, 3, 4]), "housing: what comes from"),
        (lambda d: outcome(d, "washing").pop("covers"), "adult.b: nothing asks about this."),
        (lambda d: outcome(d, "eating")["covers"].append("adult.z"), "adult.z: no source says"),
    ],
)
def test_what_makes_a_document_unusable(
    spoil: Callable[[dict[str, Any]], object], fault: str
) -> None:
    document = copy.deepcopy(OURS)
    spoil(document)
    with pytest.raises(InstrumentInvalid) as refused:
        parse(yaml.safe_dump(document, allow_unicode=True))
    assert any(each.startswith(fault) for each in refused.value.faults), refused.value.faults


@pytest.mark.parametrize("text", ["", "[1, 2]", "a: [", "\t"])
def test_what_is_no_instrument_at_all(text: str) -> None:
    with pytest.raises(InstrumentInvalid):
        parse(text)


def test_more_need_is_never_fewer_points() -> None:
    now = instrument.current()
    everything = {each.code: "most-days" for each in now.outcomes}
    for each in now.outcomes:
        for others in (dict[str, str](), everything):
            said = [now.points(others | {each.code: code}) for code in CODES]
            assert said == sorted(said)
            assert said[0] < said[-1]


def test_what_is_left_out_counts_nothing_and_what_is_unknown_is_refused() -> None:
    now = instrument.current()
    assert now.points({}) == 0
    assert now.points({"eating": "every-day", "nights": "always"}) == 31
    with pytest.raises(KeyError):
        now.points({"income": "some"})
    with pytest.raises(KeyError):
        now.points({"eating": "very much"})


def test_it_asks_about_nobodys_money() -> None:
    now = instrument.current()
    asked = [*now.outcomes, *now.causes, *now.beside]
    words = " ".join(f"{each.title} {each.question} {each.easy}" for each in asked).lower()
    about_means = (
        r"\b(money|income|earn\w*|sav(e|ings)|own(s|ed|er)|wage\w*|pension\w*|benefits?)\b"
    )
    assert re.findall(about_means, words) == []


def test_easy_read_is_short() -> None:
    now = instrument.current()
    for each in [*now.outcomes, *now.causes, *now.beside]:
        for sentence in re.split(r"(?<=[?.]) ", each.easy):
            assert len(sentence.split()) <= 10, sentence


# --- Shown ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_shows_everything_that_is_asked(client: Client) -> None:
    now = instrument.current()
    page = client.get(reverse("conversation")).content.decode()
    for each in [*now.outcomes, *now.causes]:
        assert f'id="{each.code}"' in page
        assert each.question.replace("'", "&#x27;") in page
    for each in now.outcomes:
        row = page[page.index(f'header">{each.title}</th>') :]
        cells = re.findall(r">(\d+)</td>", row[: row.index("</tr>")])
        assert tuple(map(int, cells)) == each.points


@pytest.mark.django_db
def test_the_easy_page_has_the_easy_words_and_no_table(client: Client) -> None:
    now = instrument.current()
    page = client.get(reverse("conversation"), {"easy": "1"}).content.decode()
    for each in [*now.outcomes, *now.causes]:
        assert each.easy.replace("'", "&#x27;") in page
        assert each.question.replace("'", "&#x27;") not in page
    assert "<table" not in page


@pytest.mark.django_db
def test_programs_get_the_document_word_for_word(client: Client) -> None:
    address = reverse("open_data_conversation")
    answer = client.get(address)
    assert answer.content == instrument.PATH.read_bytes()
    assert parse(answer.content.decode()) == instrument.current()
    assert answer["Access-Control-Allow-Origin"] == "*"
    again = client.get(address, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

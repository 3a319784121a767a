"""What-ifs through the API: asked, kept and answered as the pages do it, and found by their address alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from budgets import what_if_places as places
from budgets import whatif
from budgets.formula import heaviness
from budgets.models import Movement, WhatIf
from governance.models import AuditEntry, Sphere
from socialcare.kernel.models import IdempotentRequest
from tests.api.conftest import ClientOf
from tests.api.test_lists import walk
from tests.api.worlds import V1, post
from tests.small_england import LOCAL_SYSTEM, SmallEngland
from tests.what_if.conftest import LOUDER
from tests.what_if.worlds import form_of

WHAT_IFS = f"{V1}what-ifs/"


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def question(world: SmallEngland, **changes: Any) -> dict[str, Any]:
    old, new = LOUDER
    assert old in world.formula.text
    return {"nation": world.nation.code, "text": world.formula.text.replace(old, new)} | changes


def the_answer(told: dict[str, Any]) -> whatif.Comparison:
    return whatif.comparison(WhatIf.objects.get(public_id=told["public_id"]))


# --- Asking ---------------------------------------------------------------------------------------


def test_anybody_asks_and_no_money_moves(untouched: SmallEngland, anybody: Client) -> None:
    movements = Movement.objects.count()
    answer = post(anybody, WHAT_IFS, question(untouched))
    assert answer.status_code == 201
    assert answer["X-Robots-Tag"] == "noindex"
    told = answer.json()
    assert told == anybody.get(answer["Location"]).json()
    assert told["pot_pence"] == untouched.shared_pot.shared_pence
    assert told["compared_with"] == {
        "formula": "england",
        "version": 1,
        "pot_pence": untouched.shared_pot.shared_pence,
        "run": untouched.run.public_id,
    }
    kept = WhatIf.objects.get(public_id=told["public_id"])
    assert kept.created_by is None
    assert Movement.objects.count() == movements


def test_the_same_question_is_the_same_one_by_page_and_by_program(
    untouched: SmallEngland, program: ClientOf
) -> None:
    told = post(program("citizen"), WHAT_IFS, question(untouched)).json()
    form = form_of(untouched) | {"text": question(untouched)["text"].replace("\n", "\r\n")}
    page = Client().post(reverse("ask_by_document"), form)
    assert page["Location"] == reverse("what_if", args=[told["public_id"]])
    again = post(program("steward"), WHAT_IFS, question(untouched))
    assert (again.status_code, again.json()) == (201, told)
    assert WhatIf.objects.get(public_id=told["public_id"]).created_by == untouched.people["citizen"]


def test_a_key_of_ones_own_is_kept_and_a_visitor_has_none(
    untouched: SmallEngland, program: ClientOf, anybody: Client
) -> None:
    key = {"idempotency_key": "a-key-of-its-own"}
    first = post(anybody, WHAT_IFS, question(untouched), **key)
    other = post(anybody, WHAT_IFS, question(untouched, pot_pence=5_000_00), **key)
    assert (first.status_code, other.status_code) == (201, 201)
    assert not IdempotentRequest.objects.exists()
    citizen = program("citizen")
    mine = post(citizen, WHAT_IFS, question(untouched), **key)
    assert post(citizen, WHAT_IFS, question(untouched), **key)["Idempotent-Replayed"] == "true"
    changed = post(citizen, WHAT_IFS, question(untouched, pot_pence=1), **key)
    assert (mine.status_code, changed.status_code) == (201, 409)
    assert post(anybody, WHAT_IFS, question(untouched), idempotency_key="odd").status_code == 400


def test_another_version_and_another_pot(untouched: SmallEngland, anybody: Client) -> None:
    sent = question(
        untouched, pot_pence=77_000_01, compared_with={"formula": "england", "version": 2}
    )
    told = post(anybody, WHAT_IFS, sent).json()
    assert (told["pot_pence"], told["compared_with"]["version"]) == (77_000_01, 2)
    assert told["compared_with"]["run"] is None


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"text": "formula: short"}, "#/text", "missing-key"),
        ({"text": "a: [1"}, "#/text", "yaml"),
        ({"pot_pence": 1.5}, "#/pot_pence", "invalid"),
        ({"compared_with": {"formula": "england", "version": 9}}, "#/compared_with", None),
        ({"compared_with": {"formula": "england"}}, "#/compared_with/version", "required"),
        ({"nation": "nowhere"}, "#/nation", "does-not-exist"),
    ],
)
def test_what_stands_against_an_answer_is_pointed_at(
    untouched: SmallEngland, anybody: Client, changes: Any, pointer: str, code: str | None
) -> None:
    before = (WhatIf.objects.count(), AuditEntry.objects.count())
    answer = post(anybody, WHAT_IFS, question(untouched, **changes))
    assert answer.status_code == 400
    faults = {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}
    assert (pointer, code or "does-not-exist") in faults
    assert (WhatIf.objects.count(), AuditEntry.objects.count()) == before


def test_a_formula_that_cannot_be_worked_out_has_the_codes_of_the_form(
    untouched: SmallEngland, anybody: Client
) -> None:
    unknown = question(untouched)["text"].replace("column: ", "column: no_such_", 1)
    body = post(anybody, WHAT_IFS, question(untouched, text=unknown)).json()
    assert body["code"] == "what-if-refused"
    faults = {(fault["pointer"], fault["code"]) for fault in body["errors"]}
    assert faults == {("#/text", "missing-column")}


def test_nothing_in_force_is_said(untouched: SmallEngland, anybody: Client) -> None:
    elsewhere = Sphere.objects.create(level="national", code="X01", name="Elsewhere")
    answer = post(anybody, WHAT_IFS, question(untouched, nation=elsewhere.code))
    [fault] = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("#/nation", "nothing-in-force")


def test_pages_and_programs_count_together(
    untouched: SmallEngland, program: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whatif, "MOST_AN_HOUR", 2)
    anybody = Client()
    assert anybody.post(reverse("ask_what_if"), form_of(untouched)).status_code == 302
    assert post(anybody, WHAT_IFS, question(untouched)).status_code == 201
    answer = post(anybody, WHAT_IFS, question(untouched, pot_pence=9))
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert not WhatIf.objects.filter(pot_pence=9).exists()
    assert post(program("citizen"), WHAT_IFS, question(untouched)).status_code == 201


# --- Whose ----------------------------------------------------------------------------------------


def test_one_sees_ones_own_questions_and_nobody_elses(
    untouched: SmallEngland, program: ClientOf
) -> None:
    citizen = program("citizen")
    mine = post(citizen, WHAT_IFS, question(untouched)).json()
    post(program("worker"), WHAT_IFS, question(untouched, pot_pence=5_000_00))
    post(Client(), WHAT_IFS, question(untouched, pot_pence=6_000_00))
    [listed] = citizen.get(WHAT_IFS).json()["results"]
    assert listed == {name: mine[name] for name in listed}
    assert program("panel").get(WHAT_IFS).json()["results"] == []


def test_the_list_asks_as_often_however_long_it_is(
    untouched: SmallEngland, program: ClientOf
) -> None:
    citizen = program("citizen")
    counts = []
    for pot in range(1, 7):
        post(citizen, WHAT_IFS, question(untouched, pot_pence=pot * 1_000_00))
        if pot in {1, 3, 6}:
            with CaptureQueriesContext(connection) as asked:
                assert len(citizen.get(WHAT_IFS).json()["results"]) == pot
            counts.append(len(asked))
    assert len(set(counts)) == 1


# --- The answer -----------------------------------------------------------------------------------


def test_the_summary_is_the_engines(untouched: SmallEngland, anybody: Client) -> None:
    told = post(anybody, WHAT_IFS, question(untouched)).json()
    answer = the_answer(told)
    for name, tally in (("local", answer.by_local), ("neighbourhoods", answer.by_neighbourhood)):
        assert told["answer"][name] == {
            field: getattr(tally, field)
            for field in ("gain", "lose", "same", "gained_pence", "lost_pence")
        }
    assert told["answer"]["hardship_counted"] is True
    tenths = told["answer"]["deciles"]
    assert [each["number"] for each in tenths] == list(range(1, 11))
    assert len({each["people"] for each in tenths}) == 1
    # Each to the nearest penny: ten of them may miss nothing by five.
    assert abs(sum(each["change_pence"] for each in tenths)) <= 5


def test_the_links_lead_there(untouched: SmallEngland, anybody: Client) -> None:
    told = post(anybody, WHAT_IFS, question(untouched)).json()
    addresses = [told["page"], *told["files"].values()]
    assert list(told["files"]) == ["local", "neighbourhoods", "document"]
    for address in addresses:
        assert anybody.get(urlsplit(address).path).status_code == 200
    words = anybody.get(urlsplit(told["files"]["document"]).path).content.decode()
    assert words == question(untouched)["text"]


def test_floors_tell_what_they_cost_and_who_pays(untouched: SmallEngland, anybody: Client) -> None:
    form = form_of(untouched, most_individual="9000", least_individual="100")
    page = anybody.post(reverse("ask_what_if"), form)
    public_id = page["Location"].rstrip("/").rpartition("/")[2]
    told = anybody.get(f"{WHAT_IFS}{public_id}/").json()
    assert [each["stream"] for each in told["answer"]["damping"]] == [
        each.stream for each in the_answer(told).damping
    ]
    assert told["answer"]["damping"]


def test_a_question_without_an_answer_says_why(
    untouched: SmallEngland, anybody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    public_id = untouched.proposed_formula.what_if.public_id  # type: ignore[union-attr]
    monkeypatch.setattr(heaviness, "MOST_PARTS", 1)
    whatif._comparison.cache_clear()
    told = anybody.get(f"{WHAT_IFS}{public_id}/").json()
    assert told["answer"] is None
    assert [problem["code"] for problem in told["no_answer_because"]] == ["too_heavy"]
    assert list(told["files"]) == ["document"]
    missing = anybody.get(f"{WHAT_IFS}{public_id}/changes/")
    assert (missing.status_code, missing.json()["code"]) == (404, "missing")


def test_a_nation_without_pages_has_no_links(untouched: SmallEngland, anybody: Client) -> None:
    told = post(anybody, WHAT_IFS, question(untouched)).json()
    first = Sphere.objects.create(
        pk=untouched.nation.pk - 1_000_000, level="national", code="X00", name="First"
    )
    assert first.pk < untouched.nation.pk
    told = anybody.get(f"{WHAT_IFS}{told['public_id']}/").json()
    assert (told["page"], told["files"]) == (None, {})
    assert told["answer"] is not None


# --- Place by place -------------------------------------------------------------------------------


@pytest.fixture
def changes(untouched: SmallEngland, anybody: Client) -> str:
    """The address of the places of a question."""
    return f"{post(anybody, WHAT_IFS, question(untouched))['Location']}changes/"


def rows(client: Client, address: str) -> list[dict[str, Any]]:
    return [row for page in walk(client, address) for row in page["results"]]


@pytest.mark.parametrize(
    ("level", "name"), [("local", "local"), ("neighbourhood", "neighbourhoods")]
)
def test_places_are_those_of_the_file(anybody: Client, changes: str, level: str, name: str) -> None:
    told = rows(anybody, f"{changes}?level={level}&sort=name&page_size=2")
    summary = anybody.get(changes.removesuffix("changes/")).json()
    file = anybody.get(urlsplit(summary["files"][name]).path).content.decode()
    lines = list(csv.DictReader(io.StringIO(file)))
    assert tuple(lines[0]) == places.COLUMNS
    assert sorted(told, key=lambda row: row["code"]) == [
        {
            column: text if column in {"code", "name", "parent"} else int(text)
            for column, text in line.items()
        }
        for line in lines
    ]
    assert [row["name"] for row in told] == sorted(row["name"] for row in told)


def test_the_largest_gain_comes_first(anybody: Client, changes: str) -> None:
    for address in (changes, f"{changes}?level=neighbourhood"):
        pence = [row["change_pence"] for row in rows(anybody, address)]
        assert pence == sorted(pence, reverse=True)
        assert len(set(pence)) > 1


def test_places_are_narrowed(anybody: Client, changes: str) -> None:
    everywhere = rows(anybody, f"{changes}?level=neighbourhood")
    inside = rows(anybody, f"{changes}?level=neighbourhood&parent={LOCAL_SYSTEM}&page_size=1")
    assert inside == [row for row in everywhere if row["parent"] == LOCAL_SYSTEM]
    assert 0 < len(inside) < len(everywhere)
    gain = rows(anybody, f"{changes}?level=neighbourhood&direction=gain")
    lose = rows(anybody, f"{changes}?level=neighbourhood&direction=lose&page_size=1")
    assert gain == [row for row in everywhere if row["change_pence"] > 0]
    assert lose == [row for row in everywhere if row["change_pence"] < 0]
    assert gain
    assert lose
    assert rows(anybody, f"{changes}?parent={LOCAL_SYSTEM}") == []


def test_the_last_page_leads_back(anybody: Client, changes: str) -> None:
    forwards = walk(anybody, f"{changes}?level=neighbourhood&page_size=2")
    last = next(page["next"] for page in reversed(forwards) if page["next"])
    back = walk(anybody, last, "previous")
    assert [page["results"] for page in reversed(back)] == [page["results"] for page in forwards]


@pytest.mark.parametrize(
    "query", ["level=national", "direction=up", "sort=luck", "parent=" + "x" * 21, "of=nobody"]
)
def test_what_is_not_known_is_refused(anybody: Client, changes: str, query: str) -> None:
    answer = anybody.get(f"{changes}?{query}")
    assert answer.status_code == 400
    assert [fault["parameter"] for fault in answer.json()["errors"]] == [query.partition("=")[0]]


def test_a_cursor_of_a_longer_list_is_refused(anybody: Client, changes: str) -> None:
    longer = walk(anybody, f"{changes}?level=neighbourhood&page_size=1")[-2]["next"]
    cursor = longer.partition("cursor=")[2].partition("&")[0]
    assert anybody.get(f"{changes}?cursor={cursor}").status_code == 400

"""The nation's money through the API: proposed, run and explained as the pages and the commands do it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from budgets import explanations, whatif
from budgets.exports import as_csv, lines_of_run
from budgets.formula import heaviness
from budgets.models import AllocationRun, FormulaVersion, Pot
from governance.levels import Level
from socialcare.kernel.models import OutboxMessage
from tests.api.conftest import ClientOf
from tests.api.worlds import V1, post
from tests.small_england import SmallEngland, year


def pot(world: SmallEngland, **changes: Any) -> dict[str, Any]:
    return {
        "nation": world.nation.code,
        "starts_on": year(5).isoformat(),
        "ends_on": year(6).isoformat(),
        "total_pence": 1_000_000_01,
        "risk_reserve_pence": 2_000_000,
        "national_functions_pence": 500_000,
        "background": "It keeps pace with need.",
        **changes,
    }


# --- Pots -----------------------------------------------------------------------------------------


def test_a_pot_is_proposed(untouched: SmallEngland, program: ClientOf) -> None:
    steward = program("steward")
    answer = post(steward, f"{V1}pots/", pot(untouched))
    assert answer.status_code == 201
    told = answer.json()
    assert told == steward.get(answer["Location"]).json()
    assert told["shared_pence"] == 1_000_000_01 - 2_500_000
    matter = steward.get(f"{V1}matters/{told['matter']}/").json()
    assert (matter["power"], matter["state"]) == ("set-the-pot", "raised")


def test_sums_that_leave_nothing_are_refused(untouched: SmallEngland, program: ClientOf) -> None:
    before = Pot.objects.count()
    answer = post(program("steward"), f"{V1}pots/", pot(untouched, total_pence=2_500_000))
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-sums")
    assert Pot.objects.count() == before


# --- Formulas -------------------------------------------------------------------------------------


def test_a_formula_is_proposed(untouched: SmallEngland, program: ClientOf) -> None:
    text = untouched.formula.text.replace("title: Need for", "title: A third draft of need for", 1)
    sent = {"nation": untouched.nation.code, "text": text, "background": "Clearer."}
    answer = post(program("steward"), f"{V1}formulas/", sent)
    assert answer.status_code == 201
    assert answer["Location"] == f"{V1}formulas/{untouched.nation.code}/england/3/"
    assert FormulaVersion.objects.get(slug="england", version=3).text == text


def test_what_stands_against_a_formula_has_its_line(
    untouched: SmallEngland, program: ClientOf
) -> None:
    text = untouched.formula.text.replace("class: B", "class: C", 1)
    sent = {"nation": untouched.nation.code, "text": text, "background": "Means."}
    answer = post(program("steward"), f"{V1}formulas/", sent)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, "formula-not-adoptable")
    lines = {fault["line"] for fault in body["errors"] if fault["code"] == "class-c"}
    [line] = lines
    assert "hardship:" in text.splitlines()[line - 1]
    assert FormulaVersion.objects.count() == 2


def test_anybody_checks_a_document_and_nothing_is_kept(
    untouched: SmallEngland, anybody: Client
) -> None:
    good = post(anybody, f"{V1}formulas/check/", {"text": untouched.formula.text}).json()
    assert (good["readable"], good["adoptable"], good["problems"]) == (True, True, [])
    assert good["sha256"] == untouched.formula.sha256
    means = untouched.formula.text.replace("class: B", "class: C", 1)
    bad = post(anybody, f"{V1}formulas/check/", {"text": means}).json()
    assert (bad["readable"], bad["adoptable"]) == (True, False)
    broken = post(anybody, f"{V1}formulas/check/", {"text": "a: [1"}).json()
    assert (broken["readable"], broken["adoptable"]) == (False, False)
    assert broken["problems"][0]["code"] == "yaml"
    assert FormulaVersion.objects.count() == 2


def test_a_document_is_tried_over_a_nations_figures_if_asked(
    untouched: SmallEngland, anybody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    monkeypatch.setattr(heaviness, "MOST_BITS", 1)
    sent = {"text": untouched.formula.text}
    assert post(anybody, f"{V1}formulas/check/", sent).json()["adoptable"] is True
    sent["nation"] = untouched.nation.code
    [problem] = post(anybody, f"{V1}formulas/check/", sent).json()["problems"]
    assert (problem["code"], problem["key"] != "", problem["line"] > 0) == ("too_heavy", True, True)
    monkeypatch.setattr(whatif, "MOST_AN_HOUR", 1)
    assert post(anybody, f"{V1}formulas/check/", sent).status_code == 429


def test_the_document_is_read_word_for_word_or_as_exact_data(
    untouched: SmallEngland, anybody: Client
) -> None:
    address = f"{V1}formulas/{untouched.nation.code}/england/1/document/"
    words = anybody.get(address, headers={"Accept": "application/yaml"})
    assert words.content.decode() == untouched.formula.text
    data = anybody.get(address)
    told = data.json()
    assert told["formula"] == "england"
    assert told["streams"]["individual"]["share"]["value"] == "0.88"
    assert words["ETag"] != data["ETag"]


# --- Runs -----------------------------------------------------------------------------------------


def run_of(world: SmallEngland, which: Pot) -> dict[str, Any]:
    return {"pot": which.public_id, "formula": world.formula.slug, "version": world.formula.version}


def test_a_run_is_started_once_a_key(untouched: SmallEngland, program: ClientOf) -> None:
    steward = program("steward")
    sent = run_of(untouched, untouched.waiting_pot)
    without = post(steward, f"{V1}runs/", sent)
    assert (without.status_code, without.json()["code"]) == (400, "idempotency-key-needed")
    first = post(steward, f"{V1}runs/", sent, idempotency_key="key-number-one")
    assert first.status_code == 202
    assert first.json()["state"] == "queued"
    again = post(steward, f"{V1}runs/", sent, idempotency_key="key-number-one")
    assert (again.status_code, again.content) == (202, first.content)
    assert again["Location"] == first["Location"]
    assert again["Idempotent-Replayed"] == "true"
    run = AllocationRun.objects.get(public_id=first.json()["public_id"])
    assert run.attempt == 1
    assert OutboxMessage.objects.filter(key__startswith=f"run:{run.public_id}:").count() == 1
    assert steward.get(first["Location"]).json() == first.json()


def test_a_run_needs_both_decisions(untouched: SmallEngland, program: ClientOf) -> None:
    steward = program("steward")
    unset = Pot.objects.get(matter=untouched.open)
    answer = post(steward, f"{V1}runs/", run_of(untouched, unset), idempotency_key="key-number-one")
    assert (answer.status_code, answer.json()["code"]) == (403, "pot-not-set")
    sent = run_of(untouched, untouched.waiting_pot) | {"version": 2}
    answer = post(steward, f"{V1}runs/", sent, idempotency_key="key-number-one")
    assert (answer.status_code, answer.json()["code"]) == (403, "formula-not-adopted")
    sent = run_of(untouched, untouched.waiting_pot) | {"version": 9}
    answer = post(steward, f"{V1}runs/", sent, idempotency_key="key-number-one")
    assert answer.json()["errors"][0]["pointer"] == "#/formula"
    assert not AllocationRun.objects.filter(pot=untouched.waiting_pot).exists()


def test_a_posted_run_is_answered_as_it_is(untouched: SmallEngland, program: ClientOf) -> None:
    sent = run_of(untouched, untouched.shared_pot)
    answer = post(program("steward"), f"{V1}runs/", sent, idempotency_key="key-number-one")
    assert (answer.status_code, answer.json()["state"]) == (202, "posted")
    assert answer.json()["attempt"] == 1


# --- Allocations and why --------------------------------------------------------------------------


def test_allocations_are_those_of_the_files(untouched: SmallEngland, anybody: Client) -> None:
    for level in (Level.LOCAL, Level.NEIGHBOURHOOD):
        address = f"{V1}allocations/?run={untouched.run.public_id}&level={level}"
        told = anybody.get(address).json()["results"]
        lines = csv.DictReader(io.StringIO(as_csv(lines_of_run(untouched.run, level))))
        assert [
            (row["sphere"], row["name"], row["need"], row["share"], str(row["amount_pence"]))
            for row in told
        ] == [
            (line["code"], line["name"], line["need"], line["share"], line["amount_pence"])
            for line in lines
        ]
        assert all(sum(row["streams"].values()) == row["amount_pence"] for row in told)
    whole = anybody.get(f"{V1}allocations/?run={untouched.run.public_id}&level=local").json()
    assert sum(row["amount_pence"] for row in whole["results"]) == untouched.shared_pot.shared_pence


def test_an_explanation_is_the_engines(untouched: SmallEngland, anybody: Client) -> None:
    code = untouched.neighbourhood.code
    told = anybody.get(f"{V1}explanations/{code}/").json()
    assert (told.pop("run"), told.pop("decision")) == (
        untouched.run.public_id,
        untouched.formula.decision.public_id,
    )
    assert told == explanations.explanation(untouched.run, code).as_dict()
    named = anybody.get(f"{V1}explanations/{code}/?run={untouched.run.public_id}")
    assert named.json()["amount_pence"] == told["amount_pence"]
    queued = anybody.get(f"{V1}explanations/{code}/?run={untouched.queued_run.public_id}")
    assert queued.status_code == 404

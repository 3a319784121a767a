"""Why a place gets this much: the page and the JSON say the same, to the penny, and what it rests on is all there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape
from jsonschema import Draft202012Validator

from budgets.models import Allocation
from socialcare.kernel.money import pounds
from tests import worlds
from tests.small_england import LOCAL_SYSTEM, NEIGHBOURHOOD, SmallEngland

SCHEMA = json.loads(
    (Path(settings.BASE_DIR) / "docs" / "why.schema.json").read_text(encoding="utf-8")
)
PLACES = [LOCAL_SYSTEM, NEIGHBOURHOOD]


def told(client: Client, code: str) -> dict[str, Any]:
    answer = client.get(reverse("explain_json", args=[code]))
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("code", PLACES)
def test_the_sums_are_exact(client: Client, untouched: SmallEngland, code: str) -> None:
    found = told(client, code)
    allocation = Allocation.objects.get(run=untouched.run, sphere__code=code)
    assert found["amount_pence"] == allocation.amount_pence
    assert {each["code"]: each["amount_pence"] for each in found["streams"]} == allocation.streams
    for stream in found["streams"]:
        running = 0
        for step in stream["steps"]:
            running += step["change_pence"]
            assert step["amount_pence"] == running
        assert running == stream["amount_pence"]


@pytest.mark.parametrize("code", PLACES)
def test_the_json_is_as_its_schema_says(client: Client, untouched: SmallEngland, code: str) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(told(client, code))


def test_every_key_of_the_schema_is_described() -> None:
    def properties(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        found = list(schema.get("properties", {}).items())
        for _name, below in [*found, ("", schema.get("items", {}))]:
            found += properties(below) if below else []
        return found

    described = properties(SCHEMA)
    assert len(described) > 40
    assert [name for name, schema in described if "description" not in schema] == []


@pytest.mark.parametrize("code", PLACES)
def test_the_page_shows_what_the_json_says(
    client: Client, untouched: SmallEngland, code: str
) -> None:
    found = told(client, code)
    text = client.get(reverse("explain", args=[code])).content.decode()
    for stream in found["streams"]:
        assert pounds(stream["amount_pence"]) in text
        for step in stream["steps"]:
            assert pounds(step["change_pence"]) in text
            assert pounds(step["amount_pence"]) in text
    assert pounds(found["amount_pence"]) in text
    for fingerprint in (
        found["formula"]["sha256"],
        found["figures"]["sha256"],
        found["run"]["sha256"],
    ):
        assert fingerprint in text
    for decision in (found["formula"]["adopted"], found["pot"]["set"]):
        assert reverse("matter", args=[decision["matter"]]) in text
    for cost in found["costs"]:
        assert escape(cost["measures"][1:]) in text
    for word in found["never_asked"]:
        assert f"<li>{word}</li>" in text


def test_it_rests_on_the_run_and_its_decisions(client: Client, untouched: SmallEngland) -> None:
    found = told(client, NEIGHBOURHOOD)
    run = untouched.run
    assert found["run"]["id"] == run.public_id
    assert found["run"]["sha256"] == run.digest
    assert found["formula"]["sha256"] == untouched.formula.sha256
    assert found["formula"]["adopted"]["matter"] == untouched.formula.matter.public_id
    assert found["formula"]["adopted"]["votes_for"] == len(untouched.council.members)
    assert found["pot"]["set"]["matter"] == untouched.shared_pot.matter.public_id
    assert found["pot"]["shared_pence"] == untouched.shared_pot.shared_pence
    assert found["figures"]["sha256"] == untouched.dataset.sha256
    assert [each["code"] for each in found["place"]["within"]] == [
        LOCAL_SYSTEM,
        untouched.nation.code,
    ]


def test_a_cost_ratio_is_told_as_it_is_here(client: Client, untouched: SmallEngland) -> None:
    costs = {each["name"]: each for each in told(client, NEIGHBOURHOOD)["costs"]}
    # Barnsley is in Yorkshire and The Humber: no London, no South East.
    assert costs["london_labour"]["labels"] == ["Yorkshire and The Humber"]
    assert (costs["london_labour"]["lowest"], costs["london_labour"]["highest"]) == (
        "1.000000",
        "1.000000",
    )
    wide = {each["name"]: each for each in told(client, LOCAL_SYSTEM)["costs"]}
    assert wide["travel"]["lowest"] <= costs["travel"]["lowest"] <= wide["travel"]["highest"]


def test_the_places_page_links_to_every_step(client: Client, untouched: SmallEngland) -> None:
    for code in PLACES:
        text = client.get(reverse("place", args=[code])).content.decode()
        assert reverse("explain", args=[code]) in text


def test_the_nations_share_is_the_run(client: Client, untouched: SmallEngland) -> None:
    answer = client.get(reverse("explain", args=[untouched.nation.code]))
    assert answer["Location"] == reverse("run", args=[untouched.run.public_id])
    assert client.get(reverse("explain_json", args=[untouched.nation.code])).status_code == 404


@pytest.mark.django_db
def test_without_figures_or_money_there_is_nothing_to_explain(client: Client) -> None:
    place = worlds.neighbourhood()
    for name in ("explain", "explain_json"):
        for code in ("NONE", place.code):
            assert client.get(reverse(name, args=[code])).status_code == 404


@pytest.mark.parametrize("name", ["explain", "explain_json"])
def test_a_local_system_asks_no_more_than_a_neighbourhood(
    client: Client, untouched: SmallEngland, name: str
) -> None:
    counts = set()
    for code in PLACES:
        address = reverse(name, args=[code])
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts.add(len([query for query in captured if "SAVEPOINT" not in query["sql"]]))
    assert counts == {6}

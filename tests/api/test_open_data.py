"""Open data: files whose hashes, columns and sums are what the package says, for any website, without a key."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from decimal import Decimal
from typing import Any

import pytest
import yaml
from django.test import Client

from budgets.models import AllocationRun
from governance.models import Sphere
from socialcare.open_data import files
from tests import worlds
from tests.small_england import SmallEngland

ADDRESS = "/open-data/"


def content(answer: Any) -> bytes:
    return b"".join(answer)


@pytest.fixture
def package(untouched: SmallEngland, anybody: Client) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(content(anybody.get(f"{ADDRESS}datapackage.json")))
    return told


@pytest.fixture
def tables(
    package: dict[str, Any], anybody: Client
) -> list[tuple[dict[str, Any], list[dict[str, str]]]]:
    """Each resource with its rows."""
    return [
        (
            resource,
            list(
                csv.DictReader(
                    io.StringIO(content(anybody.get(ADDRESS + resource["path"])).decode())
                )
            ),
        )
        for resource in package["resources"]
    ]


def test_the_package_describes_every_table(
    package: dict[str, Any], untouched: SmallEngland
) -> None:
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    starts_on = untouched.shared_pot.starts_on.isoformat()
    assert [resource["path"] for resource in package["resources"]] == [
        "neighbourhoods.csv",
        f"allocations/{starts_on}.csv",
    ]
    for resource in package["resources"]:
        assert re.fullmatch(r"[a-z0-9-]+", resource["name"])
        assert {licence["name"] for licence in resource["licenses"]} == {"OGL-UK-3.0", "other-open"}
        [source] = resource["sources"]
        assert source["sha256"] == untouched.dataset.sha256


def test_hashes_and_lengths_are_those_of_the_files(
    package: dict[str, Any], anybody: Client
) -> None:
    for resource in package["resources"]:
        answer = anybody.get(ADDRESS + resource["path"])
        data = content(answer)
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert resource["bytes"] == len(data) == int(answer["Content-Length"])


def test_every_cell_is_of_its_columns_type(tables: Any) -> None:
    for resource, rows in tables:
        fields = resource["schema"]["fields"]
        assert rows
        assert list(rows[0]) == [field["name"] for field in fields]
        kinds = {field["name"]: field["type"] for field in fields}
        for row in rows:
            for name, cell in row.items():
                if cell and kinds[name] == "integer":
                    int(cell)
                if cell and kinds[name] == "number":
                    Decimal(cell)
        codes = [row["code"] for row in rows]
        assert len(set(codes)) == len(codes)
        for field in fields:
            assert field["title"]
            if field["name"].endswith("_pence"):
                assert (field["type"], field["unit"]) == ("integer", "pence")


def test_the_sums_are_the_pots(tables: Any, untouched: SmallEngland) -> None:
    rows = next(rows for resource, rows in tables if resource["path"].startswith("allocations"))
    for level in ("local", "neighbourhood"):
        amounts = [int(row["amount_pence"]) for row in rows if row["level"] == level]
        whole = untouched.shared_pot.shared_pence
        assert sum(amounts) == whole
    for row in rows:
        streams = [int(value) for name, value in row.items() if name.endswith("_pence")]
        assert sum(streams) == 2 * int(row["amount_pence"])


@pytest.mark.parametrize(
    "name",
    [
        "datapackage.json",
        "neighbourhoods.csv",
        "allocations",
        "formulas/england-1.yaml",
        "decisions.json",
    ],
)
def test_any_website_may_read_and_ask_again(
    untouched: SmallEngland, anybody: Client, name: str
) -> None:
    if name == "allocations":
        name = f"allocations/{untouched.shared_pot.starts_on.isoformat()}.csv"
    first = anybody.get(ADDRESS + name)
    assert first.status_code == 200
    assert first["Access-Control-Allow-Origin"] == "*"
    assert first["Cache-Control"] == "public, max-age=300"
    # Nothing in it depends on who asks.
    assert "Cookie" not in first.get("Vary", "")
    again = anybody.get(ADDRESS + name, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, content(again)) == (304, b"")
    head = anybody.head(ADDRESS + name)
    assert (head.status_code, head["ETag"]) == (200, first["ETag"])
    assert anybody.options(ADDRESS + name)["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert anybody.post(ADDRESS + name).status_code == 405


def test_formulas_are_word_for_word(untouched: SmallEngland, anybody: Client) -> None:
    answer = anybody.get(f"{ADDRESS}formulas/england-1.yaml")
    assert content(answer).decode() == untouched.formula.text
    assert yaml.safe_load(content(answer))["formula"] == "england"


def test_decisions_say_what_they_adopted(untouched: SmallEngland, anybody: Client) -> None:
    told = json.loads(content(anybody.get(f"{ADDRESS}decisions.json")))["decisions"]
    assert len(told) == 4
    assert [decision["carried"] for decision in told] == [True] * 4
    [adopted] = [decision for decision in told if "formula" in decision]
    assert adopted["formula"]["sha256"] == untouched.formula.sha256
    assert adopted["public_id"] == adopted["formula"]["decision"]
    days = [decision["decided_at"] for decision in told]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(
    "name",
    [
        "allocations/2026-13-45.csv",
        "allocations/1900-04-01.csv",
        "allocations/x.csv",
        "formulas/england-9.yaml",
        "formulas/nowhere-1.yaml",
        "x.csv",
    ],
)
def test_what_is_not_there(untouched: SmallEngland, anybody: Client, name: str) -> None:
    assert anybody.get(ADDRESS + name).status_code == 404


def test_only_posted_money_is_published(untouched: SmallEngland, anybody: Client) -> None:
    starts_on = AllocationRun.objects.get(pk=untouched.queued_run.pk).pot.starts_on.isoformat()
    assert anybody.get(f"{ADDRESS}allocations/{starts_on}.csv").status_code == 404


def test_a_renamed_place_keeps_its_name_in_an_old_file(untouched: SmallEngland) -> None:
    file = files.allocations(untouched.run)
    before = "".join(file.lines())
    Sphere.objects.filter(pk=untouched.neighbourhood.pk).update(name="=Another name")
    assert "".join(file.lines()) == before


def test_the_page_names_every_file(
    untouched: SmallEngland, anybody: Client, package: dict[str, Any]
) -> None:
    page = anybody.get(ADDRESS).content.decode()
    for resource in package["resources"]:
        assert f'href="{ADDRESS}{resource["path"]}"' in page
        assert resource["hash"].removeprefix("sha256:") in page
    assert "england-1.yaml" in page


@pytest.mark.django_db
def test_before_there_is_anything(anybody: Client) -> None:
    assert anybody.get(ADDRESS).status_code == 200
    for name in ("datapackage.json", "neighbourhoods.csv", "decisions.json"):
        assert anybody.get(ADDRESS + name).status_code == 404
    worlds.nation()
    assert anybody.get(ADDRESS).status_code == 200
    assert json.loads(content(anybody.get(f"{ADDRESS}datapackage.json")))["resources"] == []
    assert anybody.get(f"{ADDRESS}neighbourhoods.csv").status_code == 404

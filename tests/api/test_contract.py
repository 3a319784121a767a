"""Each reading operation answers in the shape that the document promises, to anybody, and says when nothing is new."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from governance.actions import matters
from socialcare.api.document import document
from tests.api.conftest import ClientOf
from tests.api.worlds import PRIVATE, reads
from tests.small_england import SmallEngland

READS = [
    operation["operationId"]
    for methods in document()["paths"].values()
    for method, operation in methods.items()
    if method == "get"
]
PUBLIC = [name for name in READS if name not in PRIVATE]
LISTS = [name for name in PUBLIC if name.startswith("list_") and name != "list_powers"]
ONES = [name for name in PUBLIC if name not in LISTS]


def test_every_reading_operation_is_tried(untouched: SmallEngland) -> None:
    assert set(reads(untouched)) == set(READS)


@pytest.mark.parametrize("name", READS)
def test_the_answer_fits_the_document(
    untouched: SmallEngland, program: ClientOf, operations: Any, faults_of: Any, name: str
) -> None:
    answer = program("citizen" if name in PRIVATE else "steward").get(reads(untouched)[name])
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    _path, _method, operation = operations[name]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert faults_of(answer.json(), schema) == []


@pytest.mark.parametrize("name", [*LISTS, *ONES])
def test_anybody_may_read_it_from_any_website(
    untouched: SmallEngland, anybody: Client, name: str
) -> None:
    answer = anybody.get(reads(untouched)[name])
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cache-Control"] == "no-cache"
    asked = anybody.options(reads(untouched)[name].partition("?")[0])
    assert asked.status_code == 204
    assert "If-None-Match" in asked["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("name", LISTS)
def test_lists_have_something_to_show(untouched: SmallEngland, anybody: Client, name: str) -> None:
    answer = anybody.get(reads(untouched)[name]).json()
    assert set(answer) == {"next", "previous", "results"}
    assert answer["results"]


@pytest.mark.parametrize("name", ONES)
def test_a_tag_saves_asking_again(untouched: SmallEngland, anybody: Client, name: str) -> None:
    address = reads(untouched)[name]
    first = anybody.get(address)
    for tag in (first["ETag"], f"W/{first['ETag']}", f'"other", {first["ETag"]}', "*"):
        again = anybody.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
    assert anybody.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_tag_changes_when_the_thing_does(untouched: SmallEngland, anybody: Client) -> None:
    address = reads(untouched)["read_matter"]
    before = anybody.get(address)["ETag"]
    matters.close(matter=untouched.ripe, by=untouched.people["steward"])
    assert anybody.get(address)["ETag"] != before


@pytest.mark.parametrize("name", sorted(PRIVATE))
def test_what_is_about_one_person_is_kept_by_nobody(
    untouched: SmallEngland, program: ClientOf, name: str
) -> None:
    answer = program("citizen").get(reads(untouched)[name])
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in answer


def test_oneself_is_told(untouched: SmallEngland, program: ClientOf) -> None:
    me = program("councillor").get(reads(untouched)["read_me"]).json()
    assert me["preferred_name"] == "Councillor Byname"
    [mandate] = me["mandates"]
    assert mandate["role"] == "councillor"
    assert mandate["sphere"]["code"] == untouched.neighbourhood.code


def test_an_office_that_ended_is_not_told(untouched: SmallEngland, program: ClientOf) -> None:
    assert program("former").get("/api/v1/me/").json()["mandates"] == []


@pytest.mark.parametrize("name", [*LISTS, *ONES])
def test_no_row_number_and_nobodys_name_is_told(
    untouched: SmallEngland, anybody: Client, name: str
) -> None:
    text = anybody.get(reads(untouched)[name]).content.decode()
    assert '"id"' not in text
    assert '"pk"' not in text
    assert "Byname" not in text
    for user in untouched.people.values():
        assert user.email not in text
        assert user.public_id not in text

"""Consents, looks and records through the API: the pages' rules, If-Match, and nothing kept by anybody."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from people.parts import Part
from socialcare.kernel.models import IdempotentRequest
from tests import worlds
from tests.api.conftest import ClientOf
from tests.api.worlds import V1, post, program_of, tag
from tests.small_england import SmallEngland

CONSENTS = f"{V1}me/consents/"


def body(world: SmallEngland, **changes: Any) -> dict[str, Any]:
    return {
        "code": world.council.members[0].public_id,
        "known_as": "a friend",
        "parts": ["address", "contact"],
        "purpose": "everyday",
        "ends_on": worlds.in_days(30).isoformat(),
        **changes,
    }


def one(world: SmallEngland) -> str:
    return f"{CONSENTS}{world.consent.public_id}/"


def test_it_is_given_read_narrowed_and_taken_back(
    untouched: SmallEngland, program: ClientOf
) -> None:
    citizen = program("citizen")
    friend = program_of(untouched.council.members[0])
    record = f"{V1}people/{untouched.consent.content_object.public_id}/"
    assert friend.get(record).status_code == 404
    given = post(citizen, CONSENTS, body(untouched))
    assert given.status_code == 201
    contact, address = given.json()["results"]
    assert [contact["part"], address["part"]] == ["contact", "address"]
    assert (contact["known_as"], contact["state"]) == ("a friend", "live")
    seen = friend.get(record).json()
    assert (seen["parts"], seen["about_me"]) == (["contact", "address"], None)
    assert seen["contact"]["reach"] == worlds.REACH
    assert seen["address"]["address"] == worlds.ADDRESS
    where = f"{CONSENTS}{address['public_id']}/"
    terms = {"purpose": "health", "ends_on": worlds.in_days(2).isoformat()}
    changed = post(citizen, f"{where}change/", terms, if_match=tag(citizen, where))
    assert (changed.status_code, changed.json()["purpose"]) == (200, "health")
    assert changed["ETag"] == tag(citizen, where)
    assert post(citizen, f"{where}withdraw/").status_code == 200
    seen = friend.get(record).json()
    assert (seen["parts"], seen["address"]) == (["contact"], None)
    assert worlds.ADDRESS not in friend.get(record).content.decode()
    looks = citizen.get(f"{V1}me/looks/").json()["results"]
    assert [look["parts"] for look in looks[:2]] == [["contact"], ["contact"]]
    assert looks[2]["parts"] == ["contact", "address"]
    assert {look["known_as"] for look in looks[:3]} == {"a friend"}


def test_a_change_says_what_it_saw(untouched: SmallEngland, program: ClientOf) -> None:
    citizen = program("citizen")
    terms = {"purpose": "health", "ends_on": worlds.in_days(2).isoformat()}
    before = tag(citizen, one(untouched))
    unseen = post(citizen, f"{one(untouched)}change/", terms)
    assert (unseen.status_code, unseen.json()["code"]) == (428, "if-match-needed")
    stale = post(citizen, f"{one(untouched)}change/", terms, if_match='"another"')
    assert (stale.status_code, stale.json()["code"]) == (412, "changed-since")
    assert tag(citizen, one(untouched)) == before
    done = post(citizen, f"{one(untouched)}change/", terms, if_match=before)
    assert done.status_code == 200
    again = post(citizen, f"{one(untouched)}change/", terms, if_match=before)
    assert again.status_code == 412


def test_taking_back_never_waits_for_a_tag(untouched: SmallEngland, program: ClientOf) -> None:
    citizen = program("citizen")
    assert post(citizen, f"{one(untouched)}withdraw/").status_code == 200
    assert post(citizen, f"{one(untouched)}withdraw/").status_code == 404
    assert citizen.get(CONSENTS).json()["results"] == []


@pytest.mark.parametrize("step", ["", "change/", "withdraw/"])
def test_what_is_answered_is_never_kept(
    untouched: SmallEngland, program: ClientOf, step: str
) -> None:
    address = one(untouched) + step if step else CONSENTS
    answer = post(program("citizen"), address, body(untouched), idempotency_key="a-key-of-mine")
    assert (answer.status_code, answer.json()["code"]) == (400, "no-idempotency-key-here")
    assert not IdempotentRequest.objects.exists()
    assert len(program("citizen").get(CONSENTS).json()["results"]) == 1


@pytest.mark.parametrize(
    ("changes", "at", "code"),
    [
        ({"code": "0" * 12}, "#/code", "unknown-code"),
        ({"code": "somebody@example.org"}, "#/code", "invalid"),
        ({"parts": []}, "#/parts", "min-length"),
        ({"parts": ["name"]}, "#/parts/0", "invalid-choice"),
        ({"purpose": "curiosity"}, "#/purpose", "invalid-choice"),
        ({"known_as": ""}, "#/known_as", "blank"),
        ({"ends_on": "soon"}, "#/ends_on", "invalid"),
    ],
)
def test_what_is_wrong_is_named(
    untouched: SmallEngland, program: ClientOf, changes: dict[str, Any], at: str, code: str
) -> None:
    answer = post(program("citizen"), CONSENTS, body(untouched, **changes))
    assert answer.status_code == 400
    [fault] = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == (at, code)


def test_the_rules_are_those_of_the_pages(untouched: SmallEngland, program: ClientOf) -> None:
    citizen = program("citizen")
    for changes, status, code in (
        ({"code": untouched.people["citizen"].public_id}, 400, "yourself"),
        ({"ends_on": worlds.in_days(400).isoformat()}, 400, "bad-dates"),
        (
            {"code": untouched.people["worker"].public_id, "parts": ["about-me"]},
            409,
            "given-already",
        ),
    ):
        answer = post(citizen, CONSENTS, body(untouched, **changes))
        assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_each_reading_of_another_is_written_down_and_ones_own_is_not(
    untouched: SmallEngland, program: ClientOf
) -> None:
    citizen, worker = program("citizen"), program("worker")
    record = f"{V1}people/{untouched.consent.content_object.public_id}/"

    def looks() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = citizen.get(f"{V1}me/looks/").json()["results"]
        return found

    before = len(looks())
    assert citizen.get(record).json()["parts"] == Part.values
    assert len(looks()) == before
    first = worker.get(record)
    # Being told that nothing is new is having looked.
    assert worker.get(record, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert len(looks()) == before + 2
    assert {look["known_as"] for look in looks()} == {"Asha from the team"}
    assert {tuple(look["purposes"]) for look in looks()} == {("everyday",)}


def test_me_is_my_whole_record(untouched: SmallEngland, program: ClientOf) -> None:
    me = program("citizen").get(f"{V1}me/").json()
    assert me["code"] == untouched.people["citizen"].public_id
    assert me["record"]["parts"] == Part.values
    assert me["record"]["address"]["neighbourhood"]["code"] == untouched.neighbourhood.code
    [need] = me["record"]["about_me"]["communication_needs"]
    assert need["words"] == worlds.WORDS


def test_nobody_is_nobody(untouched: SmallEngland) -> None:
    for address in (CONSENTS, one(untouched), f"{V1}me/looks/", f"{V1}people/{'0' * 12}/"):
        assert Client().get(address).status_code == 401

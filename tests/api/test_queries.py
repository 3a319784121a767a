"""How often each operation asks the database: pinned, and the same when there is twice as much of everything."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.worlds import program_of, reads
from tests.pages.test_queries import double
from tests.small_england import SmallEngland

# Three begin and end the request's transaction and name who is acting.
READS = {
    "list_spheres": 4,
    "read_sphere": 4,
    "list_powers": 3,
    "read_power": 3,
    "find_seat": 6,
    "list_bodies": 4,
    "list_matters": 4,
    "read_matter": 6,
    "list_decisions": 4,
    "read_decision": 4,
    "list_datasets": 4,
    "read_dataset": 5,
    "list_indicator_values": 5,
    "list_formulas": 4,
    "read_formula": 4,
    "read_formula_document": 4,
    "list_prices": 4,
    "read_price": 4,
    "list_pots": 4,
    "read_pot": 4,
    "list_runs": 4,
    "read_run": 4,
    "list_allocations": 4,
    "read_explanation": 5,
    "read_what_if": 5,
    "list_what_if_changes": 4,
    "list_trusted_assessors": 4,
}
# Asked by the program of somebody who may: the token and the acting user come on top.
OWN = {
    "read_me": 13,
    "read_my_budget": 18,
    "read_my_statement": 10,
    "list_my_payees": 6,
    "read_my_data": 46,
    "list_my_consents": 6,
    "read_my_consent": 6,
    "list_my_looks": 6,
    "list_my_asks": 6,
    "read_my_ask": 6,
    "read_my_rights": 10,
    "list_my_challenges": 7,
    "read_my_challenge": 7,
    "read_my_conversation": 8,
    "read_my_plan": 12,
}
OTHERS = {"read_person": 15}
OPEN_DATA = {"datapackage.json": 7, "neighbourhoods.csv": 9, "decisions.json": 6}
# The token with its user, and the user made the acting one; the day's first use writes the day down.
TOKEN = 2
FIRST_USE = 3


class Counted(NamedTuple):
    small: int
    doubled: int


def count(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
        b"".join(answer)  # a file is written while it is read
    assert answer.status_code == 200, address
    return len(queries)


def counts(world: SmallEngland) -> dict[str, int]:
    addresses = {name: address for name, address in reads(world).items() if name in READS}
    addresses |= {name: f"/open-data/{name}" for name in OPEN_DATA}
    for address in addresses.values():  # what is kept in memory is kept from here on
        b"".join(Client().get(address))
    counted = {name: count(Client(), address) for name, address in addresses.items()}
    program = program_of(world.people["citizen"])
    count(program, "/api/v1/spheres/")
    own = {name: count(program, reads(world)[name]) - TOKEN for name in OWN}
    # Reading another's writes down that they did.
    reader = program_of(world.people["worker"])
    count(reader, "/api/v1/spheres/")
    return counted | own | {name: count(reader, reads(world)[name]) - TOKEN for name in OTHERS}


@pytest.fixture(scope="module")
def counted(england: SmallEngland) -> dict[str, Counted]:
    small = counts(england)
    doubled = counts(double(england))
    return {name: Counted(small[name], doubled[name]) for name in small}


@pytest.mark.parametrize("name", [*READS, *OWN, *OTHERS, *OPEN_DATA])
def test_it_asks_as_often_as_it_did(counted: dict[str, Counted], name: str) -> None:
    pinned = (READS | OWN | OTHERS | OPEN_DATA)[name]
    assert counted[name] == Counted(pinned, pinned)


def test_a_token_costs_little(england: SmallEngland) -> None:
    program = program_of(england.people["citizen"])
    first, again = (count(program, "/api/v1/spheres/") for _ in range(2))
    assert (first, again) == (READS["list_spheres"] + FIRST_USE, READS["list_spheres"] + TOKEN)

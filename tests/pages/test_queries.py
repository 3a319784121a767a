"""How often each page asks the database: pinned, and the same when there is twice as much of everything."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from budgets.actions import allocations, formulas
from governance.methods import Choice
from tests import small_england, worlds
from tests.small_england import ANONYMOUS, SmallEngland

# Page, the thing it is about, who reads it, and how many queries that takes. Five of them begin and end the request's
# transaction and name who is acting; for somebody signed in, two more are the session and the user.
PAGES: dict[tuple[str, str, str], int] = {
    ("front_door", "", ANONYMOUS): 8,
    ("places", "", ANONYMOUS): 17,
    ("places_csv", "", ANONYMOUS): 10,
    ("place", "local", ANONYMOUS): 18,
    ("place", "neighbourhood", ANONYMOUS): 14,
    ("place_csv", "local", ANONYMOUS): 9,
    ("money", "", ANONYMOUS): 10,
    ("money", "", "steward"): 13,
    ("pot", "shared", ANONYMOUS): 8,
    ("pot", "waiting", "steward"): 11,
    ("runs", "", ANONYMOUS): 8,
    ("run", "posted", ANONYMOUS): 7,
    ("run_progress", "posted", ANONYMOUS): 6,
    ("run_file", "posted", ANONYMOUS): 7,
    ("formulas", "", ANONYMOUS): 7,
    ("formulas", "", "steward"): 10,
    ("formula", "adopted", ANONYMOUS): 7,
    ("formula_document", "adopted", ANONYMOUS): 7,
    ("decisions", "", ANONYMOUS): 7,
    ("decisions", "", "steward"): 9,
    ("powers", "", ANONYMOUS): 5,
    ("matter", "ripe", ANONYMOUS): 8,
    ("matter", "ripe", "steward"): 12,
    ("home", "", "citizen"): 13,
    ("home", "", "councillor"): 17,
    ("home", "", "national"): 17,
    ("home", "", "steward"): 18,
}


class Counted(NamedTuple):
    small: int
    doubled: int


def _addresses(world: SmallEngland) -> dict[tuple[str, str], str]:
    about = {
        "local": {"code": world.local.code},
        "neighbourhood": {"code": world.neighbourhood.code},
        "shared": {"public_id": world.shared_pot.public_id},
        "waiting": {"public_id": world.waiting_pot.public_id},
        "posted": {"public_id": world.run.public_id},
        "adopted": {"slug": world.formula.slug, "version": world.formula.version},
        "ripe": {"public_id": world.ripe.public_id},
        "": {},
    }
    return {
        (name, what): reverse(
            name, kwargs=about[what] | ({"name": "local"} if name == "run_file" else {})
        )
        for name, what, _role in PAGES
    }


def _count(world: SmallEngland) -> dict[tuple[str, str, str], int]:
    addresses = _addresses(world)
    counts = {}
    for name, what, role in PAGES:
        client = Client()
        if role != ANONYMOUS:
            client.force_login(world.people[role])
        with CaptureQueriesContext(connection) as queries:
            response = client.get(addresses[name, what])
            b"".join(response)  # a file is written while it is read
        assert response.status_code == 200, (name, what, role)
        counts[name, what, role] = len(queries)
    return counts


def _double(world: SmallEngland) -> SmallEngland:
    """As many pots, runs, formulas, questions, votes and places again, each in a transaction of its own."""
    steward, council = world.people["steward"], world.council
    small_england.bring_in(systems=6, neighbourhoods=6)
    for after in (5, 6, 7):
        pot = small_england.set_pot(council, after=after, by=steward)
        allocations.request(formula=world.formula, pot=pot, dataset=world.dataset, by=steward)
    for after in (8, 9, 10):
        matter = small_england.propose_pot(world.nation, after=after, by=steward).matter
        worlds.vote(
            small_england.open_vote(matter, by=steward), council.members[:2], Choice.AGAINST, "No."
        )
    for number in range(3):
        text = world.formula.text.replace("title: Need for", f"title: Draft {number} of need for")
        formulas.propose(nation=world.nation, text=text, background="Why.", by=steward)
    members = [worlds.holder("national-councillor", world.nation) for _ in range(3)]
    matter = small_england.propose_pot(world.nation, after=11, by=steward).matter
    twice = [*council.members, *members]
    worlds.vote(small_england.open_vote(matter, by=steward), twice, Choice.AGAINST, "Too low.")
    return replace(world, ripe=matter)


@pytest.fixture(scope="module")
def counts(england: SmallEngland) -> dict[tuple[str, str, str], Counted]:
    _count(england)  # what is cached from now on is not counted
    small = _count(england)
    doubled = _count(_double(england))
    return {page: Counted(small[page], doubled[page]) for page in PAGES}


@pytest.mark.parametrize("asked", PAGES, ids=" ".join)
def test_a_page_asks_as_often_as_it_did(
    counts: dict[tuple[str, str, str], Counted], asked: tuple[str, str, str]
) -> None:
    assert counts[asked] == Counted(PAGES[asked], PAGES[asked])

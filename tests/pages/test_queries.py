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
from people.actions import persons, records
from people.models import Person
from socialcare.kernel.acting import acting_as
from tests import planning, small_england, worlds
from tests.small_england import ANONYMOUS, SmallEngland

# Page, the thing it is about, who reads it, and how many queries that takes. Three of them begin and end the request's
# transaction and name who is acting; for somebody signed in, two more are the session and the user.
PAGES: dict[tuple[str, str, str], int] = {
    ("front_door", "", ANONYMOUS): 6,
    ("places", "", ANONYMOUS): 14,
    ("places_csv", "", ANONYMOUS): 8,
    ("place", "local", ANONYMOUS): 15,
    ("place", "neighbourhood", ANONYMOUS): 12,
    ("place_csv", "local", ANONYMOUS): 7,
    ("money", "", ANONYMOUS): 8,
    ("money", "", "steward"): 11,
    ("pot", "shared", ANONYMOUS): 6,
    ("pot", "waiting", "steward"): 9,
    ("runs", "", ANONYMOUS): 6,
    ("run", "posted", ANONYMOUS): 5,
    ("run_progress", "posted", ANONYMOUS): 4,
    ("run_file", "posted", ANONYMOUS): 5,
    ("formulas", "", ANONYMOUS): 5,
    ("formulas", "", "steward"): 8,
    ("formula", "adopted", ANONYMOUS): 5,
    ("prices", "", ANONYMOUS): 5,
    ("price", "of-a-point", ANONYMOUS): 5,
    ("my_money", "", "citizen"): 21,
    ("my_statement", "", "citizen"): 13,
    ("my_money_why", "", "citizen"): 9,
    ("formula_document", "adopted", ANONYMOUS): 5,
    ("decisions", "", ANONYMOUS): 5,
    ("decisions", "", "steward"): 7,
    ("powers", "", ANONYMOUS): 3,
    ("matter", "ripe", ANONYMOUS): 6,
    ("matter", "ripe", "steward"): 10,
    ("home", "", "citizen"): 13,
    ("record", "", "citizen"): 14,
    ("who_can_see", "", "citizen"): 11,
    ("who_looked", "", "citizen"): 10,
    ("people_who_let_me", "", "worker"): 7,
    ("who_decides", "", "citizen"): 10,
    ("person", "citizen", "worker"): 17,
    ("assessors", "", ANONYMOUS): 4,
    ("my_conversation", "", "citizen"): 10,
    ("my_plan", "", "citizen"): 14,
    ("plan_version", "first", "citizen"): 15,
    ("assessing", "", "citizen"): 7,
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
        "of-a-point": {"slug": world.price.slug, "version": world.price.version},
        "ripe": {"public_id": world.ripe.public_id},
        "citizen": {"public_id": world.consent.content_object.public_id},
        "first": {"number": 1},
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


def double(world: SmallEngland) -> SmallEngland:
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
    for _ in range(3):
        friend = worlds.user("friend")
        worlds.let_see(world.people["citizen"], friend, "contact", "about-me", known_as="a friend")
        worlds.look(friend, world.consent.content_object)
        persons.begin(preferred_name="Friend Byname", by=friend)
        worlds.let_see(friend, world.people["worker"], "about-me", known_as="Asha")
    with acting_as(world.people["citizen"]):
        mine = Person.objects.get(user=world.people["citizen"])
        for kind in ("bsl", "audio", "braille"):
            terms = {"person": mine, "kind": kind, "review_on": worlds.in_days(9)}
            records.record_need(**terms, by=world.people["citizen"])
    for _ in range(3):
        small_england.spend_more(world)
    planning.write_more(world.people["citizen"], world.local)
    members = [worlds.holder("national-councillor", world.nation) for _ in range(3)]
    matter = small_england.propose_pot(world.nation, after=11, by=steward).matter
    twice = [*council.members, *members]
    worlds.vote(small_england.open_vote(matter, by=steward), twice, Choice.AGAINST, "Too low.")
    return replace(world, ripe=matter)


@pytest.fixture(scope="module")
def counts(england: SmallEngland) -> dict[tuple[str, str, str], Counted]:
    _count(england)  # what is cached from now on is not counted
    small = _count(england)
    doubled = _count(double(england))
    return {page: Counted(small[page], doubled[page]) for page in PAGES}


@pytest.mark.parametrize("asked", PAGES, ids=" ".join)
def test_a_page_asks_as_often_as_it_did(
    counts: dict[tuple[str, str, str], Counted], asked: tuple[str, str, str]
) -> None:
    assert counts[asked] == Counted(PAGES[asked], PAGES[asked])

"""Who sees and who writes which table of a record by legal authority: one row for each table, one column for each holder.

Every cell is asked as raw SQL with the application's login, so that nothing but PostgreSQL answers.

    both   the rows are there, and can be changed
    see    they are there, and cannot be changed
    no     there is nothing: no row to read, none to change
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import connection, transaction

from governance.models import Sphere, User
from people.actions import own_words, records
from people.models import Person
from people.parts import Part
from socialcare.kernel.acting import acting_as
from tests import worlds
from tests.conftest import truncate_as_owner
from tests.sight.world import days_ago

# parent10, parent15, parent16, parent18: of a child of that age; at 15 the child's own decision about how to reach
# them is recorded · ex: a parent whom an order ended · limited: one whom an order left the address alone · claimed:
# whom no registrar confirmed · money: deputy for budget and spending · needs: decides one thing in the needs ·
# asked: writes about-me and contact for somebody without an account · lapsed: the same, until yesterday ·
# registrar: who confirmed them all
TABLE = """
              parent10 parent15 parent16 parent18 ex  limited claimed money needs asked lapsed registrar
aboutme       both     both     no       no       no  no      no      no    no    both  no     no
need          both     both     no       no       no  no      no      no    no    both  no     no
contact       both     no       no       no       no  no      no      no    no    both  no     no
residence     both     both     no       no       no  both    no      no    no    no    no     no
address       both     both     no       no       no  both    no      no    no    no    no     no
statement     see      see      no       no       no  no      no      no    no    both  no     no
agreement     see      see      no       no       no  no      no      no    no    no    no     no
"""
TABLES = {
    "aboutme": "people_aboutme",
    "need": "people_communicationneed",
    "contact": "people_safecontact",
    "residence": "people_residence",
    "address": "people_protectedaddress",
    "statement": "people_advancestatement",
    "agreement": "people_supportagreement",
}
HEADING, *LINES = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [
    (table, holder, outcome)
    for table, *outcomes in LINES
    for holder, outcome in zip(HEADING, outcomes, strict=True)
]


@dataclass(frozen=True)
class Column:
    """A holder, and the person whose record they ask for."""

    holder: User
    person_id: int


def _written(user: User, place: Sphere, *, born: date) -> Person:
    """A record with a row in every table, written by the person themself."""
    person = worlds.person(user, preferred_name="Somebody")
    with acting_as(user):
        records.introduce(person=person, preferred_name="Somebody", date_of_birth=born, by=user)
        records.record_need(person=person, kind="bsl", review_on=worlds.in_days(9), by=user)
        records.say_how_to_reach(person=person, channel="text", reach="here", by=user)
        records.keep_address(person=person, address="here", neighbourhood=place, by=user)
        own_words.state_in_advance(person=person, want="peace", by=user)
        own_words.agree_on_support(person=person, part="plan", who="Jo", what="all", by=user)
    return person


def _in_years(years: int) -> date:
    today = worlds.in_days(0)
    return today.replace(year=today.year + years, day=min(today.day, 28))


def _build() -> dict[str, Column]:
    place = worlds.neighbourhood()
    assert place.parent is not None
    office = worlds.registry(under=place.parent.parent)
    columns: dict[str, Column] = {}

    def parent(name: str, person: Person, born: date) -> None:
        holder = worlds.user(name)
        worlds.authority(office, holder, "parental-responsibility", over=person, born_on=born)
        columns[name] = Column(holder, person.pk)

    for age in (10, 15, 16, 18):
        born = _in_years(-age)
        child = worlds.user("child")
        person = _written(child, place, born=born)
        # Confirmed while the child was young enough for it.
        with days_ago(3 * 366 if age > 15 else 0):
            parent(f"parent{age}", person, born)
        if age == 15:
            worlds.authority(office, child, "own-decision", "contact", over=person)
        if age == 10:
            parent("ex", person, born)
            parent("limited", person, born)
            claimed = worlds.user("claimed")
            worlds.claim(claimed, "parental-responsibility", over=person, put_to=office.place)
            columns["claimed"] = Column(claimed, person.pk)
    for name, act in (("ex", "end"), ("limited", "limit")):
        column = columns[name]
        with acting_as(column.holder):
            held = column.holder.authorities.get()
        if act == "end":
            office.ended(held)
        else:
            office.limited(held, Part.ADDRESS)
    grown = _written(worlds.user("grown"), place, born=date(1985, 3, 27))
    for name, kind, parts in (
        ("money", "deputy", ["budget", "spending"]),
        ("needs", "best-interests", ["needs"]),
        ("asked", "asked", ["about-me", "contact"]),
    ):
        holder = worlds.user(name)
        worlds.authority(office, holder, kind, *parts, over=grown)
        columns[name] = Column(holder, grown.pk)
    with days_ago(91):
        holder = worlds.user("lapsed")
        worlds.authority(office, holder, "asked", "about-me", "contact", over=grown)
        columns["lapsed"] = Column(holder, grown.pk)
    columns["registrar"] = Column(office.registrar, grown.pk)
    return columns


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: object) -> Iterator[dict[str, Column]]:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        try:
            yield _build()
        finally:
            truncate_as_owner()


@pytest.fixture
def columns(built: dict[str, Column]) -> Iterator[dict[str, Column]]:
    with transaction.atomic():
        yield built
        transaction.set_rollback(True)


@pytest.mark.parametrize(("table", "holder", "outcome"), CELLS)
def test_each_holder_at_each_table(
    columns: dict[str, Column], table: str, holder: str, outcome: str
) -> None:
    column, name = columns[holder], TABLES[table]
    where = f"{name} SET person_id = person_id WHERE person_id = %s"
    with acting_as(column.holder), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {name} WHERE person_id = %s", [column.person_id])
        assert cursor.fetchone() == (0 if outcome == "no" else 1,)
        # Unfiltered, nobody else's rows are there either.
        cursor.execute(f"SELECT count(*) FROM {name}")
        assert cursor.fetchone() == (0 if outcome == "no" else 1,)
        cursor.execute(f"UPDATE {where}", [column.person_id])
        assert cursor.rowcount == (1 if outcome == "both" else 0)


def test_nobody_acting_holds_nothing(columns: dict[str, Column]) -> None:
    with acting_as(None), connection.cursor() as cursor:
        for column in columns.values():
            cursor.execute("SELECT * FROM live_authorities(%s)", [column.holder.pk])
            assert cursor.fetchall() == []
            for function in ("visible", "decided", "agreed", "own_words"):
                sql = f"SELECT * FROM {function}_person_ids(%s, 'about-me')"
                cursor.execute(sql, [column.holder.pk])
                assert cursor.fetchall() == []


def test_asking_in_anothers_name_tells_nothing(columns: dict[str, Column]) -> None:
    asker = columns["money"].holder
    with acting_as(asker), connection.cursor() as cursor:
        for name, column in columns.items():
            cursor.execute("SELECT count(*) FROM live_authorities(%s)", [column.holder.pk])
            assert (cursor.fetchone() == (0,)) == (name != "money")

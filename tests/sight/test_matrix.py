"""Every kind of person × every record type × list, detail, search, page, API, raw SQL. `matrix` says what is seen."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, Max, Q

from governance.models import User
from people import rules
from people.parts import NAME, Part
from socialcare.data_classes import DATA_CLASSES, PERSONAL
from socialcare.kernel.acting import acting_as
from tests.sight.matrix import CELLS, DEPUTY_PARTS, HEADING, LINES, RECORDS, RecordType, anybody
from tests.sight.world import World

SEEN = {"yes", "row"}
# The deputy writes what they hold: tests/people/test_authority.py.
OTHERS = [kind for kind in HEADING if kind not in ("self", "deputy")]


def test_every_personal_table_of_people_has_a_line() -> None:
    tables = {
        label
        for label, (data_class, _why) in DATA_CLASSES.items()
        if data_class == PERSONAL and label.startswith("people.")
    }
    assert {record.model._meta.label for record in RECORDS.values()} == tables
    assert [name for name, *_sights in LINES] == list(RECORDS)


def rows(sql: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def mias(world: World, record: RecordType) -> Any:
    """Her rows of that table, as a program would ask for them."""
    return record.model._default_manager.filter(**{record.person: world.person.pk})


def pk_of(record: RecordType) -> str:
    return f'"{record.model._meta.pk.column}"'  # type: ignore[union-attr]


def check(found: list[Any], record: RecordType, kind: str, user: User | None, sight: str) -> None:
    if sight not in SEEN:
        assert found == []
        return
    assert found
    if kind != "self":
        assert user is not None
        held = DEPUTY_PARTS if kind == "deputy" else frozenset()
        assert all(record.is_of(row, user.pk, held) for row in found)


# --- By the database ------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "kind", "sight"), CELLS)
def test_by_a_list(world: World, name: str, kind: str, sight: str) -> None:
    record, user = RECORDS[name], world.viewer(kind, name)
    with acting_as(user):
        everything = list(record.model._default_manager.all())
        check(
            [row for row in everything if getattr(row, record.person) == world.person.pk],
            record,
            kind,
            user,
            sight,
        )
        if user is not None and record.part != NAME:
            seen = rules.visible_to(
                user, record.model._default_manager.all(), part=Part(record.part)
            )
            assert seen.filter(person=world.person).exists() == (sight in SEEN)
        if user is not None and name == "name":
            assert rules.people_visible_to(user).contains(world.person) == (sight in SEEN)


@pytest.mark.parametrize(("name", "kind", "sight"), CELLS)
def test_by_its_id(world: World, name: str, kind: str, sight: str) -> None:
    record, user = RECORDS[name], world.viewer(kind, name)
    with acting_as(world.mia):
        ids = list(mias(world, record).values_list("pk", flat=True))
    assert ids
    with acting_as(user):
        found = [
            row
            for pk in ids
            for row in [record.model._default_manager.filter(pk=pk).first()]
            if row is not None
        ]
        check(found, record, kind, user, sight)


@pytest.mark.parametrize(("name", "kind", "sight"), CELLS)
def test_by_searching(world: World, name: str, kind: str, sight: str) -> None:
    record, user = RECORDS[name], world.viewer(kind, name)
    with acting_as(user):
        hers = mias(world, record)
        asked = [
            hers.exists(),
            bool(hers.count()),
            hers.aggregate(last=Max("pk"))["last"] is not None,
            bool(hers.order_by("-pk").values_list("pk")[:1]),
            bool(hers.annotate(n=Count("pk")).filter(n__gt=0)),
            bool(
                record.model._default_manager.filter(
                    Q(**{record.person: world.person.pk}) | Q(pk=0)
                )
            ),
        ]
        assert set(asked) == {sight in SEEN}


@pytest.mark.parametrize(("name", "kind", "sight"), CELLS)
def test_by_raw_sql_as_the_applications_login(
    world: World, name: str, kind: str, sight: str
) -> None:
    record, user = RECORDS[name], world.viewer(kind, name)
    where = f'FROM {record.table} WHERE "{record.person}" = %s'
    with acting_as(user):
        found = [
            bool(rows(f"SELECT * {where}", world.person.pk)),
            rows(f"SELECT count(*) > 0 {where}", world.person.pk) == [(True,)],
            bool(rows(f"SELECT 1 WHERE EXISTS (SELECT {where})", world.person.pk)),
            bool(
                rows(
                    f'SELECT * FROM (TABLE {record.table}) AS t WHERE t."{record.person}" = %s',
                    world.person.pk,
                )
            ),
        ]
        assert set(found) == {sight in SEEN}


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("name", list(RECORDS))
def test_nobody_else_writes(world: World, name: str, kind: str) -> None:
    """Seeing is not deciding: not one row is changed, taken away or added."""
    record, user = RECORDS[name], world.viewer(kind, name)
    column = f'"{record.person}"'
    with acting_as(world.mia):
        before = rows(f"SELECT t::text FROM {record.table} t ORDER BY 1")
        # One that is not about the viewer: a look of one's own may be written.
        other = next(
            row
            for row in mias(world, record)
            if user is None
            or record.is_of is anybody
            or not record.is_of(row, user.pk, frozenset())
        )
        [first] = rows(f"SELECT * FROM {record.table} WHERE {pk_of(record)} = %s", other.pk)
    for sql in (
        f"UPDATE {record.table} SET {column} = {column}",
        f"DELETE FROM {record.table} WHERE {column} = {world.person.pk}",
    ):
        # Where even the person may not (history), PostgreSQL says so; elsewhere there is nothing to write.
        with suppress(DatabaseError), transaction.atomic(), acting_as(user):
            rows(f"{sql} RETURNING 1")
    marks = ", ".join(["%s"] * len(first))
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        acting_as(user),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"INSERT INTO {record.table} VALUES ({marks})", first)
    with acting_as(world.mia):
        assert rows(f"SELECT t::text FROM {record.table} t ORDER BY 1") == before


# --- By what is shown -----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "kind", "sight"), CELLS)
def test_by_the_pages(world: World, name: str, kind: str, sight: str) -> None:
    text = world.read(world.viewer(kind, name), "page")
    for word in words_of(world, name, RECORDS[name].on_pages):
        assert (word in text) == (sight == "yes"), word


@pytest.mark.parametrize(("name", "kind", "sight"), CELLS)
def test_by_the_api(world: World, name: str, kind: str, sight: str) -> None:
    text = world.read(world.viewer(kind, name), "api")
    for word in words_of(world, name, RECORDS[name].in_api):
        assert (word in text) == (sight == "yes"), word


def words_of(world: World, name: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """What to look for: of a consent, the id of one that Mia gave."""
    if name != "consent":
        return words
    with acting_as(world.mia):
        given = rules.consents_given_by(world.mia).filter(user=world.people["live contact"])
        return (given.get().public_id,)


# --- The moment counts ----------------------------------------------------------------------------


def test_hidden_is_missing_for_each(world: World) -> None:
    """The record of somebody who let one see nothing, and no record at all: the same page, the same problem."""
    for kind in (
        "none",
        "expired",
        "tomorrow",
        "withdrawn",
        "councillor",
        "everything",
        "ex",
        "registrar",
    ):
        client = world.client(world.people[kind])
        for about in ("/people/", "/api/v1/people/"):
            hidden = client.get(f"{about}{world.person.public_id}/")
            missing = client.get(f"{about}{'0' * 12}/")
            assert hidden.status_code == missing.status_code == 404
            text = hidden.content.decode().replace(world.person.public_id, "0" * 12)
            assert _without_token(text) == _without_token(missing.content.decode())


def _without_token(text: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)

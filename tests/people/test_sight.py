"""A record is seen by the person it is about and by nobody else: not by rank, not by a forgotten filter, not by SQL."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from governance import audit
from governance.actions import spheres
from governance.levels import Level
from governance.models import AuditEntry, Sphere, User
from people import rules
from people.actions import persons
from people.models import Person
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError
from tests import worlds

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@dataclass(frozen=True)
class Two:
    ann: User
    bob: User
    ann_id: int
    bob_id: int
    ann_sphere_id: int
    bob_sphere_id: int


@pytest.fixture
def two() -> Two:
    ann, bob = worlds.user("ann"), worlds.user("bob")
    hers, his = worlds.person(ann, preferred_name="Ann"), worlds.person(bob, preferred_name="Bob")
    return Two(ann, bob, hers.pk, his.pk, hers.sphere_id, his.sphere_id)


def rows(sql: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


# --- Beginning ------------------------------------------------------------------------------------


def test_a_person_begins_their_own_record() -> None:
    ann = worlds.user()
    person = persons.begin(preferred_name="  Ann ", by=ann)
    assert person.preferred_name == "Ann"
    with acting_as(ann):
        sphere = Sphere.objects.get(pk=person.sphere_id)
        assert (sphere.level, sphere.parent, sphere.code, sphere.name) == (
            Level.PERSON,
            None,
            "",
            "",
        )
    told = AuditEntry.objects.get(actor_id=ann.pk, verb="person.begun")
    assert (told.subject_id, told.sphere_id) == (person.public_id, person.sphere_id)


@pytest.mark.parametrize("name", ["", "  \n"])
def test_a_record_needs_a_name(name: str) -> None:
    ann = worlds.user()
    with pytest.raises(DomainError) as refused:
        persons.begin(preferred_name=name, by=ann)
    assert refused.value.code == "no-name"
    with acting_as(ann):
        assert not Person.objects.exists()


def test_one_record_for_life(two: Two) -> None:
    entries = AuditEntry.objects.count()
    with pytest.raises(Conflict) as refused:
        persons.begin(preferred_name="Ann again", by=two.ann)
    assert refused.value.code == "record-exists"
    with acting_as(two.ann):
        assert Person.objects.get().preferred_name == "Ann"
        assert Sphere.objects.filter(level=Level.PERSON).count() == 1
    assert AuditEntry.objects.count() == entries


def test_if_the_trace_fails_there_is_no_record(monkeypatch: pytest.MonkeyPatch) -> None:
    ann = worlds.user()

    def broken(*args: object, **kwargs: object) -> None:
        raise OSError("no room for the trail")

    with monkeypatch.context() as patch:
        patch.setattr(audit, "record", broken)
        with pytest.raises(OSError, match="no room"):
            persons.begin(preferred_name="Ann", by=ann)
    with acting_as(ann):
        assert not Person.objects.exists()
    persons.begin(preferred_name="Ann", by=ann)


# --- Seeing ---------------------------------------------------------------------------------------

ALL = "SELECT preferred_name FROM people_person"


def test_each_sees_their_own_and_no_other(two: Two) -> None:
    for user, name in [(two.ann, "Ann"), (two.bob, "Bob")]:
        with acting_as(user):
            assert rows(ALL) == [(name,)]
            assert [person.preferred_name for person in Person.objects.all()] == [name]
            assert Person.objects.count() == 1
            assert rules.people_visible_to(user).get().preferred_name == name


def test_nobody_acting_sees_nobody(two: Two) -> None:
    assert rows(ALL) == []
    assert Person.objects.count() == 0
    with acting_as(None):
        assert rows(ALL) == []
    assert not rules.people_visible_to(two.ann).exists()


def test_no_office_opens_a_record(two: Two) -> None:
    nation = worlds.nation()
    borough = worlds.local_system(under=nation)
    green = worlds.neighbourhood(under=borough)
    offices = [
        *(("social-worker", green), ("coordinator", green), ("councillor", green)),
        *(("local-councillor", borough), ("national-councillor", nation)),
        *(("panel-member", nation), ("national-steward", nation)),
    ]
    for role, sphere in offices:
        holder = worlds.holder(role, sphere)
        with acting_as(holder):
            assert rows(ALL) == [], role
            assert not rules.people_visible_to(holder).exists()


def test_asking_for_anothers_sight_shows_nothing(two: Two) -> None:
    with acting_as(two.bob):
        assert not rules.people_visible_to(two.ann).exists()


def test_sight_comes_back_with_the_outer_actor(two: Two) -> None:
    with acting_as(two.ann):
        with acting_as(two.bob):
            assert rows(ALL) == [("Bob",)]
        assert rows(ALL) == [("Ann",)]
        with pytest.raises(DomainError), acting_as(two.bob):
            raise DomainError("x", "x")
        assert rows(ALL) == [("Ann",)]
    # The same connection, a moment later: nothing is carried over.
    assert rows(ALL) == []


def test_the_setting_cannot_outlive_its_transaction(two: Two) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.user', %s, true)", [str(two.ann.pk)])
        assert rows(ALL) == [("Ann",)]
    assert rows(ALL) == []


# --- Personal spheres -----------------------------------------------------------------------------


def test_a_personal_sphere_is_seen_by_its_person_only(two: Two) -> None:
    place = worlds.nation()
    count = "SELECT count(*) FROM governance_sphere"
    with acting_as(two.ann):
        assert set(Sphere.objects.values_list("pk", flat=True)) == {place.pk, two.ann_sphere_id}
        assert rows(count) == [(2,)]
    for stranger in (None, worlds.user()):
        with acting_as(stranger):
            assert rows(count) == [(1,)]
            assert not Sphere.objects.filter(pk=two.ann_sphere_id).exists()
            assert rows("SELECT 1 FROM governance_sphere WHERE level = 'person'") == []


def test_a_personal_sphere_is_not_changed_or_made_by_hand(two: Two) -> None:
    insert = (
        "INSERT INTO governance_sphere (public_id, level, parent_id, code, name, starts_on) "
        "VALUES ('aaaaaaaaaaaa', %s, %s, '', '', current_date)"
    )
    with acting_as(two.ann):
        for level in ("person", "family"):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                Sphere.objects.create(level=level)
            with (
                pytest.raises(DatabaseError, match="row-level security"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(insert, [level, None])
        assert Sphere.objects.filter(pk=two.ann_sphere_id).update(ends_on="2099-01-01") == 0


@pytest.mark.parametrize("level", ["neighbourhood", "local", "national", "", "planet"])
def test_only_personal_spheres_are_opened_this_way(two: Two, level: str) -> None:
    with pytest.raises(DatabaseError, match="only somebody acting"), acting_as(two.ann):
        rows("SELECT open_personal_sphere(%s)", level)


def test_nobody_opens_no_sphere() -> None:
    with pytest.raises(DatabaseError, match="only somebody acting"), acting_as(None):
        spheres.open_personal()


def test_nothing_hangs_on_a_personal_sphere(two: Two) -> None:
    """Seen or not, a person's sphere is nobody's parent: the tree would give away who lives where."""
    for actor in (two.ann, two.bob):
        with (
            pytest.raises(IntegrityError, match="under one of a higher level"),
            acting_as(actor),
        ):
            Sphere.objects.create(
                level="neighbourhood", parent_id=two.ann_sphere_id, code="X1", name="X"
            )


# --- Writing --------------------------------------------------------------------------------------


def test_anothers_record_is_not_changed(two: Two) -> None:
    with acting_as(two.bob):
        assert Person.objects.filter(pk=two.ann_id).update(preferred_name="Changed") == 0
        with connection.cursor() as cursor:
            cursor.execute("UPDATE people_person SET preferred_name = 'Changed'")
            assert cursor.rowcount == 1
    with acting_as(two.ann):
        assert Person.objects.get().preferred_name == "Ann"


def test_nobody_gives_their_record_away_or_takes_anothers(two: Two) -> None:
    stranger = worlds.user()
    for user_id in (stranger.pk, None):
        with (
            pytest.raises(DatabaseError, match="stays with the one who signs in"),
            acting_as(two.ann),
        ):
            Person.objects.filter(pk=two.ann_id).update(user_id=user_id)
    with acting_as(stranger):
        assert Person.objects.filter(pk=two.ann_id).update(user_id=stranger.pk) == 0


def test_nobody_begins_a_record_for_another(two: Two) -> None:
    stranger = worlds.user()
    for user_id in (stranger.pk, None):
        record = {"user_id": user_id, "preferred_name": "X"}
        with pytest.raises(DatabaseError, match="row-level security"), acting_as(two.ann):
            Person.objects.create(sphere_id=spheres.open_personal(), **record)


def test_a_record_is_not_deleted(two: Two) -> None:
    with acting_as(two.ann), connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_person")
        assert cursor.rowcount == 0
        assert Person.objects.filter(pk=two.ann_id).exists()


def test_the_application_cannot_lift_its_own_blindfold(two: Two) -> None:
    for sql in (
        "ALTER TABLE people_person DISABLE ROW LEVEL SECURITY",
        "DROP POLICY person_seen ON people_person",
        "CREATE POLICY all_seen ON people_person USING (true)",
        "CREATE OR REPLACE FUNCTION visible_person_ids(viewer bigint, part text) RETURNS SETOF bigint "
        "LANGUAGE sql AS $$ SELECT id FROM people_person $$",
    ):
        with pytest.raises(DatabaseError, match=r"must be owner|permission denied"):
            rows(sql)
    # Turning it off for the session does not show more: PostgreSQL refuses the query instead.
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SET LOCAL row_security = off; {ALL}")

"""Letting somebody see, changing it, taking it back: what is refused, what is kept, and when it counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from governance import audit
from governance.models import AuditEntry, User
from people import queries, rules
from people.actions import consents, looks
from people.models import (
    Acquaintance,
    ConsentEntry,
    Look,
    Person,
    PersonUserObjectPermission,
    SafeContact,
)
from people.models.consents import _PARTS, _PURPOSES, State
from people.parts import Part, Purpose
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError, Missing, NotAllowed
from socialcare.kernel.models import OutboxMessage
from tests import worlds
from tests.worlds import in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    user = worlds.user("ann")
    worlds.person(user, preferred_name="Ann")
    worlds.fill_record(user)
    return user


@pytest.fixture
def jo() -> User:
    return worlds.user("jo")


def person_of(user: User) -> Person:
    with acting_as(user):
        return Person.objects.get(user=user)


def seen(viewer: User, of: User) -> set[str]:
    """The parts of the record of `of` that `viewer` may see now."""
    person = person_of(of)
    with acting_as(viewer):
        found = queries.record_of(viewer, person.public_id)
        return set() if found is None else {part.value for part in found.parts}


def history(of: User) -> list[tuple[str, str]]:
    with acting_as(of):
        return list(ConsentEntry.objects.order_by("pk").values_list("part", "kind"))


def given(by: User) -> list[PersonUserObjectPermission]:
    with acting_as(by):
        return list(rules.consents_given_by(by).order_by("permission_id"))


# --- Giving ---------------------------------------------------------------------------------------


def test_what_is_given_is_seen_and_nothing_else(ann: User, jo: User) -> None:
    worlds.let_see(ann, jo, "contact", "about-me", known_as="my sister Jo")
    assert seen(jo, ann) == {"contact", "about-me"}
    with acting_as(jo):
        record = queries.record_of(jo, person_of(ann).public_id)
        assert record is not None
        assert record.contact is not None
        assert (record.contact.reach, record.address, record.neighbourhood) == (
            worlds.REACH,
            "",
            None,
        )
        assert record.purposes == [str(Purpose.EVERYDAY.label)]
    assert history(ann) == [("about-me", "given"), ("contact", "given")]
    assert seen(ann, ann) == set(Part.values)


def test_every_part_can_be_given(ann: User, jo: User) -> None:
    worlds.let_see(ann, jo, *Part.values)
    assert seen(jo, ann) == set(Part.values)


def test_postgresql_knows_the_same_parts_and_purposes() -> None:
    assert (Part.values, Purpose.values) == (_PARTS, _PURPOSES)
    names = Permission.objects.filter(content_type__model="person").values_list(
        "codename", flat=True
    )
    assert set(Part.values) <= set(names)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "self"}, "yourself"),
        ({"known_as": "  "}, "no-name"),
        ({"known_as": "x" * 61}, "no-name"),
        ({"parts": []}, "no-parts"),
        ({"parts": ["everything"]}, "no-parts"),
        ({"parts": ["name"]}, "no-parts"),
        ({"purpose": "curiosity"}, "no-purpose"),
        ({"starts_on": -1}, "bad-dates"),
        ({"ends_on": 0}, "bad-dates"),
        ({"starts_on": 5, "ends_on": 5}, "bad-dates"),
        ({"ends_on": 367}, "bad-dates"),
    ],
)
def test_what_cannot_be_given(ann: User, jo: User, changes: dict[str, Any], code: str) -> None:
    terms: dict[str, Any] = {
        "person": person_of(ann),
        "to": jo,
        "known_as": "Jo",
        "parts": ["contact"],
        "purpose": "everyday",
        "ends_on": in_days(30),
    }
    for name, value in changes.items():
        terms[name] = in_days(value) if name.endswith("_on") else ann if value == "self" else value
    traces = AuditEntry.objects.count()
    with acting_as(ann), pytest.raises(DomainError) as refused:
        consents.give(**terms, by=ann)
    assert refused.value.code == code
    assert (history(ann), seen(jo, ann), AuditEntry.objects.count()) == ([], set(), traces)


def test_a_year_is_the_longest(ann: User, jo: User) -> None:
    [consent] = worlds.let_see(ann, jo, "contact", days=366)
    assert consent.ends_on == in_days(366)


def test_what_they_see_already_is_not_given_twice(ann: User, jo: User) -> None:
    worlds.let_see(ann, jo, "contact")
    with pytest.raises(Conflict) as refused:
        worlds.let_see(ann, jo, "about-me", "contact")
    assert refused.value.code == "given-already"
    # Not by half either.
    assert seen(jo, ann) == {"contact"}
    assert history(ann) == [("contact", "given")]


def test_what_is_over_is_renewed(ann: User, jo: User) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=40), tick=True):
        [before] = worlds.let_see(ann, jo, "contact", days=30)
    assert seen(jo, ann) == set()
    [after] = worlds.let_see(ann, jo, "contact", purpose="health")
    assert (after.pk, after.purpose) == (before.pk, "health")
    assert seen(jo, ann) == {"contact"}
    assert history(ann) == [("contact", "given"), ("contact", "given")]


def test_nobody_gives_what_they_may_not_see(jo: User, ann: User) -> None:
    with acting_as(jo), pytest.raises(Missing):
        consents.give(
            person=person_of(ann),
            to=worlds.user("bo"),
            known_as="Bo",
            parts=["plan"],
            purpose="everyday",
            ends_on=in_days(9),
            by=jo,
        )


def test_what_i_call_them_is_mine_and_sealed(ann: User, jo: User) -> None:
    worlds.let_see(ann, jo, "contact", known_as="Jo who must not know")
    with acting_as(ann):
        assert queries.names_given_by(ann) == {jo.pk: "Jo who must not know"}
        assert b"must not know" not in bytes(Acquaintance.objects.get().sealed)
    with acting_as(jo):
        assert not Acquaintance.objects.exists()
        assert queries.names_given_by(jo) == {}


# --- When it counts -------------------------------------------------------------------------------


def test_it_counts_from_midnight_until_midnight(ann: User, jo: User) -> None:
    [consent] = worlds.let_see(ann, jo, "contact", starts_in=1, days=2)
    first, over = consent.starts_at, consent.ends_at
    assert timezone.localtime(first).time() == datetime.min.time()
    second = timedelta(seconds=1)
    for moment, sight, state in (
        (first - second, set(), State.COMING),
        (first, {"contact"}, State.LIVE),
        (over - second, {"contact"}, State.LIVE),
        (over, set(), State.OVER),
    ):
        with time_machine.travel(moment, tick=False):
            assert (seen(jo, ann), consent.state) == (sight, state), moment
            with acting_as(jo):
                assert SafeContact.objects.exists() == bool(sight)


def test_a_day_of_another_length_ends_at_midnight_too(ann: User, jo: User) -> None:
    """The clocks go back on 25 October 2026: that day has 25 hours."""
    with time_machine.travel(worlds.noon(date(2026, 10, 24)), tick=False):
        [consent] = worlds.let_see(ann, jo, "contact", starts_in=1, days=1)
        lasts = consent.ends_at.timestamp() - consent.starts_at.timestamp()
        assert lasts == 25 * 60 * 60
        assert (consent.starts_on, consent.last_on, consent.ends_on) == (
            in_days(1),
            in_days(1),
            in_days(2),
        )


# --- Changing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("purpose", "ends_in", "kind"),
    [
        ("everyday", 10, "narrowed"),
        ("health", 10, "narrowed"),
        ("everyday", 60, "extended"),
        ("health", 30, "changed"),
    ],
)
def test_it_is_narrowed_or_extended(
    ann: User, jo: User, purpose: str, ends_in: int, kind: str
) -> None:
    [consent] = worlds.let_see(ann, jo, "contact", days=30)
    with acting_as(ann):
        consents.change(consent=consent, purpose=purpose, ends_on=in_days(ends_in), by=ann)
    [now] = given(ann)
    assert (now.purpose, now.ends_on) == (purpose, in_days(ends_in))
    assert history(ann)[1:] == [("contact", kind)]
    with time_machine.travel(now.ends_at, tick=False):
        assert seen(jo, ann) == set()


@pytest.mark.parametrize(
    ("purpose", "ends_in", "code"),
    [
        ("everyday", 30, "nothing-changed"),
        ("curiosity", 9, "no-purpose"),
        ("everyday", 0, "bad-dates"),
        ("everyday", 367, "bad-dates"),
    ],
)
def test_what_cannot_be_changed(ann: User, jo: User, purpose: str, ends_in: int, code: str) -> None:
    [consent] = worlds.let_see(ann, jo, "contact", days=30)
    with acting_as(ann), pytest.raises(DomainError) as refused:
        consents.change(consent=consent, purpose=purpose, ends_on=in_days(ends_in), by=ann)
    assert refused.value.code == code
    assert len(history(ann)) == 1


def test_what_is_over_is_not_changed(ann: User, jo: User) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=40), tick=True):
        [consent] = worlds.let_see(ann, jo, "contact", days=30)
    with acting_as(ann), pytest.raises(Conflict) as refused:
        consents.change(consent=consent, purpose="everyday", ends_on=in_days(9), by=ann)
    assert refused.value.code == "ended-already"


# --- Taking back ----------------------------------------------------------------------------------


def test_taken_back_is_gone_at_the_next_request_of_a_live_session(ann: User, jo: User) -> None:
    [_needs, contact] = worlds.let_see(ann, jo, "needs", "contact")
    client = Client()
    client.force_login(jo)
    address = f"/people/{person_of(ann).public_id}/"
    assert worlds.REACH in client.get(address).content.decode()
    with acting_as(ann):
        consents.withdraw(consent=contact, by=ann)
    after = client.get(address)
    assert (after.status_code, worlds.REACH in after.content.decode()) == (200, False)
    with acting_as(ann):
        assert consents.withdraw_all(person=person_of(ann), held_by=jo, by=ann) == 1
    assert client.get(address).status_code == 404
    assert history(ann)[2:] == [("contact", "withdrawn"), ("needs", "withdrawn")]


def test_nobody_is_told(ann: User, jo: User) -> None:
    [consent] = worlds.let_see(ann, jo, "contact")
    promised = OutboxMessage.objects.count()
    with acting_as(ann):
        consents.withdraw(consent=consent, by=ann)
    assert (mail.outbox, OutboxMessage.objects.count()) == ([], promised)
    with acting_as(jo):
        assert not ConsentEntry.objects.exists()
        assert not PersonUserObjectPermission.objects.exists()


def test_taken_back_twice_is_not_there(ann: User, jo: User) -> None:
    [consent] = worlds.let_see(ann, jo, "contact")
    with acting_as(ann):
        kept = PersonUserObjectPermission.objects.get(pk=consent.pk)
        consents.withdraw(consent=consent, by=ann)
        for act in (
            lambda: consents.withdraw(consent=kept, by=ann),
            lambda: consents.change(consent=kept, purpose="health", ends_on=in_days(3), by=ann),
        ):
            with pytest.raises(Missing):
                act()
    assert history(ann) == [("contact", "given"), ("contact", "withdrawn")]


def test_what_is_over_only_leaves_the_list(ann: User, jo: User) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=40), tick=True):
        [consent] = worlds.let_see(ann, jo, "contact", days=30)
    with acting_as(ann):
        consents.withdraw(consent=consent, by=ann)
    assert given(ann) == []
    assert history(ann) == [("contact", "given")]


def test_only_the_person_decides(ann: User, jo: User) -> None:
    [consent] = worlds.let_see(ann, jo, "contact")
    worlds.person(jo, preferred_name="Jo")
    with acting_as(jo):
        held = rules.consents_held_by(jo).get()
        for act in (
            lambda: consents.withdraw(consent=held, by=jo),
            lambda: consents.change(consent=held, purpose="health", ends_on=in_days(300), by=jo),
        ):
            with pytest.raises(NotAllowed) as refused:
                act()
            assert refused.value.code == "not-yours-to-decide"
    assert [each.ends_on for each in given(ann)] == [consent.ends_on]


# --- Traces ---------------------------------------------------------------------------------------


def test_if_the_trace_fails_nothing_is_given(
    ann: User, jo: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise OSError("no room for the trail")

    with monkeypatch.context() as patch:
        patch.setattr(audit, "record", broken)
        with pytest.raises(OSError, match="no room"):
            worlds.let_see(ann, jo, "contact")
    assert (history(ann), given(ann), seen(jo, ann)) == ([], [], set())


def test_the_trail_does_not_tell_who_supports_whom(ann: User, jo: User) -> None:
    before = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    [consent] = worlds.let_see(ann, jo, "contact")
    worlds.look(jo, person_of(ann))
    with acting_as(ann):
        consents.change(consent=consent, purpose="health", ends_on=in_days(3), by=ann)
        consents.withdraw(consent=consent, by=ann)
    told = list(AuditEntry.objects.filter(pk__gt=before).order_by("pk"))
    assert [entry.verb for entry in told] == [
        "consent.given",
        "record.looked",
        "consent.narrowed",
        "consent.withdrawn",
    ]
    for entry in told:
        assert (entry.detail, entry.sphere_id) == ({}, None)
        one, other = (ann, jo) if entry.actor_id == ann.pk else (jo, ann)
        assert entry.actor_id == one.pk
        assert entry.subject_id not in {other.public_id, str(other.pk), person_of(ann).public_id}


def test_a_look_is_written_with_its_reason(ann: User, jo: User) -> None:
    worlds.let_see(ann, jo, "contact", purpose="health")
    worlds.let_see(ann, jo, "about-me", "address", known_as="Jo")
    worlds.look(jo, person_of(ann))
    with acting_as(ann):
        look = rules.looks_at(ann).get()
        assert look.parts == ["about-me", "contact", "address"]
        assert look.purposes == ["everyday", "health"]
        assert queries.looked([look], queries.names_given_by(ann))[0].name == "Jo"


def test_looking_at_ones_own_is_no_look(ann: User) -> None:
    with acting_as(ann):
        assert looks.note(person=person_of(ann), under=[], by=ann) is None
        assert not Look.objects.exists()


def test_no_look_can_be_invented_or_dressed_up(ann: User, jo: User) -> None:
    """PostgreSQL itself refuses a look by another, at what may not be seen, at oneself, or at nothing."""
    worlds.let_see(ann, jo, "contact")
    worlds.person(jo, preferred_name="Jo")
    hers, his = person_of(ann), person_of(jo)
    good = {"person": hers, "user": jo, "parts": ["contact"], "purposes": ["everyday"]}
    for wrong in (
        {"user": ann},
        {"parts": ["contact", "address"]},
        {"person": his},
        {"parts": []},
        {"purposes": []},
        {"parts": ["everything"]},
        {"purposes": ["curiosity"]},
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), acting_as(jo):
            Look.objects.create(**{**good, **wrong})
    with acting_as(jo):
        Look.objects.create(**good)


@pytest.mark.parametrize("table", ["people_consententry", "people_look"])
def test_history_is_not_rewritten(ann: User, jo: User, table: str) -> None:
    worlds.let_see(ann, jo, "contact")
    worlds.look(jo, person_of(ann))
    for sql in (f"UPDATE {table} SET at = now()", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            acting_as(ann),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)


def test_a_consent_cannot_be_turned_into_another_by_renaming_a_part(ann: User, jo: User) -> None:
    for sql in (
        "UPDATE auth_permission SET codename = 'address' WHERE codename = 'contact'",
        "DELETE FROM auth_permission",
        "SELECT * FROM guardian_userobjectpermission",
        "INSERT INTO guardian_groupobjectpermission (permission_id) VALUES (1)",
    ):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            acting_as(ann),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)


def test_postgresql_refuses_a_consent_without_an_end_or_a_reason(ann: User, jo: User) -> None:
    [consent] = worlds.let_see(ann, jo, "contact")
    for wrong in (
        {"ends_at": consent.starts_at},
        {"ends_at": None},
        {"purpose": "curiosity"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), acting_as(ann):
            PersonUserObjectPermission.objects.filter(pk=consent.pk).update(**wrong)


# --- The people I support -------------------------------------------------------------------------


def test_the_people_i_support_are_asked_for_twice(django_assert_num_queries: Any) -> None:
    jo = worlds.user("jo")
    for number in range(4):
        somebody = worlds.user("somebody")
        worlds.person(somebody, preferred_name=f"Person {3 - number}")
        worlds.let_see(somebody, jo, "contact", "plan")
    with acting_as(jo), django_assert_num_queries(2):
        found = queries.people_who_let(jo)
        assert [each.person.preferred_name for each in found] == [f"Person {n}" for n in range(4)]
        assert {tuple(each.parts) for each in found} == {(Part.PLAN, Part.CONTACT)}


def test_the_index_serves_the_people_i_support(ann: User, jo: User) -> None:
    worlds.let_see(ann, jo, "contact")
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'consent_by_user'")
        [(index,)] = cursor.fetchall()
    assert "(user_id, ends_at) INCLUDE (content_object_id, permission_id, starts_at)" in index

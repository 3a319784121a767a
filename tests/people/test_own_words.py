"""Who helps me decide, and what I want in a crisis: mine to write, sealed, and seen with the part it is about."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from governance.models import AuditEntry, User
from people import queries
from people.actions import own_words
from people.models import AdvanceStatement, Person, SupportAgreement
from people.queries import Record
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError, NotAllowed
from tests import worlds
from tests.people.test_authority import begun_for
from tests.worlds import Registry

pytestmark = pytest.mark.django_db

WANT = "Let me sit by the pond"
HELPS = {"who": "My sister Jo", "what": "Choosing who comes in the morning", "how": "She waits"}


@pytest.fixture
def office() -> Registry:
    return worlds.registry()


@pytest.fixture
def ann() -> User:
    user = worlds.user("ann")
    worlds.person(user, preferred_name="Ann")
    return user


def record_of(user: User, of: Person | None = None) -> Record:
    with acting_as(user):
        found = queries.own_record(user) if of is None else queries.record_of(user, of.public_id)
    assert found is not None
    return found


def write(person: Person, by: User) -> SupportAgreement:
    with acting_as(by):
        own_words.state_in_advance(person=person, want=WANT, signs="I am silent", by=by)
        return own_words.agree_on_support(person=person, part="plan", by=by, **HELPS)


def test_what_is_written_is_read_and_sealed(ann: User) -> None:
    person = record_of(ann).person
    before = AuditEntry.objects.count()
    write(person, ann)
    record = record_of(ann)
    assert record.statement is not None
    assert (record.statement.want, record.statement.signs) == (WANT, "I am silent")
    [support] = record.support
    assert {"who": support.who, "what": support.what, "how": support.how} == HELPS
    told = list(AuditEntry.objects.order_by("pk"))[before:]
    assert [(entry.verb, entry.detail) for entry in told] == [
        ("statement.kept", {}),
        ("support.agreed", {"part": "plan"}),
    ]
    with acting_as(ann), connection.cursor() as cursor:
        for table in ("people_advancestatement", "people_supportagreement"):
            cursor.execute(f"SELECT t.sealed FROM {table} t")
            [(sealed,)] = cursor.fetchall()
            assert b"pond" not in bytes(sealed)
            assert b"sister" not in bytes(sealed)


def test_a_new_statement_takes_the_place_of_the_old(ann: User) -> None:
    person = record_of(ann).person
    write(person, ann)
    with acting_as(ann):
        own_words.state_in_advance(person=person, want="Call Jo first", by=ann)
        assert AdvanceStatement.objects.count() == 1
    statement = record_of(ann).statement
    assert statement is not None
    assert (statement.want, statement.signs) == ("Call Jo first", "")


@pytest.mark.parametrize(
    ("act", "sent", "code"),
    [
        ("state_in_advance", {"want": " "}, "no-words"),
        ("state_in_advance", {"want": "x" * 2001}, "too-long"),
        ("agree_on_support", {**HELPS, "part": "money"}, "no-parts"),
        ("agree_on_support", {**HELPS, "part": "plan", "who": ""}, "no-words"),
        ("agree_on_support", {**HELPS, "part": "plan", "what": " "}, "no-words"),
    ],
)
def test_what_is_not_written(ann: User, act: str, sent: dict[str, Any], code: str) -> None:
    person = record_of(ann).person
    with acting_as(ann), pytest.raises(DomainError) as refused:
        getattr(own_words, act)(person=person, by=ann, **sent)
    assert refused.value.code == code
    record = record_of(ann)
    assert (record.statement, record.support) == (None, [])


def test_it_is_seen_with_its_part_and_gives_the_helper_nothing(ann: User) -> None:
    person = record_of(ann).person
    write(person, ann)
    planner, nurse = worlds.user("planner"), worlds.user("nurse")
    worlds.let_see(ann, planner, "plan")
    worlds.let_see(ann, nurse, "about-me")
    assert (record_of(planner, person).statement, len(record_of(planner, person).support)) == (
        None,
        1,
    )
    seen = record_of(nurse, person)
    assert seen.statement is not None
    assert seen.support == []


def test_it_ends_once(ann: User) -> None:
    agreement = write(record_of(ann).person, ann)
    with acting_as(ann):
        own_words.end_support(agreement=agreement, by=ann)
        with pytest.raises(Conflict):
            own_words.end_support(agreement=agreement, by=ann)
    assert record_of(ann).support == []


def test_nobody_who_decides_for_a_person_writes_it(office: Registry, ann: User) -> None:
    person = record_of(ann).person
    agreement = write(person, ann)
    bob = worlds.user("bob")
    worlds.authority(office, bob, "attorney", "about-me", "plan", over=person)
    assert record_of(bob, person).statement is not None
    with acting_as(bob):
        for act, sent in (
            (own_words.state_in_advance, {"person": person, "want": "Move me"}),
            (own_words.agree_on_support, {"person": person, "part": "plan", **HELPS}),
            (own_words.end_support, {"agreement": agreement}),
        ):
            with pytest.raises(NotAllowed) as refused:
                act(by=bob, **sent)  # type: ignore[operator]
            assert refused.value.code == "theirs-to-write"
        # By PostgreSQL too.
        assert AdvanceStatement.objects.update(sealed=b"x") == 0
        assert SupportAgreement.objects.update(ends_on=worlds.in_days(0)) == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            SupportAgreement.objects.create(person=person, part="plan", sealed=b"x")
    statement = record_of(ann).statement
    assert statement is not None
    assert statement.want == WANT


def test_whom_somebody_asked_writes_their_words_and_the_row_says_so(office: Registry) -> None:
    sister = worlds.user("sister")
    claim = begun_for(sister, office, "about-me", "plan")
    office.confirmed(claim)
    with acting_as(sister):
        joan = Person.objects.get(pk=claim.person_id)
    write(joan, sister)
    record = record_of(sister, joan)
    assert record.statement is not None
    assert record.statement.row.entered_by == sister
    assert [each.row.entered_by for each in record.support] == [sister]


def test_the_pages(ann: User) -> None:
    client = Client()
    client.force_login(ann)
    for name, sent, word in (
        ("state_in_advance", {"want": WANT}, WANT),
        ("agree_on_support", {"part": "plan", **HELPS}, HELPS["what"]),
    ):
        assert client.get(reverse(name)).status_code == 200
        assert client.post(reverse(name), {}).status_code == 422
        assert client.post(reverse(name), sent)["Location"] == reverse("record")
        assert word in client.get(reverse("record")).content.decode()
    assert WANT in client.get(reverse("state_in_advance")).content.decode()
    [support] = record_of(ann).support
    end = reverse("end_support", args=[support.row.public_id])
    stranger = Client()
    stranger.force_login(worlds.user("stranger"))
    assert stranger.post(end).status_code == 404
    assert client.post(end).status_code == 302
    assert record_of(ann).support == []
